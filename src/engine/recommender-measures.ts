/** How good a recommender's lists are on interactions that it was not trained on, beside lists of what is popular. */
import { type Interactions, itemsOfUser } from "../data/dataset";
import { byUser } from "../data/interactions-file";
import { row } from "../data/matrix";
import { derivedSeed, sampledRows } from "../data/random";
import { RecPrismError } from "../protocol/error";
import type { RankingMeasures, RecommenderReport } from "../protocol/recommender";
import type { Recommender } from "../recommender/recommender";
import type { Catalogue } from "../recommender/scorer";
import type { PairSplit } from "../recommender/training/pairs";
import type { TrainedRecommender } from "../recommender/training/train-recommender";
import { type ListAccuracy, listAccuracy, ranksOf } from "../sae/accuracy";
import { meanEstimate } from "../sae/bootstrap";

/** Scores that are computed, at most: beyond them a sample of the users is measured. */
const MOST_SCORES = 2e8;
const MOST_USERS = 20_000;
const FEWEST_USERS = 100;

export interface MeasureHooks {
  /** @param share of the users measured, in [0, 1] */
  progress(share: number): void;
  cancelled(): boolean;
}

/**
 * Ranks for each user all items it has no training pair with, and looks where its held-out items are.
 *
 * @returns null where nothing was held out
 * @throws RecPrismError "cancelled"
 */
export async function measuredRanking(
  { users, items, itemBias }: Pick<TrainedRecommender, "users" | "items" | "itemBias">,
  recommender: Pick<Recommender, "scorer">,
  { train, heldOut }: PairSplit,
  seed: number,
  { progress, cancelled }: MeasureHooks,
): Promise<RecommenderReport["measures"]> {
  const seen = byUser(train.users, train.items, users.rows);
  const held = byUser(heldOut.users, heldOut.items, users.rows);
  const withHeldOut = Uint32Array.from(new Set(heldOut.users)).sort();
  if (withHeldOut.length === 0) return null;
  const most = Math.min(MOST_USERS, Math.max(FEWEST_USERS, Math.floor(MOST_SCORES / items.rows)));
  const measured = sampledRows(withHeldOut.length, most, derivedSeed(seed, "measured users")).map(
    (place) => withHeldOut[place],
  );
  const catalogue: Catalogue = { embeddings: items, bias: itemBias?.values ?? null };
  const scorer = recommender.scorer(catalogue);
  const popularity = pairsPerItem(seen, items.rows);
  const lists: Record<"recommender" | "popularity", ListAccuracy[]> = { recommender: [], popularity: [] };
  for (const [place, user] of measured.entries()) {
    await new Promise((resolve) => setImmediate(resolve));
    if (cancelled()) throw new RecPrismError("cancelled", "Measuring was cancelled.");
    const known = itemsOfUser(seen, user);
    const targets = itemsOfUser(held, user);
    const accuracy = (scores: Float64Array) => listAccuracy(ranksOf(scores, targets, known), items.rows - known.length);
    lists.recommender.push(accuracy(await scorer.scoreItems(row(users, user), user)));
    lists.popularity.push(accuracy(popularity));
    progress((place + 1) / measured.length);
  }
  const bootstrap = derivedSeed(seed, "bootstrap of ranking");
  return {
    measuredUsers: measured.length,
    usersWithHeldOut: withHeldOut.length,
    recommender: means(lists.recommender, bootstrap),
    popularity: means(lists.popularity, bootstrap),
  };
}

function means(lists: readonly ListAccuracy[], seed: number): RankingMeasures {
  const mean = (of: keyof ListAccuracy) =>
    meanEstimate(
      lists.map((list) => list[of]),
      seed,
    )!;
  return { hr20: mean("hr20"), ndcg20: mean("ndcg20"), mrr20: mean("mrr20"), percentileRank: mean("percentileRank") };
}

function pairsPerItem({ items: chosen }: Interactions, items: number): Float64Array {
  const counts = new Float64Array(items);
  for (const item of chosen) counts[item]++;
  return counts;
}
