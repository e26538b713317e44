import { describe, expect, it } from "vitest";
import { derivedSeed, sampledRows, seededRandom } from "../../src/data/random";

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

  it("sample rows without repeats, ascending, each as likely as another", () => {
    const rows = sampledRows(1_000, 100, 1);
    expect([...rows]).toEqual([...new Set(rows)].sort((a, b) => a - b));
    expect(rows).toHaveLength(100);
    expect(rows.every((row) => row < 1_000)).toBe(true);
    expect(sampledRows(1_000, 100, 1)).toEqual(rows);
    expect(sampledRows(1_000, 100, 2)).not.toEqual(rows);
    expect([...sampledRows(3, 100, 1)]).toEqual([0, 1, 2]);
    const drawn = new Uint32Array(10);
    for (let seed = 0; seed < 4_000; seed++) for (const row of sampledRows(10, 3, seed)) drawn[row]++;
    for (const count of drawn) expect(Math.abs(count / 1_200 - 1)).toBeLessThan(0.15);
  });

  it("differ from part to part of a run", () => {
    const seeds = new Set(Array.from({ length: 1000 }, (_, epoch) => derivedSeed(1, `epoch ${epoch}`)));
    expect(seeds.size).toBe(1000);
  });
});
