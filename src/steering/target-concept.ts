/** The concept that an edit of a neuron aims at. */
import type { Concept } from "../concepts/candidates";
import { conceptOfKey } from "../concepts/concept-by-key";
import type { SteeringContext } from "./context";

/** What a neuron is proved to stand for, of items; null where nothing is, and for concepts of users. */
export function conceptOfNeuron(
  { labels, concepts, dataset }: Pick<SteeringContext, "labels" | "concepts" | "dataset">,
  neuron: number,
): Concept | null {
  const evidence = labels[neuron]?.evidence;
  return evidence?.of === "items" ? conceptOfKey(evidence.concept, concepts, dataset.items) : null;
}
