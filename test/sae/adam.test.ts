import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { learningRateAt } from "../../src/sae/adam";

describe("the learning rate", () => {
  it("rises, stays, and falls in straight lines", () => {
    const rate = (step: number) => learningRateAt(step, 100, { learningRate: 2, warmup: 0.1, decay: 0.2 });
    expect([1, 5, 10, 50, 81].map(rate)).toEqual([0.2, 1, 2, 2, 2]);
    expect(rate(91)).toBeCloseTo(1, 12);
    expect(rate(100)).toBeCloseTo(0.1, 12);
  });

  it("is never negative nor above its height, and level without warm-up and decay", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 500 }),
        fc.double({ min: 0, max: 0.5, noNaN: true }),
        fc.double({ min: 0, max: 0.5, noNaN: true }),
        (steps, warmup, decay) => {
          for (let step = 1; step <= steps; step++) {
            const rate = learningRateAt(step, steps, { learningRate: 1, warmup, decay });
            expect(rate).toBeGreaterThan(0);
            expect(rate).toBeLessThanOrEqual(1);
            expect(learningRateAt(step, steps, { learningRate: 1, warmup: 0, decay: 0 })).toBe(1);
          }
        },
      ),
    );
  });
});
