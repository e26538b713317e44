/** Before and after: what a recipe does to one user's list, and why. */
import { bears } from "../concepts/candidates";
import { itemSummary } from "../concepts/item-summary";
import { neuronName } from "../concepts/shown-label";
import { holds, union } from "../data/ascending-rows";
import { itemsOfUser } from "../data/dataset";
import { row } from "../data/matrix";
import type { PreviewResult, RankedItem } from "../protocol/engine";
import type { Recipe } from "../protocol/steering";
import { topRows } from "../recommender/ranking";
import { rankBiasedOverlap } from "../sae/rank-agreement";
import { catalogueRanks } from "./catalogue-ranks";
import type { SteeringContext } from "./context";
import { userRow } from "./find-user";
import { steeringPlan } from "./plan";
import { resolvedRule } from "./resolve";
import type { ResolvedRule } from "./resolved";
import { scoreChanges } from "./score-changes";
import { steered } from "./steer";
import { plannedScores } from "./steered-catalogue";
import { conceptOfNeuron } from "./target-concept";

/**
 * The user's top k unseen items without and with the recipe, as if the user were of its audience.
 *
 * @param user id of the user
 * @throws RecPrismError "id-unknown", or "config-invalid" for an edit that the SAE cannot carry out
 */
export async function previewUser(
  context: SteeringContext,
  user: string,
  recipe: Recipe,
  k: number,
): Promise<PreviewResult> {
  const index = userRow(context.dataset.users, user);
  // Whom else it is for takes no part here.
  const rule = await resolvedRule(context, { ...recipe, audience: { kind: "everyone" } }, recipe.mode);
  const scoresBefore = await context.scoresBefore(index);
  const plan = await steeringPlan(context, [rule]);
  return context.withScratch(async (scratch) => {
    const scoresAfter = await plannedScores(context, plan, index, scoresBefore, scratch);
    return comparison(context, rule, index, k, { before: scoresBefore, after: scoresAfter, hidden: plan.hidden });
  });
}

interface ComparedScores {
  before: Float64Array;
  after: Float64Array;
  hidden: Uint32Array;
}

/** @param rule whose audience takes no part */
async function comparison(
  context: SteeringContext,
  rule: ResolvedRule,
  index: number,
  k: number,
  { before: scoresBefore, after: scoresAfter, hidden }: ComparedScores,
): Promise<PreviewResult> {
  const { dataset, sae } = context;
  const seen = itemsOfUser(dataset.interactions, index);
  const unlisted = union(seen, hidden);
  const before = context.listsBefore.of(index, k, scoresBefore).list.items;
  const after = topRows(scoresAfter, k, unlisted);
  const previousRanks = catalogueRanks(scoresBefore, after, seen);
  const shown = before.filter((item) => !holds(hidden, item));
  const ranksOfShown = catalogueRanks(scoresAfter, shown, unlisted);
  const newRanks = new Map(Array.from(shown, (item, position) => [item, ranksOfShown[position]]));
  const why = await scoreChanges(context, rule, index, [...new Set([...before, ...after])]);
  const ranked = (item: number, scores: Float64Array): RankedItem => ({
    ...itemSummary(dataset.items, item),
    score: scores[item],
  });
  const latents = steered(sae, row(dataset.users.embeddings, index), rule.edits, rule.mode);
  const neurons = [...new Set(rule.edits.map(({ neuron }) => neuron))];
  const named = [...new Set([...neurons, ...rule.itemEdits.flatMap(({ edits }) => edits.map(({ neuron }) => neuron))])];
  const filtered = rule.filters.map(({ neuron }) => neuron).filter((neuron) => !named.includes(neuron));
  return {
    user: dataset.users.ids.at(index),
    before: Array.from(before, (item) => ranked(item, scoresBefore)),
    after: Array.from(after, (item, position) => ({
      ...ranked(item, scoresAfter),
      previousRank: previousRanks[position],
      why: why.get(item) ?? [],
    })),
    newRanks: Array.from(before, (item) => newRanks.get(item) ?? null),
    whyBefore: Array.from(before, (item) => why.get(item) ?? []),
    rbo: rankBiasedOverlap(before, after).extrapolated,
    shares: [...named, ...new Set(filtered)].flatMap((neuron) => conceptShares(context, neuron, before, after)),
    activations: neurons.map((neuron) => ({ neuron, before: latents.before[neuron], after: latents.after[neuron] })),
    hidden: hidden.length,
  };
}

/** Shares of the neuron's concept in both lists and in the catalogue; none for a neuron without a proven concept. */
function conceptShares(
  context: SteeringContext,
  neuron: number,
  before: Uint32Array,
  after: Uint32Array,
): PreviewResult["shares"] {
  const concept = conceptOfNeuron(context, neuron);
  if (concept === null) return [];
  const share = (rows: Uint32Array) =>
    rows.length === 0 ? 0 : rows.filter((item) => bears(concept, item)).length / rows.length;
  return [
    {
      neuron,
      label: neuronName(context.labels, neuron),
      before: share(before),
      after: share(after),
      baseRate: concept.bearers.length / concept.rows,
    },
  ];
}
