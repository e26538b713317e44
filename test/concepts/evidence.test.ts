/** The figures of a label, each against its definition or against simulation. */
import { describe, expect, it } from "vitest";
import {
  aucErrorByChance,
  aucOfRanks,
  distributionFreeAucError,
  midRanks,
  varianceOfRanks,
} from "../../src/concepts/auc";
import { FalseDiscovery, normalTail } from "../../src/concepts/chance";
import { averagePrecision } from "../../src/concepts/evidence";
import { correlation, differenceInCorrelation, withMoments } from "../../src/concepts/explained";
import { type Random, seededRandom } from "../../src/data/random";

const first = (count: number) => Uint32Array.from({ length: count }, (_, i) => i);
const deviationOf = (values: number[]) => {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
};
/** Fires on half of 40 bearers among 300, and on a tenth of the others: most activations are 0. */
const halfRecalled = (random: Random) =>
  Float32Array.from({ length: 300 }, (_, i) => (random.uniform() < (i < 40 ? 0.5 : 0.1) ? 1 + random.uniform() : 0));

describe("the interval of an AUC", () => {
  it("holds for a neuron that fires on half of a concept, where most activations tie", () => {
    const random = seededRandom(1);
    const bearers = first(40);
    const trials = Array.from({ length: 1500 }, () => {
      const values = halfRecalled(random);
      const ranks = midRanks(values);
      return { auc: aucOfRanks(ranks, bearers), error: distributionFreeAucError(values, ranks, bearers) };
    });
    const mean = trials.reduce((sum, { auc }) => sum + auc, 0) / trials.length;
    const held = trials.filter(({ auc, error }) => Math.abs(auc - mean) <= 1.96 * error).length / trials.length;
    expect(held).toBeGreaterThan(0.93);
    expect(held).toBeLessThan(0.985);
  });

  it("is not empty where bearers and others are told apart perfectly", () => {
    const values = Float32Array.of(9, 8, 7, 6, 5, 0, 0, 0, 0, 0);
    expect(distributionFreeAucError(values, midRanks(values), first(5))).toBeGreaterThan(0.05);
  });
});

describe("the test against chance", () => {
  it("takes ties into account", () => {
    const random = seededRandom(2);
    const aucs: number[] = [];
    let error = 0;
    for (let trial = 0; trial < 1500; trial++) {
      const ranks = midRanks(Float32Array.from({ length: 200 }, () => (random.uniform() < 0.1 ? random.uniform() : 0)));
      aucs.push(aucOfRanks(ranks, first(30)));
      error += aucErrorByChance(30, 170, varianceOfRanks(ranks)) / 1500;
    }
    expect(error / deviationOf(aucs)).toBeCloseTo(1, 1);
    expect(error).toBeLessThan(0.7 * aucErrorByChance(30, 170));
  });

  it("knows normal tails, however small", () => {
    expect(normalTail(0)).toBeCloseTo(0.5, 7);
    expect(normalTail(1.959964)).toBeCloseTo(0.025, 7);
    expect(normalTail(-1)).toBeCloseTo(0.841345, 6);
    expect(normalTail(10) / 7.619853e-24).toBeCloseTo(1, 5);
  });

  it("gives the false discovery rates of Benjamini and Hochberg, never smaller and hardly larger", () => {
    const random = seededRandom(3);
    const z = Array.from({ length: 2000 }, (_, i) => random.normal() + (i < 200 ? 3 : 0));
    const tests = new FalseDiscovery();
    for (const one of z) tests.add(one);
    const p = z.map(normalTail).sort((a, b) => a - b);
    const exact = p.map((one, rank) => Math.min(1, (one * p.length) / (rank + 1)));
    for (let rank = p.length - 2; rank >= 0; rank--) exact[rank] = Math.min(exact[rank], exact[rank + 1]);
    const descending = [...z].sort((a, b) => b - a);
    for (const rank of [0, 20, 100, 200, 300]) {
      expect(tests.rate(descending[rank])).toBeGreaterThanOrEqual(exact[rank] * (1 - 1e-6));
      expect(tests.rate(descending[rank])).toBeLessThanOrEqual(exact[rank] * 1.12);
    }
  });
});

describe("what a concept explains", () => {
  it("is the Pearson correlation of activation and concept", () => {
    const values = Float32Array.of(1, 4, 0, 2, 0, 3);
    const y = [1, 1, 0, 0, 0, 1];
    const [mx, my] = [10 / 6, 0.5];
    const product = values.reduce((sum, x, i) => sum + (x - mx) * (y[i] - my), 0);
    const sizes = values.reduce((sum, x) => sum + (x - mx) ** 2, 0) * y.reduce((sum, v) => sum + (v - my) ** 2, 0);
    expect(correlation(withMoments(values), Uint32Array.of(0, 1, 5))).toBeCloseTo(product / Math.sqrt(sizes), 6);
    expect(correlation(withMoments(new Float32Array(6).fill(2)), Uint32Array.of(0, 1, 5))).toBe(0);
  });

  it("differs between two concepts by a z that is standard normal where they explain the same", () => {
    const random = seededRandom(4);
    const [a, b] = [first(60), Uint32Array.from({ length: 60 }, (_, i) => 30 + i)];
    const z = Array.from({ length: 1500 }, () => {
      const values = Float32Array.from({ length: 400 }, (_, i) =>
        Math.max(0, random.normal() + (i < 60 ? 1 : 0) + (i >= 30 && i < 90 ? 1 : 0)),
      );
      return differenceInCorrelation(withMoments(values), a, b);
    });
    expect(deviationOf(z)).toBeCloseTo(1, 1);
    expect(z.filter((one) => one > 1.645).length / z.length).toBeLessThan(0.07);
  });
});

describe("average precision", () => {
  it("is the mean over bearers of the precision down to each, ties counting together", () => {
    const values = Float32Array.of(5, 4, 3, 2, 0, 0);
    expect(averagePrecision(values, Uint32Array.of(0, 2))).toBeCloseTo((1 + 2 / 3) / 2, 12);
    expect(averagePrecision(values, Uint32Array.of(0, 5))).toBeCloseTo((1 + 2 / 6) / 2, 12);
    expect(averagePrecision(new Float32Array(10), Uint32Array.of(1, 2))).toBeCloseTo(0.2, 12);
    expect(averagePrecision(values, new Uint32Array(0))).toBe(0);
  });
});
