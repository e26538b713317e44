/** A recipe with its edits at another strength, on other neurons, or the other way round. */
import { derivedSeed, seededRandom } from "../data/random";
import { RecPrismError } from "../protocol/error";
import type { Edit, EditOperation, Recipe } from "../protocol/steering";

/** Operations that have a strength; suppressing is setting to 0. */
export type DosedOperation = Exclude<EditOperation, "suppress">;

/** Edits of a recipe that a dose is of: those on users, or, where none is on the neurons, those on items. */
export type DosedSide = "users" | "items";

/**
 * What the edits on some neurons do, as one operation with a strength.
 *
 * @throws RecPrismError "config-invalid" where none of the recipe's edits is on one of them
 */
export function dosedOperation(
  { edits, items }: Pick<Recipe, "edits" | "items">,
  neurons: readonly number[],
): { side: DosedSide; operation: DosedOperation } {
  const onNeurons = ({ neuron }: Edit) => neurons.includes(neuron);
  const ofUsers = edits.find(onNeurons);
  const first = ofUsers ?? items.flatMap((entry) => entry.edits).find(onNeurons);
  if (first === undefined) {
    throw new RecPrismError(
      "config-invalid",
      `The recipe has no edit on neuron ${neurons.join(", ")} whose strength could be varied. Add one first.`,
      { key: "edits" },
    );
  }
  return {
    side: ofUsers === undefined ? "items" : "users",
    operation: first.operation === "suppress" ? "set" : first.operation,
  };
}

/** Edits with those on some neurons at one strength. */
export function atStrength(
  edits: readonly Edit[],
  neurons: readonly number[],
  operation: DosedOperation,
  strength: number,
): Edit[] {
  return edits.map((edit) =>
    neurons.includes(edit.neuron) ? { neuron: edit.neuron, label: edit.label, operation, value: strength } : edit,
  );
}

/** The recipe with neurons put in the place of others, in all edits; labels are left out. */
export function onOtherNeurons(recipe: Recipe, others: ReadonlyMap<number, number>): Recipe {
  const moved = (edits: readonly Edit[]) =>
    edits.map((edit) => ({ ...edit, neuron: others.get(edit.neuron) ?? edit.neuron, label: undefined }));
  return {
    ...recipe,
    edits: moved(recipe.edits),
    items: recipe.items.map(({ items, edits }) => ({ items, edits: moved(edits) })),
  };
}

/**
 * A random live neuron for each of some, none of them among these; null where there are too few.
 *
 * @param live neurons that any row activates
 */
export function randomNeurons(
  neurons: readonly number[],
  live: readonly number[],
  seed: number,
): Map<number, number> | null {
  const others = live.filter((neuron) => !neurons.includes(neuron));
  if (neurons.length === 0 || others.length < neurons.length) return null;
  const drawn = seededRandom(derivedSeed(seed, "random neurons")).shuffle(others);
  return new Map(neurons.map((neuron, at) => [neuron, drawn[at]]));
}

/** The strength that changes as much in the other direction; `neutral` is where nothing changes. */
export function mirrored(strength: number, neutral: number): number {
  return 2 * neutral - strength;
}

/** Edits mirrored about what changes nothing: 0 for add, 1 for scale, the mean activation for set and suppress. */
export async function oppositeEdits(
  edits: readonly Edit[],
  neutralOf: (neuron: number, operation: DosedOperation) => Promise<number>,
): Promise<Edit[]> {
  return Promise.all(
    edits.map(async (edit): Promise<Edit> => {
      const { neuron, label } = edit;
      const operation = edit.operation === "suppress" ? "set" : edit.operation;
      const value = edit.operation === "suppress" ? 0 : edit.value;
      return { neuron, label, operation, value: mirrored(value, await neutralOf(neuron, operation)) };
    }),
  );
}

/**
 * Where an operation changes nothing; for `set` on average over rows.
 *
 * @param activations of a neuron on every row
 * @param rows that the edits are on
 */
export async function neutralStrength(
  activations: (neuron: number) => Promise<Float64Array>,
  neurons: readonly number[],
  operation: DosedOperation,
  rows: Uint32Array,
): Promise<number> {
  if (operation !== "set") return operation === "add" ? 0 : 1;
  let sum = 0;
  for (const neuron of neurons) {
    const ofNeuron = await activations(neuron);
    for (const row of rows) sum += ofNeuron[row];
  }
  return sum / Math.max(1, rows.length * neurons.length);
}
