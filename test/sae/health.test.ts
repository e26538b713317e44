import { describe, expect, it } from "vitest";
import { type Matrix, matrix } from "../../src/data/matrix";
import { seededRandom } from "../../src/data/random";
import { HealthTally } from "../../src/sae/health";
import { randomMatrix } from "./fixtures";

const rows = randomMatrix(40, 6, seededRandom(1));
const silent = matrix(40, 3);

function healthOf(embeddings: Matrix, reconstructed: Matrix, activations = matrix(embeddings.rows, 3)) {
  const tally = new HealthTally(3);
  tally.add("items", { embeddings, activations, reconstructed });
  return tally.health([embeddings]);
}

function changed(of: Matrix, change: (value: number) => number): Matrix {
  return matrix(of.rows, of.columns, of.values.map(change));
}

describe("SAE health", () => {
  it("counts active latents per row, of users, of items and of both", () => {
    const tally = new HealthTally(3);
    const users = { embeddings: matrix(1, 2), reconstructed: matrix(1, 2) };
    const items = { embeddings: matrix(3, 2), reconstructed: matrix(3, 2) };
    tally.add("users", { ...users, activations: matrix(1, 3, Float32Array.of(1, 2, 0)) });
    tally.add("items", { ...items, activations: matrix(3, 3, Float32Array.of(0, 1, 0, 0, 0, 0, 0, 3, 0)) });
    const health = tally.health([users.embeddings, items.embeddings]);
    expect(health).toMatchObject({ l0: 1, l0Users: 2, l0Items: 2 / 3, dead: 1 });
    expect([...health.live]).toEqual([1, 1, 0]);
  });

  it("is the same whether rows come at once or in blocks", () => {
    const noise = randomMatrix(40, 6, seededRandom(2), 0.3).values;
    const reconstructed = matrix(
      40,
      6,
      rows.values.map((value, i) => value + noise[i]),
    );
    const activations = changed(randomMatrix(40, 3, seededRandom(3)), (value) => Math.max(0, value));
    const tally = new HealthTally(3);
    for (const [from, to] of [
      [0, 7],
      [7, 40],
    ]) {
      const part = (of: Matrix) =>
        matrix(to - from, of.columns, of.values.subarray(from * of.columns, to * of.columns));
      tally.add("items", {
        embeddings: part(rows),
        activations: part(activations),
        reconstructed: part(reconstructed),
      });
    }
    expect(tally.health([rows])).toEqual(healthOf(rows, reconstructed, activations));
  });

  it("explains everything by a perfect copy, nothing by the mean row", () => {
    expect(healthOf(rows, rows)).toMatchObject({ explainedVariance: 1, shrinkage: 1 });
    const mean = Array.from(
      { length: 6 },
      (_, c) => rows.values.filter((_, i) => i % 6 === c).reduce((a, b) => a + b) / 40,
    );
    const means = matrix(
      40,
      6,
      Float32Array.from({ length: 240 }, (_, i) => mean[i % 6]),
    );
    expect(healthOf(rows, means).explainedVariance).toBeCloseTo(0, 5);
  });

  it("sees shrinkage that the cosine does not: half as long is .5 and cosine 1", () => {
    const { shrinkage, cosine } = healthOf(
      rows,
      changed(rows, (value) => value / 2),
    );
    expect(shrinkage).toBeCloseTo(0.5, 6);
    expect(cosine).toBeCloseTo(1, 6);
  });

  it("gives the mean cosine over rows that are not 0", () => {
    const x = matrix(4, 2, Float32Array.of(1, 0, 2, 0, 0, 0, 3, 0));
    const reconstructed = matrix(4, 2, Float32Array.of(5, 0, 0, 1, 1, 1, 0, 0));
    expect(healthOf(x, reconstructed).cosine).toBeCloseTo((1 + 0 + 0) / 3, 12);
  });

  it("has no figure for what is not defined", () => {
    const constant = changed(silent, () => 0.1);
    expect(
      healthOf(
        constant,
        changed(constant, () => 0.3),
      ).explainedVariance,
    ).toBeNull();
    expect(healthOf(silent, silent)).toMatchObject({ explainedVariance: null, cosine: null, shrinkage: null, dead: 3 });
    expect(healthOf(rows, matrix(40, 6))).toMatchObject({ cosine: 0, shrinkage: null, l0Users: null });
    expect(new HealthTally(3).health([])).toMatchObject({ l0: 0, l0Items: null, explainedVariance: null });
  });
});
