/** Ranking accuracy: does a list hold the items that a user went on to choose? */
import { derivedSeed, seededRandom } from "../data/random";

const HELD_OUT_SHARE = 0.2;
/** Users with fewer interactions have too few to part. */
const LEAST_INTERACTIONS = 5;

/** One user's interactions in two parts, each ascending. */
export interface ItemSplit {
  /** Left out of the list, as known. */
  seen: Uint32Array;
  /** What a good list has on top. */
  heldOut: Uint32Array;
}

/**
 * A random fifth of the user's items, at least one, is held out; which ones follows from the seed and the user's row.
 *
 * @param items ascending
 * @returns null for a user with fewer than 5
 */
export function splitItems(items: Uint32Array, userRow: number, seed: number): ItemSplit | null {
  if (items.length < LEAST_INTERACTIONS) return null;
  const order = items.slice();
  seededRandom(derivedSeed(seed, `held-out items of user ${userRow}`)).shuffle(order);
  const count = Math.round(HELD_OUT_SHARE * order.length);
  return { heldOut: order.slice(0, count).sort(), seen: order.slice(count).sort() };
}

/**
 * Ranks of some rows in the list of all rows by score, 1 for the best; ties go to the lower row, as in `topRows`.
 *
 * @param excluded rows that are not listed, ascending; none of the targets
 * @returns in order of rank, whatever the order of the targets
 */
export function ranksOf(scores: Float64Array, targets: Uint32Array, excluded: ArrayLike<number>): Uint32Array {
  const best = Array.from(targets).sort((a, b) => scores[b] - scores[a] || a - b);
  // Per target, how many rows are better than it, itself included, but no better than the target before.
  const counts = new Uint32Array(best.length + 1);
  let nextExcluded = 0;
  for (let row = 0; row < scores.length; row++) {
    if (nextExcluded < excluded.length && excluded[nextExcluded] === row) {
      nextExcluded++;
      continue;
    }
    let low = 0;
    let high = best.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const target = best[middle];
      if (scores[target] > scores[row] || (scores[target] === scores[row] && target < row)) low = middle + 1;
      else high = middle;
    }
    counts[low]++;
  }
  let better = 0;
  return Uint32Array.from(best, (_, index) => {
    better += counts[index];
    return better;
  });
}

export interface ListAccuracy {
  /** Binary relevance; the ideal list has all held-out items on top. */
  ndcg20: number;
  /** 1 where at least one held-out item is in the list, else 0. */
  hr20: number;
  /** 1 / rank of the first held-out item in the list; 0 where there is none. */
  mrr20: number;
  /**
   * Mean over held-out items of (rank - 1) / (candidates - 1): 0 at the top of the catalogue, .5 on average by chance
   * (Hu, Koren and Volinsky 2008).
   */
  percentileRank: number;
}

const DEPTH = 20;

/**
 * @param ranks of the held-out items among all candidates, ascending, from 1; at least one
 * @param candidates length of the whole list: items that are not seen
 */
export function listAccuracy(ranks: ArrayLike<number>, candidates: number): ListAccuracy {
  let gain = 0;
  let idealGain = 0;
  let percentiles = 0;
  for (let index = 0; index < ranks.length; index++) {
    if (ranks[index] <= DEPTH) gain += 1 / Math.log2(ranks[index] + 1);
    if (index < DEPTH) idealGain += 1 / Math.log2(index + 2);
    percentiles += (ranks[index] - 1) / Math.max(1, candidates - 1);
  }
  const found = ranks[0] <= DEPTH;
  return {
    ndcg20: gain / idealGain,
    hr20: found ? 1 : 0,
    mrr20: found ? 1 / ranks[0] : 0,
    percentileRank: percentiles / ranks.length,
  };
}
