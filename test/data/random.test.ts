import { describe, expect, it } from "vitest";
import { derivedSeed, seededRandom } from "../../src/data/random";

describe("seeded random numbers", () => {
  it("are the same for a seed, on every machine", () => {
    const random = seededRandom(1);
    expect([random.uniform(), random.uniform(), random.integer(1000)]).toEqual([
      0.6270739405881613, 0.002735721180215478, 527,
    ]);
  });

  it("are uniform and normal as they say", () => {
    const random = seededRandom(7);
    const uniform = Array.from({ length: 20_000 }, () => random.uniform());
    const normal = Array.from({ length: 20_000 }, () => random.normal());
    const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(mean(uniform)).toBeCloseTo(0.5, 1);
    expect(Math.min(...uniform)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...uniform)).toBeLessThan(1);
    expect(mean(normal)).toBeCloseTo(0, 1);
    expect(mean(normal.map((value) => value ** 2))).toBeCloseTo(1, 1);
  });

  it("shuffle without losing anything", () => {
    const values = Array.from({ length: 100 }, (_, i) => i);
    const shuffled = seededRandom(3).shuffle([...values]);
    expect(shuffled).not.toEqual(values);
    expect(shuffled.sort((a, b) => a - b)).toEqual(values);
  });

  it("differ from part to part of a run", () => {
    const seeds = new Set(Array.from({ length: 1000 }, (_, epoch) => derivedSeed(1, `epoch ${epoch}`)));
    expect(seeds.size).toBe(1000);
  });
});
