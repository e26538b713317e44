import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { topRows } from "../../src/recommender/ranking";
import { listAccuracy, ranksOf, splitItems } from "../../src/sae/accuracy";

describe("the split of a user's items", () => {
  const items = Uint32Array.from({ length: 12 }, (_, i) => 3 * i);

  it("holds out a fifth and keeps the rest, both ascending", () => {
    const { seen, heldOut } = splitItems(items, 7, 1)!;
    expect(heldOut).toHaveLength(2);
    expect([...seen, ...heldOut].sort((a, b) => a - b)).toEqual([...items]);
    for (const part of [seen, heldOut]) expect([...part]).toEqual([...part].sort((a, b) => a - b));
  });

  it("holds out one of five, and leaves out users with fewer", () => {
    expect(splitItems(items.slice(0, 5), 7, 1)!.heldOut).toHaveLength(1);
    expect(splitItems(items.slice(0, 4), 7, 1)).toBeNull();
  });

  it("depends on seed and user alone", () => {
    expect(splitItems(items, 7, 1)).toEqual(splitItems(items, 7, 1));
    const others = Array.from({ length: 20 }, (_, user) => splitItems(items, user, 1)!.heldOut.join());
    expect(new Set(others).size).toBeGreaterThan(5);
  });
});

describe("ranks of items among all candidates", () => {
  it("count the unseen items that are better, from 1", () => {
    // By score: 3, 0, 4, 2, 1; without the seen 0: 3, 4, 2, 1.
    const scores = Float64Array.of(8, 1, 2, 9, 5);
    expect([...ranksOf(scores, Uint32Array.of(1, 2, 3), [0])]).toEqual([1, 3, 4]);
  });

  it("are the places in the sorted list, ties to the lower row", () => {
    const scoresAndRows = fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 40 }).chain((scores) =>
      fc.record({
        scores: fc.constant(Float64Array.from(scores)),
        marks: fc.array(fc.constantFrom("target", "excluded", "other"), {
          minLength: scores.length,
          maxLength: scores.length,
        }),
      }),
    );
    fc.assert(
      fc.property(scoresAndRows, ({ scores, marks }) => {
        const rowsOf = (mark: string) => Uint32Array.from(marks.keys()).filter((row) => marks[row] === mark);
        const targets = rowsOf("target");
        const list = topRows(scores, scores.length, rowsOf("excluded"));
        const places = Array.from(targets, (row) => list.indexOf(row) + 1).sort((a, b) => a - b);
        expect([...ranksOf(scores, targets, rowsOf("excluded"))]).toEqual(places);
      }),
    );
  });
});

describe("the accuracy of a list", () => {
  it("agrees with sums by hand: held-out items at ranks 1, 3 and 25 of 101", () => {
    const { ndcg20, hr20, mrr20, percentileRank } = listAccuracy([1, 3, 25], 101);
    expect(ndcg20).toBeCloseTo((1 + 1 / 2) / (1 + 1 / Math.log2(3) + 1 / 2), 12);
    expect(hr20).toBe(1);
    expect(mrr20).toBe(1);
    expect(percentileRank).toBeCloseTo((0 + 0.02 + 0.24) / 3, 12);
  });

  it("counts rank 20 and not rank 21", () => {
    expect(listAccuracy([20], 50)).toMatchObject({ ndcg20: 1 / Math.log2(21), hr20: 1, mrr20: 1 / 20 });
    expect(listAccuracy([21], 50)).toMatchObject({ ndcg20: 0, hr20: 0, mrr20: 0, percentileRank: 20 / 49 });
  });

  it("is perfect where all held-out items lead, even when more than 20 are", () => {
    const ranks = Array.from({ length: 30 }, (_, i) => i + 1);
    expect(listAccuracy(ranks, 100).ndcg20).toBeCloseTo(1, 12);
    expect(listAccuracy([1], 1)).toEqual({ ndcg20: 1, hr20: 1, mrr20: 1, percentileRank: 0 });
  });
});
