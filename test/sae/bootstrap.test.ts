import { describe, expect, it } from "vitest";
import { seededRandom } from "../../src/data/random";
import { bootstrapInterval, meanEstimate, relativeChange } from "../../src/sae/bootstrap";

describe("the bootstrap interval of a mean", () => {
  it("covers the true mean in about 95 of 100 samples, of a skewed distribution too", () => {
    const random = seededRandom(11);
    const samples = 300;
    const covered = { normal: 0, exponential: 0 };
    for (let sample = 0; sample < samples; sample++) {
      const draws = {
        normal: Array.from({ length: 80 }, () => 3 + random.normal()),
        exponential: Array.from({ length: 80 }, () => 3 * -Math.log(1 - random.uniform())),
      };
      for (const kind of ["normal", "exponential"] as const) {
        const [low, high] = meanEstimate(draws[kind], sample)!.interval!;
        if (low <= 3 && 3 <= high) covered[kind]++;
      }
    }
    for (const share of [covered.normal / samples, covered.exponential / samples]) {
      expect(share).toBeGreaterThan(0.9);
      expect(share).toBeLessThan(0.985);
    }
  });

  it("is as wide as theory says: 3.92 standard errors", () => {
    const random = seededRandom(5);
    const values = Array.from({ length: 400 }, () => random.normal());
    const [low, high] = meanEstimate(values, 1)!.interval!;
    expect((high - low) / (3.92 / Math.sqrt(400))).toBeCloseTo(1, 0.7);
  });

  it("is the same for the same seed, and another for another", () => {
    const values = Array.from({ length: 50 }, (_, i) => i % 7);
    expect(meanEstimate(values, 3)).toEqual(meanEstimate(values, 3));
    expect(meanEstimate(values, 3)).not.toEqual(meanEstimate(values, 4));
  });

  it("holds the mean, and is a point where all values are equal", () => {
    expect(meanEstimate([2, 2, 2], 1)).toEqual({ value: 2, interval: [2, 2] });
    const { value, interval } = meanEstimate([0, 1, 1, 5], 1)!;
    expect(value).toBe(1.75);
    expect(interval![0]).toBeLessThan(value);
    expect(interval![1]).toBeGreaterThan(value);
  });

  it("is not given for one value, nor a mean for none", () => {
    expect(meanEstimate([0.4], 1)).toEqual({ value: 0.4, interval: null });
    expect(meanEstimate([], 1)).toBeNull();
  });

  it("is not given where some sample has no such figure", () => {
    expect(bootstrapInterval(3, 1, (drawn) => (drawn.includes(2) ? 1 : Number.NaN))).toBeNull();
  });
});

describe("the relative change of a mean", () => {
  it("is of the means, not the mean of the changes", () => {
    expect(relativeChange([1, 3], [2, 3], 1)!.value).toBeCloseTo(0.25, 12);
  });

  it("pairs users: a change that all share is sure, however unlike the users are", () => {
    const random = seededRandom(2);
    const before = Array.from({ length: 60 }, () => 10 * random.uniform());
    const { value, interval } = relativeChange(
      before,
      before.map((x) => 0.9 * x),
      1,
    )!;
    expect(value).toBeCloseTo(-0.1, 12);
    expect(interval![0]).toBeCloseTo(-0.1, 12);
    expect(interval![1]).toBeCloseTo(-0.1, 12);
  });

  it("is undefined where there was nothing before", () => {
    expect(relativeChange([0, 0], [1, 0], 1)).toBeNull();
    expect(relativeChange([], [], 1)).toBeNull();
  });
});
