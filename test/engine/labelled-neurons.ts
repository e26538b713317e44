/** Neurons as lists and `labels.json` have them, where a test cares for little of what they say. */
import type { ModelLabel, NeuronLabel, PersonalWord } from "../../src/protocol/artifact";
import type { NeuronRow } from "../../src/protocol/neurons";
import { evidenceFor } from "../concepts/labelled";

export function neuronRow(row: Partial<NeuronRow>): NeuronRow {
  return {
    neuron: 0,
    label: "Horror",
    labelledBy: "statistics",
    statisticalLabel: "Horror",
    kind: "tag",
    confidence: "none",
    pinned: false,
    wrong: false,
    hasNote: false,
    ms: null,
    purity10: null,
    purity10BaseRate: null,
    auc: null,
    lift: null,
    density: 0.1,
    histogram: [],
    ...row,
  };
}

/** @param concept key of the evidence's concept; none: there is no evidence */
export function neuronLabel({
  concept,
  ...label
}: Partial<Omit<NeuronLabel, "evidence">> & { concept?: string }): NeuronLabel {
  const evidence = concept === undefined ? null : evidenceFor(concept);
  return {
    neuron: 0,
    label: "Horror",
    kind: "tag",
    confidence: "none",
    evidence,
    model: null,
    person: null,
    ...label,
  };
}

export function personalWord(word: Partial<PersonalWord>): PersonalWord {
  return {
    label: null,
    mergedWith: [],
    wrong: false,
    pinned: false,
    note: "",
    by: "Ada",
    at: "2026-01-01T00:00:00.000Z",
    carried: null,
    ...word,
  };
}

/** A name that stood its test. */
export const FRIGHT: ModelLabel = {
  label: "Fright",
  model: "m",
  at: "",
  asked: 4,
  correct: 4,
  score: 1,
  interval: [0.5, 1],
};
