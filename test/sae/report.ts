/** Complete labels and reports for tests of what is written beside an SAE. */
import type { Baseline, LabelsFile, Report } from "../../src/protocol/artifact";
import { completeSettings } from "./settings";

const MEASURES = {
  ms: 0.5,
  purity10: null,
  purity10BaseRate: null,
  labelledSurely: 0,
  labelled: 0,
  rbo30: 0.4,
  rbo30Extrapolated: 0.45,
  kendall30: 0.1,
  rankedUsers: 1,
  l0: 1.5,
  l0Users: 1.4,
  l0Items: 1.6,
  dead: 0,
  explainedVariance: 0.9,
  cosine: 0.95,
  shrinkage: 0.98,
  intervals: { ms: null, purity10: null, rbo30: null, rbo30Extrapolated: null, kendall30: null },
};

/** @param latents how many neurons it is about */
export function completeReport(latents: number, overrides: Partial<Report> = {}): Report {
  const baseline: Baseline = { ...MEASURES, neurons: latents, ndcg20Change: null };
  return {
    version: 2,
    sae: "sha256:0",
    users: 4,
    items: 6,
    dimensions: 5,
    latents,
    settings: completeSettings({ latents }),
    ...MEASURES,
    rankedUsersHeldOut: true,
    measuredUsers: 4,
    measuredItems: 6,
    rankedItems: 6,
    accuracy: null,
    duplicates: { leastCosine: 0.9, pairs: 0, byDecoder: 0, byLabel: 0, strongest: [] },
    seedStability: null,
    baselines: { rawDimensions: baseline, randomSae: baseline },
    trainSeconds: 1,
    msPerStep: 0.2,
    steps: 5,
    interrupted: false,
    neurons: Array.from({ length: latents }, () => ({ ms: 0.5, density: 0.1 })),
    ...overrides,
  };
}

/** Labels of neurons that no concept describes. */
export function unlabelled(latents: number, hash: string): LabelsFile {
  const neurons = Array.from({ length: latents }, (_, neuron) => ({
    neuron,
    label: "like A, B",
    kind: "unlabelled" as const,
    confidence: "none" as const,
    evidence: null,
    model: null,
    person: null,
  }));
  return { version: 2, sae: hash, neurons };
}
