/** AUC by ranks, against its definition, and its error against simulation. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { aucErrorByChance, aucOfRanks, aucStandardError, midRanks } from "../../src/concepts/auc";
import { binomialTail, normalQuantile } from "../../src/concepts/chance";
import { seededRandom } from "../../src/data/random";

describe("mid-ranks", () => {
  it("share the mean rank among equal values, zeros and negatives included", () => {
    expect([...midRanks(Float32Array.of(0, 3, 0, 1, 3, 3, -1))]).toEqual([2.5, 6, 2.5, 4, 6, 6, 1]);
    expect([...midRanks(new Float32Array(3))]).toEqual([2, 2, 2]);
    expect(midRanks(new Float32Array(0))).toHaveLength(0);
  });
});

describe("AUC", () => {
  it("is the chance that a bearer is more active than another item, ties counting half", () => {
    const items = fc.array(fc.tuple(fc.integer({ min: -2, max: 4 }), fc.boolean()), { minLength: 2, maxLength: 40 });
    fc.assert(
      fc.property(items, (pairs) => {
        const values = Float32Array.from(pairs, ([value]) => value);
        const positions = Array.from(pairs.keys());
        const bearers = positions.filter((item) => pairs[item][1]);
        const others = positions.filter((item) => !pairs[item][1]);
        fc.pre(bearers.length > 0 && others.length > 0);
        let wins = 0;
        for (const a of bearers) for (const b of others) wins += (Math.sign(values[a] - values[b]) + 1) / 2;
        const auc = aucOfRanks(midRanks(values), Uint32Array.from(bearers));
        expect(auc).toBeCloseTo(wins / (bearers.length * others.length), 12);
      }),
    );
  });

  it("is .5 where there is nothing to compare", () => {
    expect(aucOfRanks(midRanks(Float32Array.of(1, 2)), new Uint32Array(0))).toBe(0.5);
    expect(aucOfRanks(midRanks(Float32Array.of(1, 2)), Uint32Array.of(0, 1))).toBe(0.5);
  });
});

describe("the error of an AUC", () => {
  function spread(positives: number, negatives: number, shift: number) {
    const random = seededRandom(7);
    const bearers = Uint32Array.from({ length: positives }, (_, i) => i);
    const aucs = Array.from({ length: 2000 }, () => {
      const values = Float32Array.from(
        { length: positives + negatives },
        (_, i) => random.normal() + (i < positives ? shift : 0),
      );
      return aucOfRanks(midRanks(values), bearers);
    });
    const mean = aucs.reduce((sum, auc) => sum + auc, 0) / aucs.length;
    return { mean, deviation: Math.sqrt(aucs.reduce((sum, auc) => sum + (auc - mean) ** 2, 0) / aucs.length) };
  }

  it.each([
    [20, 200, 1],
    [100, 300, 0.5],
  ])("is what %i bearers among %i others scatter by", (positives, negatives, shift) => {
    const { mean, deviation } = spread(positives, negatives, shift);
    expect(aucStandardError(mean, positives, negatives) / deviation).toBeGreaterThan(0.9);
    expect(aucStandardError(mean, positives, negatives) / deviation).toBeLessThan(1.15);
  });

  it("is what chance scatters by where the neuron knows nothing", () => {
    expect(aucErrorByChance(20, 200) / spread(20, 200, 0).deviation).toBeCloseTo(1, 1);
  });

  it("stays doubtful of a perfect AUC on few bearers", () => {
    expect(aucStandardError(1, 5, 1000)).toBeGreaterThan(0.08);
    expect(aucStandardError(1, 500, 1000)).toBeLessThan(0.003);
  });
});

describe("chance", () => {
  it("knows binomial tails", () => {
    expect(binomialTail(10, 8, 0.4)).toBeCloseTo(0.0122946, 6);
    expect(binomialTail(10, 0, 0.4)).toBe(1);
    expect(binomialTail(3, 3, 0.5)).toBeCloseTo(0.125, 12);
    expect(binomialTail(10, 1, 0)).toBe(0);
  });

  it("knows normal quantiles", () => {
    expect(normalQuantile(0.05)).toBeCloseTo(1.6449, 2);
    expect(normalQuantile(0.05 / 100)).toBeCloseTo(3.2905, 2);
    expect(normalQuantile(0.5)).toBeCloseTo(0, 2);
  });
});
