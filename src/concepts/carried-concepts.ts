/** Which neurons carry a concept by their labels, alone or as one of two. */
import type { NeuronLabel } from "../protocol/artifact";
import type { Concept } from "./candidates";
import { splitKeys } from "./conjunction";

/** As much of a concept as is needed to look at its bearers. */
export type KnownConcept = Pick<Concept, "key" | "label" | "bearers">;

/** A concept of items and the neurons whose labels name it. */
export interface CarriedConcept {
  concept: KnownConcept;
  /** Ascending. */
  neurons: number[];
  /** Those of them that are named for it alone. */
  wholly: number[];
}

/** In the order of the concepts; those that no label names are left out. */
export function carriedConcepts(labels: readonly NeuronLabel[], concepts: readonly KnownConcept[]): CarriedConcept[] {
  const known = new Map(
    concepts.map((concept) => [concept.key, { concept, neurons: [] as number[], wholly: [] as number[] }]),
  );
  for (const { neuron, evidence } of labels) {
    if (evidence === null || evidence.of !== "items") continue;
    for (const key of partsOf(evidence.concept, known)) known.get(key)?.neurons.push(neuron);
    known.get(evidence.concept)?.wholly.push(neuron);
  }
  return [...known.values()].filter(({ neurons }) => neurons.length > 0);
}

/** Keys of the concepts that a label's key names: itself, or the two of a conjunction where both are known. */
export function partsOf(key: string, known: { has(key: string): boolean }): string[] {
  if (known.has(key)) return [key];
  return splitKeys(key).find((parts) => parts.every((part) => known.has(part))) ?? [key];
}
