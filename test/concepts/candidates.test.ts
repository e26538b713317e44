/** Which concepts a catalogue offers. */
import { describe, expect, it } from "vitest";
import { bears, conceptCandidates } from "../../src/concepts/candidates";
import { seededRandom } from "../../src/data/random";
import { interactionsWith, itemsWith } from "./planted";

const tagColumn = (values: string[][], column = "genres") => [{ column, values }];
const repeat = <T>(n: number, make: (index: number) => T) => Array.from({ length: n }, (_, index) => make(index));
const labelsOf = (...args: Parameters<typeof conceptCandidates>) =>
  conceptCandidates(...args).map(({ label, bearers }) => `${label}: ${bearers.length}`);

describe("concepts from tags", () => {
  it("are the tags of at least 10 items and at most 90% of all, with their bearers", () => {
    const values = repeat(100, (item) => [
      ...(item < 10 ? ["Ten"] : []),
      ...(item < 9 ? ["Nine"] : []),
      ...(item < 90 ? ["Ninety"] : []),
      ...(item < 91 ? ["Too many"] : []),
    ]);
    const concepts = conceptCandidates(itemsWith(100, { tags: tagColumn(values) }), null);
    expect(concepts.map(({ key, label, kind, bearers }) => ({ key, label, kind, count: bearers.length }))).toEqual([
      { key: "tag:genres:Ninety", label: "Ninety", kind: "tag", count: 90 },
      { key: "tag:genres:Ten", label: "Ten", kind: "tag", count: 10 },
    ]);
    expect([...concepts[1].bearers]).toEqual(repeat(10, (item) => item));
    expect(repeat(100, (item) => bears(concepts[1], item))).toEqual(repeat(100, (item) => item < 10));
  });

  it("count an item once that names a tag twice, and ignore empty tags", () => {
    const values = repeat(30, (item) => (item < 12 ? ["War", "War", ""] : [""]));
    expect(labelsOf(itemsWith(30, { tags: tagColumn(values) }), null)).toEqual(["War: 12"]);
  });

  it("say the column only where two concepts would have the same name", () => {
    const values = repeat(40, (item) => (item < 20 ? ["Comedy"] : ["Niche"]));
    const items = itemsWith(40, {
      tags: [
        ...tagColumn(values),
        ...tagColumn(
          values.map((v) => [v[0]]),
          "mood",
        ),
      ],
    });
    const concepts = conceptCandidates(items, interactionsWith(repeat(40, (item) => item)));
    expect(concepts.map(({ key, label }) => [key, label])).toEqual([
      ["tag:genres:Comedy", "Comedy (genres)"],
      ["tag:genres:Niche", "Niche (genres)"],
      ["tag:mood:Comedy", "Comedy (mood)"],
      ["tag:mood:Niche", "Niche (mood)"],
      ["popularity:mid", "Moderately popular"],
      ["popularity:tail", "Niche"],
    ]);
  });

  it("are called as their column where that holds flags", () => {
    const flag = (column: string, values: string[]) => ({ column, values: values.map((value) => [value]) });
    const items = itemsWith(40, {
      tags: [
        flag(
          "Horror",
          repeat(40, (item) => (item < 15 ? "1" : "0")),
        ),
        flag(
          "In print",
          repeat(40, (item) => (item % 2 === 0 ? "True" : "False")),
        ),
      ],
    });
    expect(labelsOf(items, null)).toEqual(["Horror: 15", "In print: 20"]);
  });

  it("are capped, the largest kept, within seconds for 50,000 distinct tags", () => {
    const random = seededRandom(1);
    const values = repeat(6_000, () => repeat(60, () => `tag ${Math.floor(50_000 * random.uniform() ** 2)}`));
    const items = itemsWith(6_000, { tags: tagColumn(values) });
    const start = performance.now();
    const concepts = conceptCandidates(items, null);
    expect(performance.now() - start).toBeLessThan(10_000);
    expect(concepts).toHaveLength(5000);
    const sizes = concepts.map(({ bearers }) => bearers.length);
    expect(sizes).toEqual([...sizes].sort((a, b) => b - a));
  });

  it("are none where each item has a tag of its own", () => {
    expect(
      conceptCandidates(itemsWith(500, { tags: tagColumn(repeat(500, (item) => [`only ${item}`])) }), null),
    ).toEqual([]);
  });
});

describe("concepts from numbers", () => {
  const of = (values: number[]) =>
    labelsOf(itemsWith(values.length, { numbers: [{ column: "price", values: Float64Array.from(values) }] }), null);

  it("are fifths, with their borders", () => {
    expect(of(repeat(100, (item) => item / 10))).toEqual([
      "price: lowest fifth (under 2): 20",
      "price: second fifth (2 to 4): 20",
      "price: middle fifth (4 to 6): 20",
      "price: fourth fifth (6 to 8): 20",
      "price: highest fifth (from 8): 20",
    ]);
  });

  it("are the values themselves where they are few", () => {
    expect(of(repeat(60, (item) => 1 + (item % 3)))).toEqual(["price: 1: 20", "price: 2: 20", "price: 3: 20"]);
  });

  it("leave out fifths that equal values blow up, and items without a number", () => {
    expect(of(repeat(100, (item) => (item < 70 ? 0 : item)))).toEqual(["price: highest fifth (from 80): 20"]);
    expect(of(repeat(100, (item) => (item < 50 ? Number.NaN : item)))).toEqual(
      ["lowest fifth (under 60)", "second fifth (60 to 70)", "middle fifth (70 to 80)"]
        .concat(["fourth fifth (80 to 90)", "highest fifth (from 90)"])
        .map((band) => `price: ${band}: 10`),
    );
  });

  it("are none of a column that is all zero, all alike or empty", () => {
    expect(of(repeat(100, () => 0))).toEqual([]);
    expect(of(repeat(100, (item) => (item < 50 ? 7 : Number.NaN)))).toEqual([]);
    expect(of(repeat(100, () => Number.NaN))).toEqual([]);
    expect(of(repeat(100, () => Number.POSITIVE_INFINITY))).toEqual([]);
  });
});

describe("concepts from interactions", () => {
  it("are the items with a third of them, the least used with a tenth, and those between", () => {
    const counts = repeat(200, (item) => item);
    const concepts = conceptCandidates(itemsWith(200), interactionsWith(counts));
    const used = (key: string) => {
      const { bearers } = concepts.find((concept) => concept.key === key)!;
      return [...bearers].reduce((sum, item) => sum + counts[item], 0) / 19_900;
    };
    expect(concepts.map(({ key, label, bearers }) => [key, label, bearers.length])).toEqual([
      ["popularity:head", "Popular", 37],
      ["popularity:mid", "Moderately popular", 100],
      ["popularity:tail", "Niche", 63],
    ]);
    expect(used("popularity:head")).toBeCloseTo(1 / 3, 1);
    expect(used("popularity:tail")).toBeCloseTo(0.1, 2);
  });

  it("keep items that tie on the same side", () => {
    const few = repeat(200, (item) => (item < 120 ? 1 : item < 170 ? 2 : 5));
    expect(labelsOf(itemsWith(200), interactionsWith(few))).toEqual([
      "Popular: 30",
      "Moderately popular: 50",
      "Niche: 120",
    ]);
  });

  it("are none where all items are equally popular", () => {
    expect(conceptCandidates(itemsWith(50), interactionsWith(repeat(50, () => 3)))).toEqual([]);
  });
});

describe("concepts from years", () => {
  it("are decades with enough items; items without a year bear none", () => {
    const years = repeat(60, (item) => (item < 20 ? 1985 : item < 35 ? 1990 : item < 40 ? 2003 : null));
    expect(labelsOf(itemsWith(60, { years }), null)).toEqual(["1980s: 20", "1990s: 15"]);
  });

  it("are also what is older and what is newer than most, where several decades make about a fifth", () => {
    const years = repeat(100, (item) => 1950 + Math.floor(item * 0.6));
    expect(labelsOf(itemsWith(100, { years }), null).filter((label) => !/^\d/.test(label))).toEqual([
      "Before 1970: 34",
      "Since 1990: 33",
    ]);
  });

  it("join thin early decades in one band", () => {
    const years = repeat(400, (item) => (item < 6 ? 1927 : item < 18 ? 1939 : item < 30 ? 1944 : 1990 + (item % 20)));
    expect(labelsOf(itemsWith(400, { years }), null)).toEqual([
      "Before 1990: 30",
      "1930s: 12",
      "1940s: 12",
      "1990s: 180",
      "2000s: 190",
    ]);
  });
});

describe("a catalogue without metadata", () => {
  it("offers no concepts", () => {
    expect(conceptCandidates(itemsWith(100), null)).toEqual([]);
    expect(conceptCandidates(itemsWith(0), null)).toEqual([]);
  });
});
