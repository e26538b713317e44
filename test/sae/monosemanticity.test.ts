import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type Matrix, matrix, row } from "../../src/data/matrix";
import { readNpy } from "../../src/data/npy";
import { seededRandom } from "../../src/data/random";
import { monosemanticity, unitRows } from "../../src/sae/monosemanticity";
import { hasMovieLens, MOVIELENS_1M, needsMovieLens } from "../data/shared-data";
import { randomMatrix } from "./fixtures";

describe("monosemanticity", () => {
  const items = unitRows(matrix(4, 2, Float32Array.of(1, 0, 2, 0, 0, 3, -1, 0)));

  it("is 1 where the active items point the same way, -1 where they are opposite", () => {
    const activations = matrix(4, 2, Float32Array.of(1, 1, 1, 0, 0, 0, 0, 1));
    const [same, opposite] = monosemanticity(activations, items);
    expect(same).toBeCloseTo(1, 6);
    expect(opposite).toBeCloseTo(-1, 6);
  });

  it("weighs pairs by their activations", () => {
    // Items 0, 1, 2 with weights 1, 1/2, 1/2: cosines 1 (0,1), 0 (0,2), 0 (1,2).
    const activations = matrix(4, 1, Float32Array.of(2, 1, 1, 0));
    expect(monosemanticity(activations, items)[0]).toBeCloseTo(0.5 / (0.5 + 0.5 + 0.25), 6);
  });

  it("is null where fewer than two items are active", () => {
    expect(monosemanticity(matrix(4, 2), items)).toEqual([null, null]);
    expect(monosemanticity(matrix(4, 1, Float32Array.of(0, 1, 0, 0)), items)).toEqual([null]);
  });

  it("does not care for a neuron's offset and scale", () => {
    const activations = matrix(4, 2, Float32Array.of(2, -3, 1, -3.5, 1, -3.5, 0, -4));
    const [plain, moved] = monosemanticity(activations, items);
    expect(moved).toBeCloseTo(plain!, 6);
  });

  it("equals the double sum of its definition", () => {
    const random = seededRandom(3);
    const embeddings = unitRows(
      matrix(
        80,
        5,
        Float32Array.from({ length: 400 }, () => random.normal()),
      ),
    );
    const activations = matrix(
      80,
      1,
      Float32Array.from({ length: 80 }, () => Math.max(0, random.normal())),
    );
    const largest = Math.max(...activations.values);
    const top = [...activations.values.keys()]
      .sort((a, b) => activations.values[b] - activations.values[a])
      .slice(0, 30);
    let weighted = 0;
    let weights = 0;
    for (const p of top) {
      for (const q of top) {
        if (p === q) continue;
        const weight = (activations.values[p] * activations.values[q]) / largest ** 2;
        let cosine = 0;
        for (let c = 0; c < 5; c++) cosine += embeddings.values[p * 5 + c] * embeddings.values[q * 5 + c];
        weighted += weight * cosine;
        weights += weight;
      }
    }
    expect(monosemanticity(activations, embeddings)[0]).toBeCloseTo(weighted / weights, 6);
  });
});

describe.skipIf(!hasMovieLens)(`monosemanticity on MovieLens 1M${needsMovieLens}`, () => {
  const embeddings = () => readNpy(join(MOVIELENS_1M, "embeddings", "mf", "items.npy"));
  const meanOf = (directions: Matrix, of: Matrix) => {
    const scores = monosemanticity(alongDirections(of, directions), unitRows(of)).filter((score) => score !== null);
    return scores.reduce((sum, score) => sum + score, 0) / scores.length;
  };

  it("is .46 for the raw dimensions", async () => {
    const items = await embeddings();
    const axes = matrix(20, 20);
    for (let c = 0; c < 20; c++) axes.values[21 * c] = 1;
    expect(meanOf(axes, items)).toBeCloseTo(0.46, 2);
  });

  it("is .45 for random directions", async () => {
    const items = await embeddings();
    expect(Math.abs(meanOf(randomMatrix(200, 20, seededRandom(1)), items) - 0.45)).toBeLessThan(0.015);
  });

  it("is .67 for directions of single items", async () => {
    const items = await embeddings();
    const every = Array.from({ length: 200 }, (_, i) => 15 * i);
    const directions = matrix(200, 20, Float32Array.from(every.flatMap((item) => [...row(items, item)])));
    expect(Math.abs(meanOf(directions, items) - 0.67)).toBeLessThan(0.015);
  });
});

/** x . direction of every row and direction, [rows, directions]. */
function alongDirections(rows: Matrix, directions: Matrix): Matrix {
  const products = matrix(rows.rows, directions.rows);
  for (let r = 0; r < rows.rows; r++) {
    for (let k = 0; k < directions.rows; k++) {
      const direction = row(directions, k);
      products.values[r * directions.rows + k] = direction.reduce(
        (sum, x, c) => sum + x * rows.values[r * rows.columns + c],
        0,
      );
    }
  }
  return products;
}
