import { describe, expect, it } from "vitest";
import { type Circumstances, reasonOf } from "../../src/engine/neuron-reason";
import type { ConceptEvidence, ModelLabel, NeuronLabel, PersonalWord } from "../../src/protocol/artifact";

const horror: ConceptEvidence = {
  concept: "tag:genres:Horror",
  label: "Horror",
  kind: "tag",
  of: "items",
  selectionAuc: 0.95,
  heldOutAuc: 0.931,
  heldOutAucInterval: [0.912, 0.949],
  averagePrecision: 0.7,
  precision10: 0.9,
  precision50: 0.8,
  precision200: null,
  baseRate: 0.09,
  lift: 10,
  recall: 0.8,
  q: 0.00004,
};
const model: ModelLabel = {
  label: "Slashers",
  model: "Some model",
  at: "2026-01-01T00:00:00Z",
  asked: 20,
  correct: 18,
  score: 0.9,
  interval: [0.7, 0.97],
};
const person: PersonalWord = {
  label: "رعب <b>",
  mergedWith: [],
  wrong: false,
  pinned: false,
  note: "",
  by: "Ada",
  at: "2026-01-01T00:00:00Z",
  carried: null,
};
const named: NeuronLabel = {
  neuron: 3,
  label: "Horror",
  kind: "tag",
  confidence: "high",
  evidence: horror,
  model: null,
  person: null,
};
const unlabelled: NeuronLabel = { ...named, label: "like A", kind: "unlabelled", confidence: "none", evidence: null };
const strong = { correlation: 0.52, top: { hits: 9, of: 10, attainable: 10 } };
const found: Circumstances = { explained: strong, concepts: 1_234, hasTexts: false, activeItems: 40, nearest: null };

describe("the reason of a name", () => {
  it("tells the proof", () => {
    const reason = reasonOf(named, found);
    for (const part of [
      "90% of the ten",
      "“Horror”",
      "9% of all",
      "10 times the share",
      "93% of cases",
      "91% to 95%",
    ]) {
      expect(reason).toContain(part);
    }
  });

  it("tells why the confidence is what it is", () => {
    const told = (confidence: NeuronLabel["confidence"], correlation: number, hits = 9) =>
      reasonOf(
        { ...named, confidence },
        { ...found, explained: { correlation, top: { hits, of: 10, attainable: 10 } } },
      );
    expect(told("high", 0.52)).toContain("high: it describes the neuron well (correlation 0.52), and better than any");
    expect(told("medium", 0.52)).toContain("medium: it holds (correlation 0.52), but another concept describes");
    expect(told("medium", 0.25)).toContain("medium: it holds (correlation 0.25), but it describes a part");
    expect(told("medium", 0.52, 5)).toContain(
      "medium: it holds (correlation 0.52), but too few of the strongest items",
    );
    expect(told("low", 0.45, 4)).toContain("low: it holds (correlation 0.45), but too few of the strongest items");
    expect(told("low", 0.12)).toContain("low: it holds (correlation 0.12), but it describes a part");
    expect(reasonOf(named, { ...found, explained: null })).toContain("Confidence is high.");
  });

  it("tells what a person and a language model said, and still what was found", () => {
    const reason = reasonOf({ ...named, model, person }, found);
    expect(reason).toContain("Named by Ada.");
    expect(reason).toContain("Some model proposed “Slashers” and with it told 18 of 20 held-out items right, surely");
    expect(reason).toContain("belong to “Horror”");
    const guessed = reasonOf({ ...named, model: { ...model, interval: [0.4, 0.9] } }, found);
    expect(guessed).toContain("not surely better than guessing");
  });

  it("tells of a word that was carried from an SAE of before, and of one that only says that the name is wrong", () => {
    const carried = { sae: "sha256:0", neuron: 7, cosine: 0.912 };
    expect(reasonOf({ ...named, person: { ...person, carried } }, found)).toContain(
      "neuron 7 has the nearest decoder row (cosine 0.91)",
    );
    const wrong = reasonOf({ ...named, person: { ...person, label: null, wrong: true } }, found);
    expect(wrong).toContain("Ada marked the name that was found as wrong.");
    expect(wrong).not.toContain("Named by");
  });
});

describe("the reason of there being no name", () => {
  const cases: [what: string, label: NeuronLabel, circumstances: Circumstances, told: string[]][] = [
    ["dead", { ...unlabelled, kind: "dead" }, { ...found, activeItems: 0 }, ["no user or item measured activates it"]],
    ["active on users alone", unlabelled, { ...found, activeItems: 0 }, ["only users activate it"]],
    ["nothing known of items", unlabelled, { ...found, concepts: 0 }, ["nothing is known of the items", "Add tags"]],
    ["no concept holds", unlabelled, found, ["of 1,234 concepts none"]],
    ["no word holds", unlabelled, { ...found, concepts: 0, hasTexts: true }, ["of 0 concepts and the words of titles"]],
    [
      "no concept holds, but one comes near",
      unlabelled,
      { ...found, nearest: horror },
      ["Nearest comes “Horror”, with 90%"],
    ],
  ];
  for (const [what, label, circumstances, told] of cases) {
    it(what, () => {
      const reason = reasonOf(label, circumstances);
      expect(reason).toContain("It has no name");
      for (const part of told) expect(reason).toContain(part);
    });
  }
});
