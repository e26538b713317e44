import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { topRows } from "../../src/recommender/ranking";

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
