import { describe, expect, it } from "vitest";
import { queryNeurons } from "../../src/engine/neuron-query";
import type { ConceptKind, NeuronLabel, PersonalWord } from "../../src/protocol/artifact";
import type { NeuronQuery, NeuronRow } from "../../src/protocol/neurons";
import { neuronLabel, neuronRow, personalWord } from "./labelled-neurons";

interface Known {
  neuron: number;
  label: string;
  kind: ConceptKind;
  ms: number | null;
  concept?: string;
  row?: Partial<NeuronRow>;
  person?: Partial<PersonalWord>;
}

const KNOWN: Known[] = [
  {
    neuron: 0,
    label: "Horror",
    kind: "tag",
    ms: 0.5,
    concept: "tag:genres:Horror",
    row: { confidence: "high", lift: 9.6 },
  },
  { neuron: 1, label: "1990s", kind: "era", ms: null, concept: "era:1990", row: { confidence: "medium", lift: 2 } },
  {
    neuron: 2,
    label: "Sci-Fi",
    kind: "tag",
    ms: 0.9,
    concept: "tag:genres:Sci-Fi",
    person: { pinned: true, note: "x" },
  },
  { neuron: 3, label: "dead", kind: "dead", ms: null },
  { neuron: 13, label: "like Alien, The Thing", kind: "unlabelled", ms: 0.704, person: { wrong: true } },
  {
    neuron: 14,
    label: "Slasher or worse",
    kind: "tag",
    ms: 0.7,
    concept: "tag:genres:Thriller",
    row: { statisticalLabel: "Thriller", labelledBy: "person", confidence: "low", lift: 3 },
    person: { label: "Slasher or worse", mergedWith: [0], carried: { sae: "sha256:0", neuron: 4, cosine: 0.9 } },
  },
];

const rows: NeuronRow[] = KNOWN.map(({ neuron, label, kind, ms, row, person, concept }) =>
  neuronRow({
    neuron,
    label,
    statisticalLabel: label,
    kind,
    ms,
    purity10: concept === undefined ? null : ms,
    auc: concept === undefined ? null : 0.8,
    density: neuron / 100,
    pinned: person?.pinned ?? false,
    wrong: person?.wrong ?? false,
    hasNote: (person?.note ?? "") !== "",
    ...row,
  }),
);
const labels: NeuronLabel[] = [];
for (const { neuron, label, kind, concept, person } of KNOWN) {
  labels[neuron] = neuronLabel({ neuron, label, kind, concept, person: person ? personalWord(person) : null });
}

function found(query: NeuronQuery): number[] {
  return queryNeurons(rows, labels, query).rows.map(({ neuron }) => neuron);
}

describe("searching neurons", () => {
  const cases: [what: string, search: string, neurons: number[]][] = [
    ["nothing", "", [0, 1, 2, 3, 13, 14]],
    ["only space", "  ", [0, 1, 2, 3, 13, 14]],
    ["a word of the label, in any case", "ALIEN", [13]],
    ["all words must match", "alien horror", []],
    ["a number is that neuron, not one that begins with it", "1", [1]],
    ["a number that is in a label too", "1990", [1]],
    ["a number in quotes is text", '"13"', []],
    ["a phrase", '"the thing"', [13]],
    ["a quote that is still open", '"the th', [13]],
    ["a word of the concept, under whatever name", "thriller", [14]],
    ["a label that statistics found, where a person renamed it", "label:thriller", [14]],
    ["a whole label", "label=horror", [0]],
    ["a quoted value", 'label:"alien, the"', [13]],
    ["a field in any case, with space around", "Label : Sci", [2]],
    ["the concept's key", "concept:genres", [0, 2, 14]],
    ["a kind", "kind:era", [1]],
    ["a state", "is:pinned", [2]],
    ["marked wrong", "is:wrong", [13]],
    ["with a note", "is:noted", [2]],
    ["renamed by a person", "is:renamed", [14]],
    ["merged", "is:merged", [14]],
    ["carried from another SAE", "is:carried", [14]],
    ["dead", "is:dead", [3]],
    ["with a name", "is:labelled", [0, 1, 2, 14]],
    ["without a name", "-is:labelled", [3, 13]],
    ["a confidence", "confidence:high", [0]],
    ["at least a confidence", "confidence>=medium", [0, 1]],
    ["less than a confidence", "confidence<low", [2, 3, 13]],
    ["a number above", "ms>0.6", [2, 13, 14]],
    ["a bound that counts", "ms>=.9", [2]],
    ["space around a comparison", "ms > 0.6", [2, 13, 14]],
    ["equal at the digits that are written", "ms=.70", [13, 14]],
    ["more digits, fewer neurons", "ms=.704", [13]],
    ["no value, no match", "ms<2", [0, 2, 13, 14]],
    ["a percentage", "density<2%", [0, 1]],
    ["the same as a fraction", "density<0.02", [0, 1]],
    ["a percentage that is equal", "density=13%", [13]],
    ["purity", "purity>=50%", [0, 2, 14]],
    ["auc", "auc:.8", [0, 1, 2, 14]],
    ["lift", "lift>=3", [0, 14]],
    ["a range of neurons", "neuron>=2 neuron<=13", [2, 3, 13]],
    ["one neuron", "neuron:13", [13]],
    ["what is not", "-horror", [1, 2, 3, 13, 14]],
    ["what is not, by field", "-kind:tag", [1, 3, 13]],
    ["a minus that is a word", "like - alien", []],
    ["one or the other", "horror or alien", [0, 13]],
    ["or binds closer than and", "kind:tag horror or sci-fi", [0, 2]],
    ["three alternatives", "0 or 1 OR 2", [0, 1, 2]],
    ["or in quotes is text", 'slasher "or"', [14]],
    ["terms together", "kind:tag ms>0.6 -is:pinned", [14]],
    ["a time is a word", "12:30", []],
  ];
  for (const [what, search, neurons] of cases) {
    it(`finds ${what}: ${search}`, () => expect(found({ search })).toEqual(neurons));
  }

  const faults: [what: string, search: string, term: string, said: RegExp][] = [
    ["an unknown field", "horror labell:x", "labell:x", /no field "labell"; did you mean "label"\? Fields are label, /],
    ["a title with a colon", "Alien:Resurrection", "Alien:Resurrection", /Put quotes around/],
    ["an unknown kind", "kind:eras", "kind:eras", /no kind "eras"; did you mean "era"\? Known are tag, /],
    ["an unknown state", "is:nice", "is:nice", /no state "nice"\. Known are pinned, /],
    ["an unknown confidence", "confidence:sure", "confidence:sure", /Known are high, medium, low, none/],
    ["no number", "ms>high", "ms>high", /"high" is no number. Write for example ms>0.6/],
    ["a point alone", "ms>.", "ms>.", /is no number/],
    ["a missing number", "ms>", "ms>", /"ms>" needs a number/],
    ["a missing value", "kind:", "kind:", /"kind:" needs a value/],
    ["a comparison of text", "label>horror", "label>horror", /label is no number: write label:horror/],
    ["or at the end", "horror or", "or", /between two terms/],
    ["or at the start", "or horror", "or", /between two terms/],
    ["or twice", "a or or b", "or", /between two terms/],
  ];
  for (const [what, search, term, said] of faults) {
    it(`says what is wrong with ${what}: ${search}`, () => {
      expect(() => found({ search })).toThrow(
        expect.objectContaining({
          reason: "query-invalid",
          message: expect.stringMatching(said),
          where: { key: term },
        }),
      );
    });
  }
});

describe("listing neurons", () => {
  const cases: [what: string, query: NeuronQuery, neurons: number[]][] = [
    ["kinds", { kinds: ["tag", "era"] }, [0, 1, 2, 14]],
    ["no kinds are all kinds", { kinds: [] }, [0, 1, 2, 3, 13, 14]],
    ["kinds and a search", { kinds: ["tag"], search: "ms>0.6" }, [2, 14]],
    ["best first, neurons without a score last", { sort: "ms", descending: true }, [2, 13, 14, 0, 1, 3]],
    ["worst first, neurons without a score still last", { sort: "ms" }, [0, 14, 13, 2, 1, 3]],
    ["by label", { sort: "label" }, [1, 3, 0, 13, 2, 14]],
    ["surest first", { sort: "confidence", descending: true }, [0, 1, 14, 2, 3, 13]],
    ["a page", { sort: "density", descending: true, offset: 1, limit: 2 }, [13, 3]],
    ["a page past the end", { offset: 10, limit: 5 }, []],
  ];
  for (const [what, query, neurons] of cases) it(what, () => expect(found(query)).toEqual(neurons));

  it("counts the matches before paging, and leaves the rows as they were", () => {
    const before = [...rows];
    expect(queryNeurons(rows, labels, { kinds: ["tag"], limit: 1, sort: "ms" }).total).toBe(3);
    expect(rows).toEqual(before);
  });
});
