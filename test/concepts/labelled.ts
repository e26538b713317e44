/** Labels of neurons as tests plant them. */
import type { ConceptEvidence, NeuronLabel } from "../../src/protocol/artifact";

export function evidenceFor(concept: string, changes: Partial<ConceptEvidence> = {}): ConceptEvidence {
  return {
    concept,
    label: concept.split(":").at(-1)!,
    kind: "tag",
    of: "items",
    selectionAuc: 0.9,
    heldOutAuc: 0.9,
    heldOutAucInterval: [0.85, 0.95],
    averagePrecision: 0.8,
    precision10: 0.9,
    precision50: 0.8,
    precision200: null,
    baseRate: 0.1,
    lift: 9,
    recall: 0.8,
    q: 0.001,
    ...changes,
  };
}

/** Per neuron, the concept that its label names, or null. */
export function labelsNaming(concepts: readonly (string | null)[]): NeuronLabel[] {
  return concepts.map((concept, neuron) => {
    const evidence = concept === null ? null : evidenceFor(concept);
    return {
      neuron,
      label: evidence?.label ?? `like Item ${neuron}`,
      kind: evidence === null ? "unlabelled" : "tag",
      confidence: evidence === null ? "none" : "high",
      evidence,
      model: null,
      person: null,
    };
  });
}
