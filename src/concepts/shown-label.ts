/** The name under which a neuron is shown, of the several that it may have. */
import type { NeuronLabel } from "../protocol/artifact";
import type { NeuronRow } from "../protocol/neurons";

export interface ShownLabel {
  label: string;
  labelledBy: NeuronRow["labelledBy"];
}

/** Share of items that a language model tells right by guessing. */
const CHANCE = 0.5;

/** What a neuron is called; by its number where there are no labels. */
export function neuronName(labels: readonly NeuronLabel[], neuron: number): string {
  const named = labels[neuron];
  return named === undefined ? `neuron ${neuron}` : shownLabel(named).label;
}

/** A person's name, else a language model's whose test score is surely better than chance, else what statistics found. */
export function shownLabel({ label, model, person }: Pick<NeuronLabel, "label" | "model" | "person">): ShownLabel {
  if (person?.label != null) return { label: person.label, labelledBy: "person" };
  if (model !== null && model.interval[0] > CHANCE) return { label: model.label, labelledBy: "model" };
  return { label, labelledBy: "statistics" };
}
