/** Before and after: what a recipe does to one user's list. */
import { bears, type Concept } from "../concepts/candidates";
import { conceptOfKey } from "../concepts/concept-by-key";
import { itemSummary } from "../concepts/item-summary";
import { shownLabel } from "../concepts/shown-label";
import { type Dataset, itemsOfUser } from "../data/dataset";
import { row } from "../data/matrix";
import type { NeuronLabel } from "../protocol/artifact";
import type { PreviewResult, RankedItem } from "../protocol/engine";
import type { Recipe } from "../protocol/steering";
import { topRows } from "../recommender/ranking";
import type { Scorer } from "../recommender/recommender";
import type { Sae } from "../sae/model";
import { rankBiasedOverlap } from "../sae/rank-agreement";
import { catalogueRanks } from "./catalogue-ranks";
import { userRow } from "./find-user";
import { steered } from "./steer";

export interface PreviewInput {
  dataset: Dataset;
  sae: Sae;
  scorer: Scorer;
  labels: NeuronLabel[];
  concepts: Concept[];
}

/**
 * The user's top k unseen items without and with the recipe's edits.
 *
 * @param user id of the user
 * @throws RecPrismError "id-unknown", or "config-invalid" for an edit that the SAE cannot carry out
 */
export async function previewUser(
  input: PreviewInput,
  user: string,
  recipe: Recipe,
  k: number,
): Promise<PreviewResult> {
  const { dataset, sae, scorer } = input;
  const index = userRow(dataset.users, user);
  const embedding = row(dataset.users.embeddings, index);
  const seen = itemsOfUser(dataset.interactions, index);
  const latents = steered(sae, embedding, recipe.edits, recipe.mode);
  const scoresBefore = await scorer.scoreItems(embedding, index);
  const scoresAfter = await scorer.scoreItems(latents.vector, index);
  const before = topRows(scoresBefore, k, seen);
  const after = topRows(scoresAfter, k, seen);
  const previousRanks = catalogueRanks(scoresBefore, after, seen);
  const ranked = (item: number, scores: Float64Array): RankedItem => ({
    ...itemSummary(dataset.items, item),
    score: scores[item],
  });
  const neurons = [...new Set(recipe.edits.map(({ neuron }) => neuron))];
  return {
    user,
    before: Array.from(before, (item) => ranked(item, scoresBefore)),
    after: Array.from(after, (item, position) => ({
      ...ranked(item, scoresAfter),
      previousRank: previousRanks[position],
    })),
    newRanks: catalogueRanks(scoresAfter, before, seen),
    rbo: rankBiasedOverlap(before, after).extrapolated,
    shares: neurons.flatMap((neuron) => conceptShares(input, neuron, before, after)),
    activations: neurons.map((neuron) => ({ neuron, before: latents.before[neuron], after: latents.after[neuron] })),
  };
}

/** Shares of the neuron's concept in both lists and in the catalogue; none for a neuron without a proven concept. */
function conceptShares(
  { dataset, labels, concepts }: PreviewInput,
  neuron: number,
  before: Uint32Array,
  after: Uint32Array,
): PreviewResult["shares"] {
  const named = labels.find((candidate) => candidate.neuron === neuron);
  const key = named?.evidence?.concept;
  const concept = key === undefined ? null : conceptOfKey(key, concepts, dataset.items);
  if (named === undefined || concept === null) return [];
  const share = (rows: Uint32Array) =>
    rows.length === 0 ? 0 : rows.filter((item) => bears(concept, item)).length / rows.length;
  return [
    {
      neuron,
      label: shownLabel(named).label,
      before: share(before),
      after: share(after),
      baseRate: concept.bearers.length / concept.rows,
    },
  ];
}
