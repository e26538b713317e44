import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { filledBins, popularityBins, type RowBin, yearBins } from "../../src/engine/activation-bins";

const rowsOf = (bins: RowBin[]) => bins.flatMap(({ rows }) => [...rows]).sort((a, b) => a - b);

describe("years in bins", () => {
  const cases: [what: string, years: (number | null)[], bins: [string, number[]][] | null][] = [
    ["single years where they are few", [1999, 1997, null, 1999], [["1997", [1]], ["1999", [0, 3]]]], // biome-ignore format: a table
    ["fives over a few decades", [1971, 1999, 1974], [["1970 to 1974", [0, 2]], ["1995 to 1999", [1]]]], // biome-ignore format: a table
    ["decades over more", [1994, 1922, 1999], [["1920s", [1]], ["1990s", [0, 2]]]], // biome-ignore format: a table
    ["none without years", [null, null], null],
  ];
  for (const [what, years, bins] of cases) {
    it(what, () => {
      expect(yearBins(years)?.map(({ name, rows }) => [name, [...rows]]) ?? null).toEqual(bins);
    });
  }
});

describe("popularity in bins", () => {
  it("are tenths of the items from the least used, named by how often that is", () => {
    const bins = popularityBins(Uint32Array.from({ length: 20 }, (_, row) => 100 * (20 - row)));
    expect(bins).toHaveLength(10);
    expect(bins[0]).toEqual({ name: "100 to 200", rows: Uint32Array.of(19, 18) });
    expect(bins[9].name).toBe("1,900 to 2,000");
  });

  it("hold every item once, those used equally often together", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 6 })), (counts) => {
        const bins = popularityBins(Uint32Array.from(counts));
        expect(rowsOf(bins)).toEqual([...counts.keys()]);
        const binOf = new Map(bins.flatMap(({ rows }, bin) => [...rows].map((row) => [row, bin])));
        for (const a of counts.keys()) {
          for (const b of counts.keys()) {
            if (counts[a] === counts[b]) expect(binOf.get(a)).toBe(binOf.get(b));
            if (counts[a] < counts[b]) expect(binOf.get(a)).toBeLessThanOrEqual(binOf.get(b)!);
          }
        }
      }),
    );
  });
});

describe("a neuron's bins", () => {
  it("count its rows and average its activation over all of them", () => {
    const bins = [
      { name: "few", rows: Uint32Array.of(0, 2) },
      { name: "many", rows: Uint32Array.of(1) },
    ];
    expect(filledBins(bins, Float32Array.of(3, 0, 0))).toEqual([
      { name: "few", all: 2, active: 1, mean: 1.5 },
      { name: "many", all: 1, active: 0, mean: 0 },
    ]);
  });
});
