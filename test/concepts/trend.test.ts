/** Items whose use rises or falls, whatever the season and however late they were released. */
import { describe, expect, it } from "vitest";
import { conceptCandidates } from "../../src/concepts/candidates";
import { trendConcepts, useTrends } from "../../src/concepts/trend";
import type { Interactions } from "../../src/data/dataset";
import { seededRandom } from "../../src/data/random";
import { itemsWith } from "./planted";

const YEAR = 365 * 24 * 3600;

/** Item i is used from its release on, at times that `u` in (0, 1) gives by the item's kind. */
function used(kinds: { release: number; time: (u: number) => number; uses: number }[], seed = 1): Interactions {
  const random = seededRandom(seed);
  const [items, times]: [number[], number[]] = [[], []];
  kinds.forEach(({ release, time, uses }, item) => {
    for (let use = 0; use < uses; use++) {
      items.push(item);
      times.push(1e9 + YEAR * (release + (1 - release) * time(random.uniform())));
    }
  });
  return { offsets: Uint32Array.of(0, items.length), items: Uint32Array.from(items), times: Float64Array.from(times) };
}

const steady = (u: number) => u;
const rising = (u: number) => Math.sqrt(u);
const falling = (u: number) => 1 - Math.sqrt(1 - u);
const repeat = <T>(n: number, make: (index: number) => T) => Array.from({ length: n }, (_, index) => make(index));

describe("trends of use", () => {
  it("find what rises and what falls, and leave what is steady", () => {
    const kinds = [steady, rising, falling];
    const interactions = used(repeat(300, (item) => ({ release: 0, time: kinds[item % 3], uses: 100 })));
    const [up, down] = trendConcepts(interactions, 300);
    for (const [{ bearers }, kind] of [
      [up, 1],
      [down, 2],
    ] as const) {
      const right = [...bearers].filter((item) => item % 3 === kind).length;
      expect(right).toBeGreaterThan(90);
      expect(bearers.length - right).toBeLessThan(10);
    }
  });

  it("do not take a late release for a rise", () => {
    const interactions = used(repeat(300, (item) => ({ release: (item % 10) / 12, time: steady, uses: 80 })));
    const { z } = useTrends(interactions, 300)!;
    const late = [...z].filter((_, item) => item % 10 > 6);
    expect(late.reduce((sum, value) => sum + value, 0) / late.length).toBeLessThan(0.5);
    expect(trendConcepts(interactions, 300)[0].bearers.length).toBeLessThan(0.1 * 300);
  });

  it("do not take a busy season for a rise", () => {
    const season = (u: number) => (u < 0.2 ? u * 4 : 0.8 + (u - 0.2) / 4);
    const interactions = used(repeat(200, () => ({ release: 0, time: season, uses: 60 })));
    const { z } = useTrends(interactions, 200)!;
    expect(Math.abs(z.reduce((sum, value) => sum + value, 0) / 200)).toBeLessThan(0.3);
    const spread = Math.sqrt(z.reduce((sum, value) => sum + value * value, 0) / 200);
    expect(spread).toBeGreaterThan(0.8);
    expect(spread).toBeLessThan(1.2);
  });

  it("are none without times, of one moment alone, or where times cannot be read", () => {
    const interactions = used(repeat(50, () => ({ release: 0, time: steady, uses: 10 })));
    const { times: _, ...timeless } = interactions;
    expect(trendConcepts(timeless, 50)).toEqual([]);
    for (const time of [5, Number.NaN]) {
      const alike = { ...interactions, times: interactions.times!.map(() => time) };
      expect(conceptCandidates(itemsWith(50), alike).filter(({ kind }) => kind === "trend")).toEqual([]);
    }
  });
});
