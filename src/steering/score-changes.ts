/** Why items rise and fall: what each edited neuron has to do with the change of their scores. */
import { neuronName } from "../concepts/shown-label";
import { holds } from "../data/ascending-rows";
import { row } from "../data/matrix";
import type { ScoreChange } from "../protocol/effect";
import type { Edit } from "../protocol/steering";
import type { SteeringContext } from "./context";
import { steeredItem } from "./plan";
import type { ResolvedRule } from "./resolved";
import { steeredVector } from "./steer";

/** Smaller changes are rounding. */
const LEAST_CHANGE = 1e-9;

/**
 * Of each item: its score with all edits of the rule, less its score without those on one neuron. Exact for every head;
 * for a dot product in delta mode with edits on users alone they add up to the whole change.
 *
 * @param items rows
 * @returns by item, the largest changes first; none that are 0
 */
export async function scoreChanges(
  context: SteeringContext,
  rule: Pick<ResolvedRule, "mode" | "edits" | "itemEdits">,
  user: number,
  items: readonly number[],
): Promise<Map<number, ScoreChange[]>> {
  const edited = rule.edits.concat(rule.itemEdits.flatMap(({ edits }) => edits));
  const neurons = [...new Set(edited.map(({ neuron }) => neuron))];
  const changes = new Map(items.map((item): [number, ScoreChange[]] => [item, []]));
  if (neurons.length === 0) return changes;
  const withAll = await scoresOf(context, rule, user, items, () => true);
  for (const neuron of neurons) {
    const without = await scoresOf(context, rule, user, items, (edit) => edit.neuron !== neuron);
    const label = neuronName(context.labels, neuron);
    for (const [place, item] of items.entries()) {
      const change = withAll[place] - without[place];
      if (Math.abs(change) > LEAST_CHANGE) changes.get(item)!.push({ neuron, label, change });
    }
  }
  for (const ofItem of changes.values()) ofItem.sort((a, b) => Math.abs(b.change) - Math.abs(a.change));
  return changes;
}

function scoresOf(
  context: SteeringContext,
  { mode, edits, itemEdits }: Pick<ResolvedRule, "mode" | "edits" | "itemEdits">,
  user: number,
  items: readonly number[],
  kept: (edit: Edit) => boolean,
): Promise<Float64Array> {
  const { dataset, sae, scorer } = context;
  const vector = steeredVector(sae, row(dataset.users.embeddings, user), edits.filter(kept), mode);
  const vectors = items.map((item) => {
    const entries = itemEdits.filter(({ rows }) => holds(rows, item));
    return entries.length === 0
      ? row(dataset.items.embeddings, item)
      : steeredItem(
          context,
          item,
          entries.flatMap((entry) => entry.edits.filter(kept)),
          mode,
        );
  });
  return scorer.scoreVectors(vector, user, vectors, items);
}
