/** How far a user's scores spread over the catalogue: the unit in which lists of different recommenders compare. */
import type { Dataset } from "../data/dataset";
import { gatheredRows, row } from "../data/matrix";
import { derivedSeed, seededRandom } from "../data/random";
import type { Recommender } from "./recommender";

const USERS = 64;
const ITEMS = 2_000;
/** Keeps the logit of a probability finite. */
const LEAST_PROBABILITY = 1e-6;

/**
 * Root mean square, over users, of the standard deviation of a user's scores over items, on a sample; of logits where the
 * scores are probabilities. 1 where all scores are the same.
 */
export async function scoreDeviation(
  { users, items }: Pick<Dataset, "users" | "items">,
  recommender: Pick<Recommender, "inGraph" | "scorer">,
  seed: number,
): Promise<number> {
  const random = seededRandom(derivedSeed(seed, "score deviation"));
  const sample = (count: number, of: number) => Uint32Array.from({ length: count }, () => random.integer(of));
  const itemRows = sample(ITEMS, items.embeddings.rows);
  const bias = items.bias && Float32Array.from(itemRows, (item) => items.bias![item]);
  const scorer = recommender.scorer({ embeddings: gatheredRows(items.embeddings, itemRows), bias });
  let variance = 0;
  for (const user of sample(USERS, users.embeddings.rows)) {
    const scores = await scorer.scoreItems(row(users.embeddings, user), user);
    variance += varianceOf(recommender.inGraph.probabilities ? scores.map(logit) : scores) / USERS;
  }
  return variance > 0 ? Math.sqrt(variance) : 1;
}

function logit(probability: number): number {
  const bounded = Math.min(1 - LEAST_PROBABILITY, Math.max(LEAST_PROBABILITY, probability));
  return Math.log(bounded / (1 - bounded));
}

function varianceOf(values: Float64Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
}
