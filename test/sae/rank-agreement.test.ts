import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { kendallTau, rankBiasedOverlap } from "../../src/sae/rank-agreement";

const range = (from: number, length: number) => Array.from({ length }, (_, i) => from + i);
const list = fc.uniqueArray(fc.integer({ min: 0, max: 60 }), { minLength: 30, maxLength: 30 });

describe("rank-biased overlap", () => {
  it("has its ceilings for equal lists: .958 raw at depth 30, 1 extrapolated", () => {
    const { raw, extrapolated, ceiling } = rankBiasedOverlap(range(0, 30), range(0, 30));
    expect(raw).toBeCloseTo(1 - 0.9 ** 30, 12);
    expect(ceiling).toBeCloseTo(raw, 12);
    expect(extrapolated).toBeCloseTo(1, 12);
  });

  it("is 0 for disjoint and for empty lists", () => {
    expect(rankBiasedOverlap(range(0, 30), range(30, 30))).toMatchObject({ raw: 0, extrapolated: 0 });
    expect(rankBiasedOverlap([], [])).toEqual({ raw: 0, extrapolated: 0, ceiling: 0 });
  });

  it("agrees with a sum by hand: lists a b c and b a d", () => {
    // Agreements 0, 2/2, 2/3 weigh .1, .09, .081.
    const { raw, extrapolated } = rankBiasedOverlap([1, 2, 3], [2, 1, 4]);
    expect(raw).toBeCloseTo(0.1 * 0 + 0.09 * 1 + 0.081 * (2 / 3), 12);
    expect(extrapolated).toBeCloseTo(0.144 + (2 / 3) * 0.729, 12);
  });

  it("is symmetric and weighs the top most", () => {
    fc.assert(
      fc.property(list, list, (a, b) => {
        expect(rankBiasedOverlap(a, b).raw).toBeCloseTo(rankBiasedOverlap(b, a).raw, 12);
      }),
    );
    const base = range(0, 30);
    const swapped = (i: number) => base.map((value, at) => (at === i ? 99 : value));
    expect(rankBiasedOverlap(base, swapped(0)).raw).toBeLessThan(rankBiasedOverlap(base, swapped(29)).raw);
  });
});

describe("Kendall's tau-b with the union rule", () => {
  it("is 1 for equal, -1 for reversed, -.674 for disjoint lists of 30", () => {
    expect(kendallTau(range(0, 30), range(0, 30))).toBe(1);
    expect(kendallTau(range(0, 30), range(0, 30).reverse())).toBe(-1);
    expect(kendallTau(range(0, 30), range(30, 30))).toBeCloseTo(-900 / 1335, 12);
  });

  it("agrees with a count by hand: a b and a c", () => {
    // Ranks over a, b, c: (0, 1, 2) and (0, 2, 1); pairs ab +, ac +, bc -.
    expect(kendallTau([1, 2], [1, 3])).toBeCloseTo(1 / 3, 12);
  });

  it("is symmetric and within [-1, 1]", () => {
    fc.assert(
      fc.property(list, list, (a, b) => {
        const tau = kendallTau(a, b);
        expect(tau).toBeCloseTo(kendallTau(b, a), 12);
        expect(Math.abs(tau)).toBeLessThanOrEqual(1);
      }),
    );
  });
});
