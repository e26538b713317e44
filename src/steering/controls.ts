/** Controls: the same cohort under other treatments, so that an effect can be told from what anything would do. */
import { neuronName } from "../concepts/shown-label";
import type { Control } from "../protocol/effect";
import type { Recipe } from "../protocol/steering";
import { type ComparedUser, comparedCohort, measuredCohort } from "./cohort";
import { ConceptShare } from "./concepts-of-items";
import type { Pace, SteeringContext } from "./context";
import { hiding } from "./dose";
import { accuracyOf, meanOverlap } from "./effect";
import { liveNeurons } from "./live-neurons";
import { type SteeringPlan, steeringPlan } from "./plan";
import { resolvedRule } from "./resolve";
import { shareAfter, type TargetConcept, targetConcepts } from "./share-effects";
import { type DosedOperation, neutralStrength, onOtherNeurons, oppositeEdits, randomNeurons } from "./varied-edits";

/** @throws RecPrismError "config-invalid", "cancelled" */
export async function controls(
  context: SteeringContext,
  recipe: Recipe,
  k: number,
  pace: Pace,
  signal?: AbortSignal,
): Promise<Control[]> {
  const rule = await resolvedRule(context, recipe, recipe.mode, "", signal);
  const cohort = measuredCohort(context, rule.members, 4);
  const [target] = targetConcepts(context, rule);
  const planOf = async ({ edits, items, mode }: Recipe): Promise<SteeringPlan> => {
    const itemEdits = rule.itemEdits.map(({ rows }, entry) => ({ rows, edits: items[entry].edits }));
    return steeringPlan(context, [{ ...rule, mode, edits, itemEdits }]);
  };
  const itemRows = rule.itemEdits.map(({ rows }) => rows);
  const treatments = await treatmentsOf(context, recipe, planOf, cohort.rows, itemRows, target);
  const found: Control[] = [];
  for (const [at, { kind, name, plan }] of treatments.entries()) {
    const part: Pace = (share) => pace((at + share) / treatments.length);
    const users = await comparedCohort(context, plan, cohort.rows, k, part);
    found.push({ kind, name, ...outcome(context, users, target) });
  }
  return found;
}

type Treatment = Pick<Control, "kind" | "name"> & { plan: SteeringPlan };

async function treatmentsOf(
  context: SteeringContext,
  recipe: Recipe,
  planOf: (recipe: Recipe) => Promise<SteeringPlan>,
  users: Uint32Array,
  itemRows: readonly Uint32Array[],
  target: TargetConcept | undefined,
): Promise<Treatment[]> {
  const { labels, seed } = context;
  const edited = [...recipe.edits, ...recipe.items.flatMap(({ edits }) => edits)];
  const neurons = [...new Set(edited.map(({ neuron }) => neuron))];
  const treatments: Treatment[] = [];
  const random = randomNeurons(neurons, liveNeurons(context), seed);
  if (random !== null) {
    const drawn = [...random.values()].map((neuron) => `${neuron} (${neuronName(labels, neuron)})`).join(", ");
    treatments.push({
      kind: "random-neuron",
      name: `the same edits on neuron ${drawn}, drawn at random`,
      plan: await planOf(onOtherNeurons(recipe, random)),
    });
  }
  if (edited.length > 0) {
    const ofUsers = (neuron: number, operation: DosedOperation) =>
      neutralStrength(context.userActivations, [neuron], operation, users);
    const opposite = {
      ...recipe,
      edits: await oppositeEdits(recipe.edits, ofUsers),
      items: await Promise.all(
        recipe.items.map(async ({ items, edits }, entry) => ({
          items,
          edits: await oppositeEdits(edits, (neuron, operation) =>
            neutralStrength(context.itemActivations, [neuron], operation, itemRows[entry]),
          ),
        })),
      ),
    };
    treatments.push({ kind: "opposite-sign", name: "the opposite edits", plan: await planOf(opposite) });
    const mode = recipe.mode === "delta" ? "reconstruct" : "delta";
    if (mode === "reconstruct") {
      treatments.push({
        kind: "reconstruct",
        name: "the same edits in reconstruct mode",
        plan: await planOf({ ...recipe, mode }),
      });
    }
  }
  if (target !== undefined) {
    const untouched = await planOf({
      ...recipe,
      mode: "delta",
      edits: [],
      items: recipe.items.map(({ items }) => ({ items, edits: [] })),
    });
    treatments.push({
      kind: "tag-filter",
      name: `hiding every item of ${target.concept.label}, without edits`,
      plan: hiding(untouched, target.concept.bearers),
    });
  }
  return treatments;
}

function outcome(
  context: SteeringContext,
  users: readonly ComparedUser[],
  target: TargetConcept | undefined,
): Pick<Control, "share" | "rbo" | "ndcg20Change"> {
  if (users.length === 0) return { share: null, rbo: null, ndcg20Change: null };
  return {
    share:
      target === undefined
        ? null
        : shareAfter(context, new ConceptShare(target.concept, context.dataset.items.ids.length), users),
    rbo: meanOverlap(users),
    ndcg20Change: accuracyOf(users, context.seed)?.ndcg20Change ?? null,
  };
}
