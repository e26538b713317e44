import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { matrix } from "../../src/data/matrix";
import { topRows } from "../../src/recommender/ranking";
import { dotScorer } from "../../src/recommender/scorer";

describe("ranking", () => {
  it("equals a full sort, ties by the lower row, excluded rows left out", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 60 }),
        fc.integer({ min: 0, max: 20 }),
        fc.func(fc.boolean()),
        (values, k, isExcluded) => {
          const scores = Float64Array.from(values);
          const excluded = [...scores.keys()].filter((row) => isExcluded(row));
          const sorted = [...scores.keys()]
            .filter((row) => !excluded.includes(row))
            .sort((a, b) => scores[b] - scores[a] || a - b);
          expect([...topRows(scores, k, excluded)]).toEqual(sorted.slice(0, k));
        },
      ),
    );
  });
});

describe("the dot recommender", () => {
  it("adds the biases that there are", () => {
    const items = { embeddings: matrix(2, 2, Float32Array.of(1, 2, 3, 4)), bias: Float32Array.of(10, 20) };
    expect([...dotScorer({ bias: Float32Array.of(0, 100) }, items).scoreItems([1, 1], 1)]).toEqual([113, 127]);
    expect([...dotScorer({ bias: null }, { ...items, bias: null }).scoreItems([1, -1], 0)]).toEqual([-1, -1]);
  });
});
