import { describe, expect, it } from "vitest";
import { matrix } from "../../src/data/matrix";
import { seededRandom } from "../../src/data/random";
import { monosemanticity, unitRows } from "../../src/sae/monosemanticity";

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
