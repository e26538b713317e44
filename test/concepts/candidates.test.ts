/** Which concepts a catalogue offers. */
import { describe, expect, it } from "vitest";
import { conceptCandidates } from "../../src/concepts/candidates";
import { seededRandom } from "../../src/data/random";
import { interactionsWith, itemsWith } from "./planted";

const tagColumn = (values: string[][], column = "genres") => [{ column, values }];
const repeat = <T>(n: number, make: (index: number) => T) => Array.from({ length: n }, (_, index) => make(index));
const labelsOf = (...args: Parameters<typeof conceptCandidates>) =>
  conceptCandidates(...args).map(({ label, count }) => `${label}: ${count}`);

describe("concepts from tags", () => {
  it("are the tags of at least 10 items and at most 90% of all, with their bearers", () => {
    const values = repeat(100, (item) => [
      ...(item < 10 ? ["Ten"] : []),
      ...(item < 9 ? ["Nine"] : []),
      ...(item < 90 ? ["Ninety"] : []),
      ...(item < 91 ? ["Too many"] : []),
    ]);
    const concepts = conceptCandidates(itemsWith(100, { tags: tagColumn(values) }), null);
    expect(concepts.map(({ key, label, kind, count }) => ({ key, label, kind, count }))).toEqual([
      { key: "tag:genres:Ninety", label: "Ninety", kind: "tag", count: 90 },
      { key: "tag:genres:Ten", label: "Ten", kind: "tag", count: 10 },
    ]);
    expect([...concepts[1].bears]).toEqual(repeat(100, (item) => (item < 10 ? 1 : 0)));
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
      ["popularity:tail", "Niche"],
    ]);
  });

  it("are capped, the largest kept, within two seconds for 50,000 distinct tags", () => {
    const random = seededRandom(1);
    const values = repeat(3000, () => repeat(60, () => `tag ${Math.floor(50_000 * random.uniform() ** 2)}`));
    const items = itemsWith(3000, { tags: tagColumn(values) });
    const start = performance.now();
    const concepts = conceptCandidates(items, null);
    expect(performance.now() - start).toBeLessThan(2000);
    expect(concepts).toHaveLength(500);
    expect(concepts.map(({ count }) => count)).toEqual(concepts.map(({ count }) => count).sort((a, b) => b - a));
  });
});

describe("concepts from interactions", () => {
  it("are the tenth of the items with the most and the half with the fewest", () => {
    const items = itemsWith(200);
    const concepts = conceptCandidates(items, interactionsWith(repeat(200, (item) => item)));
    expect(concepts.map(({ key, label, count }) => [key, label, count])).toEqual([
      ["popularity:head", "Popular", 20],
      ["popularity:tail", "Niche", 100],
    ]);
    expect([...concepts[0].bears.keys()].filter((item) => concepts[0].bears[item] === 1)[0]).toBe(180);
  });

  it("keep items that tie on the same side", () => {
    const few = repeat(200, (item) => (item < 120 ? 1 : item < 170 ? 2 : 5));
    expect(labelsOf(itemsWith(200), interactionsWith(few))).toEqual(["Popular: 30", "Niche: 120"]);
    const many = repeat(200, (item) => (item < 120 ? 1 : item < 190 ? 5 : 9));
    expect(labelsOf(itemsWith(200), interactionsWith(many))).toEqual(["Popular: 10", "Niche: 120"]);
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
