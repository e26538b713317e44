/** The rules that concern one user, put together: what is done to the user, to items, and what is hidden. */
import { rowsWhere } from "../concepts/candidates";
import { row } from "../data/matrix";
import type { Edit, SteeringMode } from "../protocol/steering";
import type { SteeringContext } from "./context";
import type { ResolvedRule } from "./resolved";
import { steeredVector } from "./steer";

export interface SteeringPlan {
  /** Null where no rule concerns the user, whose embedding then stays as it is in either mode. */
  mode: SteeringMode | null;
  /** On the user. */
  edits: Edit[];
  /** Edits of each edited item, in order; rows ascending. */
  itemEdits: Map<number, Edit[]>;
  /** Rows of the items that filters hide, ascending. */
  hidden: Uint32Array;
  /** x' of each edited item; found when first asked for. */
  itemVectors(): ItemVectors;
}

export interface ItemVectors {
  /** Ascending. */
  rows: Uint32Array;
  /** d values each. */
  vectors: Float64Array[];
}

/** @param rules that concern a user, in the order of the config */
export async function steeringPlan(context: SteeringContext, rules: readonly ResolvedRule[]): Promise<SteeringPlan> {
  const mode = rules.length === 0 ? null : rules.some((rule) => rule.mode === "reconstruct") ? "reconstruct" : "delta";
  const byItem = new Map<number, Edit[]>();
  for (const { rows, edits } of rules.flatMap(({ itemEdits }) => itemEdits)) {
    for (const item of rows) byItem.set(item, [...(byItem.get(item) ?? []), ...edits]);
  }
  const itemEdits = new Map([...byItem].sort(([a], [b]) => a - b));
  let vectors: ItemVectors | null = null;
  return {
    mode,
    edits: rules.flatMap(({ edits }) => edits),
    itemEdits,
    hidden: await hiddenItems(context, rules),
    itemVectors() {
      vectors ??= {
        rows: Uint32Array.from(itemEdits.keys()),
        vectors: Array.from(itemEdits, ([item, edits]) => steeredItem(context, item, edits, mode ?? "delta")),
      };
      return vectors;
    },
  };
}

/** x' of an item. */
export function steeredItem(
  { dataset, sae }: Pick<SteeringContext, "dataset" | "sae">,
  item: number,
  edits: readonly Edit[],
  mode: SteeringMode,
): Float64Array {
  return steeredVector(sae, row(dataset.items.embeddings, item), edits, mode);
}

async function hiddenItems(context: SteeringContext, rules: readonly ResolvedRule[]): Promise<Uint32Array> {
  const filters = rules.flatMap((rule) => rule.filters);
  if (filters.length === 0) return new Uint32Array(0);
  const isHidden = new Uint8Array(context.dataset.items.ids.length);
  for (const { neuron, above } of filters) {
    const activations = await context.itemActivations(neuron);
    for (let item = 0; item < isHidden.length; item++) if (activations[item] > above) isHidden[item] = 1;
  }
  return rowsWhere(isHidden.length, (item) => isHidden[item] === 1);
}
