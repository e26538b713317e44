/** Words of titles and descriptions as names of neurons. */
import { describe, expect, it } from "vitest";
import { conceptOfKey } from "../../src/concepts/concept-by-key";
import { labelNeurons } from "../../src/concepts/label";
import { distinctiveWords, wordCounts } from "../../src/concepts/text";
import { vocabularyOf } from "../../src/concepts/text-words";
import { allRows } from "../../src/data/matrix";
import { seededRandom } from "../../src/data/random";
import { flags, itemsWith, neuronsFor } from "./planted";

const repeat = <T>(n: number, make: (index: number) => T) => Array.from({ length: n }, (_, index) => make(index));
const words = (titles: string[], texts: string[][] = []) =>
  vocabularyOf(
    itemsWith(titles.length, { titles, texts: texts.map((values) => ({ column: "text", values })) }),
  ).concepts.map(({ key, bearers }) => `${key} ${bearers.length}`);

describe("words and phrases", () => {
  it("are those of a workable number of items, without stop words and the year of a title", () => {
    const titles = repeat(100, (item) => (item < 12 ? `The Star Trek of ${item} (1979)` : `Film ${item} (1979)`));
    expect(words(titles)).toEqual(["text:star trek 12", "text:star 12", "text:trek 12"]);
  });

  it("are looked for in titles and texts alike, and markup is none", () => {
    const titles = repeat(100, (item) => `Film ${item}`);
    const texts = repeat(100, (item) => (item % 10 === 0 ? "<b>Vampire</b>&nbsp;<script>run()</script> story" : ""));
    expect(words(titles, [texts])).toEqual(["text:vampire 10", "text:run 10", "text:story 10"]);
  });

  it("are found in scripts without spaces, and from right to left", () => {
    expect(words(repeat(100, (item) => (item < 15 ? "東京物語" : `${item}`))).join()).toContain("東京");
    expect(words(repeat(100, (item) => (item < 15 ? "سلام دنیا" : `${item}`)))).toContain("text:سلام دنیا 15");
  });

  it("are none where there are no titles", () => {
    expect(vocabularyOf(itemsWith(50)).concepts).toEqual([]);
    expect(words(repeat(50, () => ""))).toEqual([]);
  });

  it("are told apart by log-odds with a prior: what is common among the top and rare elsewhere comes first", () => {
    const random = seededRandom(2);
    const titles = repeat(600, (item) => {
      const common = random.uniform() < 0.15 ? "love" : "blue";
      return item < 40 ? `Vampire ${common} ${item}` : `Other ${common} ${random.uniform() < 0.01 ? "vampire" : item}`;
    });
    const vocabulary = vocabularyOf(itemsWith(600, { titles }));
    const counts = wordCounts(vocabulary, allRows(600));
    const found = distinctiveWords(vocabulary, counts, [...allRows(40)], 5);
    expect(vocabulary.concepts[found[0]].key).toMatch(/^text:vampire/);
    expect(found.map((word) => vocabulary.concepts[word].key)).not.toContain("text:love");
  });

  it("name a neuron where no other concept does, and are found again by their key", () => {
    const random = seededRandom(3);
    const titles = repeat(
      1000,
      (item) => `Part${item} ${item % 20 === 0 ? "Star Trek" : "Film"} x${random.integer(30)}`,
    );
    const items = itemsWith(1000, { titles });
    const trek = Uint8Array.from(titles, (title) => Number(title.includes("Star Trek")));
    const activations = neuronsFor(random, [trek, new Uint8Array(1000)], 3, 1000);
    const labels = labelNeurons({ activations, live: Uint8Array.of(1, 1), items, concepts: [] });
    expect(labels.map(({ kind }) => kind)).toEqual(["text", "unlabelled"]);
    expect(labels[0]).toMatchObject({ label: "“star trek”", evidence: { concept: "text:star trek" } });
    expect(flags(conceptOfKey("text:star trek", [], items)!)).toEqual(trek);
    expect(conceptOfKey("text:nowhere", [], items)).toBeNull();
  });
});
