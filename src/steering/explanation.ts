/** Why this item for this user: a score taken apart into what neurons, biases and the unexplained rest contribute. */
import { itemSummary } from "../concepts/item-summary";
import { neuronName } from "../concepts/shown-label";
import { union } from "../data/ascending-rows";
import { itemsOfUser } from "../data/dataset";
import { row } from "../data/matrix";
import type { ScoreExplanation } from "../protocol/effect";
import type { Recipe } from "../protocol/steering";
import { pathGradient } from "../recommender/path-gradient";
import { dot } from "../recommender/scorer";
import { decode } from "../sae/model";
import { standardised } from "../sae/standardise";
import { catalogueRanks } from "./catalogue-ranks";
import type { SteeringContext } from "./context";
import { userRow } from "./find-user";
import { itemRow } from "./item-selection";
import { steeredItem } from "./plan";
import { resolvedRule } from "./resolve";
import type { ResolvedRule } from "./resolved";
import { steered } from "./steer";
import { SteeredCatalogue } from "./steered-catalogue";

/**
 * @param user id of the user
 * @param item id of the item
 * @param recipe takes part as if the user were of its audience; null: the score as it is
 * @throws RecPrismError "id-unknown", and "config-invalid" for an edit that the SAE cannot carry out
 */
export async function explainRecommendation(
  context: SteeringContext,
  user: string,
  item: string,
  recipe: Recipe | null,
): Promise<ScoreExplanation> {
  const { users, items } = context.dataset;
  const rows = [userRow(users, user), itemRow(items, item)] as const;
  if (recipe === null) return explainScore(context, ...rows, []);
  // Whom else it is for takes no part here.
  const rule = await resolvedRule(context, { ...recipe, audience: { kind: "everyone" } }, recipe.mode);
  return explainScore(context, ...rows, [rule]);
}

/**
 * The user's vector is x' = b + scale sum_k z'_k w_k + r: b is what the SAE gives without any activation (its bias and the
 * row's mean), r what it does not explain. Dot product and cosine are linear in these terms, up to the length of x', so
 * that each contributes its own product with the item. For a model their contributions are integrated gradients
 * (Sundararajan et al. 2017) on the straight way from b to x', and `bias` is the score of b.
 *
 * @param user row of the user
 * @param item row of the item
 * @param rules taken as if the user were of all their audiences
 */
export async function explainScore(
  context: SteeringContext,
  user: number,
  item: number,
  rules: readonly ResolvedRule[],
): Promise<ScoreExplanation> {
  const { dataset, labels, recommender } = context;
  const catalogue = new SteeredCatalogue(context, rules);
  const { scores, hidden } = await catalogue.scoresAsMember(user);
  const { mode, edits, itemEdits } = await catalogue.planAsMember();
  const terms = userTerms(context, user, edits, mode);
  const editsOfItem = itemEdits.get(item);
  const itemVector =
    editsOfItem === undefined
      ? row(dataset.items.embeddings, item)
      : steeredItem(context, item, editsOfItem, mode ?? "delta");
  const { direction, bias } =
    recommender.kind === "onnx"
      ? await integrated(context, user, item, terms, itemVector)
      : exact(context, user, item, terms, itemVector);

  const score = scores[item];
  const unexplained = dot(terms.unexplained, direction);
  const neurons: ScoreExplanation["neurons"] = [];
  let explained = bias + unexplained;
  for (const [neuron, activation] of terms.latents.entries()) {
    if (activation === 0) continue;
    const contribution = terms.scale * activation * dot(row(context.sae.decoderWeights, neuron), direction);
    if (contribution === 0) continue;
    explained += contribution;
    neurons.push({
      neuron,
      label: neuronName(labels, neuron),
      kind: labels[neuron]?.kind ?? "unlabelled",
      activation,
      contribution,
    });
  }
  const seen = itemsOfUser(dataset.interactions, user);
  return {
    user: dataset.users.ids.at(user),
    item: itemSummary(dataset.items, item),
    score,
    rank: catalogueRanks(
      scores,
      [item],
      union(seen, hidden).filter((other) => other !== item),
    )[0],
    seen: seen.includes(item),
    method: recommender.kind === "onnx" ? "integrated-gradients" : "exact",
    neurons: neurons.sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution)),
    bias,
    unexplained,
    completenessError: score - explained,
    steered: rules.length > 0,
  };
}

/** What a user's vector is the sum of; `latents` times `scale` times the decoder is a third term. */
interface UserTerms {
  /** x', d values. */
  vector: Float64Array;
  /** What the SAE gives without any activation, d values. */
  base: Float64Array;
  /** z', m values. */
  latents: Float64Array;
  scale: number;
  /** What the SAE does not explain, d values; zeros where the row is reconstructed. */
  unexplained: Float64Array;
}

function userTerms(
  { dataset, sae }: SteeringContext,
  user: number,
  edits: Parameters<typeof steered>[2],
  mode: Parameters<typeof steered>[3] | null,
): UserTerms {
  const x = row(dataset.users.embeddings, user);
  const { mean, scale } = standardised(x, sae.normalisation);
  const { vector, before, after } = steered(sae, x, edits, mode ?? "delta");
  const reconstructed = decode(sae, before, { mean, scale });
  return {
    vector,
    base: decode(sae, new Float64Array(before.length), { mean, scale }),
    latents: after,
    scale,
    unexplained: reconstructed.map((value, c) => (mode === "reconstruct" ? 0 : x[c] - value)),
  };
}

/** What every term is multiplied by, and what is left without neurons and the unexplained. */
interface Linear {
  /** d values */
  direction: Float64Array;
  bias: number;
}

function exact(
  { dataset, recommender }: SteeringContext,
  user: number,
  item: number,
  { vector, base }: UserTerms,
  itemVector: ArrayLike<number>,
): Linear {
  const lengths = recommender.kind === "cosine" ? Math.sqrt(dot(vector, vector) * dot(itemVector, itemVector)) : 1;
  const direction = Float64Array.from(itemVector, (value) => (lengths === 0 ? 0 : value / lengths));
  const biases = (dataset.users.bias?.[user] ?? 0) + (dataset.items.bias?.[item] ?? 0);
  return { direction, bias: biases + dot(base, direction) };
}

async function integrated(
  { recommender, scorer }: SteeringContext,
  user: number,
  item: number,
  { vector, base }: UserTerms,
  itemVector: ArrayLike<number>,
): Promise<Linear> {
  const { mean } = await pathGradient(recommender.inGraph, base, vector, itemVector);
  const [bias] = await scorer.scoreVectors(base, user, [itemVector], [item]);
  return { direction: mean, bias };
}
