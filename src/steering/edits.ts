/** Edits on latent activations: what z becomes, and which edits make no sense. */
import { type ErrorPlace, RecPrismError } from "../protocol/error";
import type { Edit, Filter } from "../protocol/steering";

/**
 * A copy of z with the edits applied in order; several edits on one neuron build on each other.
 *
 * @throws RecPrismError "config-invalid" for a neuron that does not exist or a value that is not finite
 */
export function editedLatents(z: Float64Array, edits: readonly Edit[]): Float64Array {
  checkEdits(edits, z.length);
  const edited = z.slice();
  for (const edit of edits) edited[edit.neuron] = editedActivation(edited[edit.neuron], edit);
  return edited;
}

function editedActivation(activation: number, edit: Edit): number {
  switch (edit.operation) {
    case "suppress":
      return 0;
    case "scale":
      return edit.value * activation;
    case "set":
      return edit.value;
    case "add":
      return activation + edit.value;
  }
}

/**
 * Refuses edits that an SAE of `latents` neurons cannot carry out.
 *
 * @param where file and key path of the list of edits, for the message
 */
export function checkEdits(edits: readonly Edit[], latents: number, where: ErrorPlace = {}): void {
  edits.forEach((edit, position) => {
    const place = { ...where, key: `${where.key ?? "edits"}[${position}]` };
    checkNeuron(edit.neuron, latents, described(edit), place);
    if (edit.operation !== "suppress") checkValue(edit.value, described(edit), place);
  });
}

/** The same for filters. */
export function checkFilters(filters: readonly Filter[], latents: number, where: ErrorPlace = {}): void {
  filters.forEach((filter, position) => {
    const place = { ...where, key: `${where.key ?? "filters"}[${position}]` };
    const what = `hide items above ${filter.above} of neuron ${filter.neuron}`;
    checkNeuron(filter.neuron, latents, what, place);
    checkValue(filter.above, what, place);
  });
}

function checkNeuron(neuron: number, latents: number, what: string, place: ErrorPlace): void {
  if (Number.isInteger(neuron) && neuron >= 0 && neuron < latents) return;
  throw new RecPrismError(
    "config-invalid",
    `${subject(what, place)} names a neuron that this SAE does not have; its neurons are 0 to ${latents - 1}. Choose one of those, or open the SAE that the edit was made on.`,
    place,
  );
}

function checkValue(value: number, what: string, place: ErrorPlace): void {
  if (Number.isFinite(value)) return;
  throw new RecPrismError(
    "config-invalid",
    `${subject(what, place)} has no finite value. Give it an ordinary number.`,
    place,
  );
}

function subject(what: string, { file, key }: ErrorPlace): string {
  return `${file === undefined ? "" : `${file}: `}${key} (${what})`;
}

/** For people: `set neuron 13, Horror, to -1.5`. */
export function described(edit: Edit): string {
  const name = edit.label ? `neuron ${edit.neuron}, ${edit.label},` : `neuron ${edit.neuron}`;
  switch (edit.operation) {
    case "suppress":
      return `suppress ${name.replace(/,$/, "")}`;
    case "scale":
      return `scale ${name} by ${edit.value}`;
    case "set":
      return `set ${name} to ${edit.value}`;
    case "add":
      return `add ${edit.value} to ${name.replace(/,$/, "")}`;
  }
}
