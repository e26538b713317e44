/** Ranking fidelity: do users get the same lists, and as good ones, from reconstructed embeddings as from the originals? */
import { type Dataset, itemsOfUser } from "../data/dataset";
import { type Matrix, row } from "../data/matrix";
import { topRows } from "../recommender/ranking";
import type { Recommender } from "../recommender/recommender";
import { type ItemSplit, type ListAccuracy, listAccuracy, ranksOf, splitItems } from "./accuracy";
import { kendallTau, rankBiasedOverlap } from "./rank-agreement";

const DEPTH = 30;

/** One user's list from the original embeddings and from the reconstructed ones. */
export interface ComparedLists {
  /** Of the top 30, seen items left out of both. */
  rbo: number;
  /** Of `rbo`: what two equal lists of this length score. */
  rboCeiling: number;
  rboExtrapolated: number;
  kendall: number;
  /** On held-out interactions; null for a user with too few. */
  accuracy: { original: ListAccuracy; reconstructed: ListAccuracy } | null;
}

export interface Reconstruction {
  /** Row n is the reconstruction of the n-th of the ranked users. */
  users: Matrix;
  /** All items. */
  items: Matrix;
}

/**
 * Users and items are both reconstructed. Users without a single unseen item have no list and are left out.
 *
 * Held-out interactions are so for the list, not for the recommender, which may have been trained on them: the accuracy
 * of its own embeddings is then too high, and only the change to it is to be trusted.
 *
 * @param users rows of the users to rank for
 * @param seed of the split into seen and held-out interactions
 * @param between awaited before each user, with the share that is done; may throw to end the work
 */
export async function comparedLists(
  { users: { embeddings }, items, interactions }: Dataset,
  recommender: Recommender,
  reconstruction: Reconstruction,
  users: ArrayLike<number>,
  seed: number,
  between: (share: number) => Promise<void>,
): Promise<ComparedLists[]> {
  const original = recommender.scorer(items);
  const reconstructed = recommender.scorer({ embeddings: reconstruction.items, bias: items.bias });
  const compared: ComparedLists[] = [];
  for (let index = 0; index < users.length; index++) {
    await between(index / users.length);
    const user = users[index];
    const known = itemsOfUser(interactions, user);
    if (known.length >= items.ids.length) continue;
    const before = await original.scoreItems(row(embeddings, user), user);
    const after = await reconstructed.scoreItems(row(reconstruction.users, index), user);
    const split = splitItems(known, user, seed);
    compared.push({
      ...agreement(topRows(before, DEPTH, known), topRows(after, DEPTH, known)),
      accuracy: split && { original: accuracy(before, split), reconstructed: accuracy(after, split) },
    });
  }
  return compared;
}

function agreement(before: Uint32Array, after: Uint32Array): Omit<ComparedLists, "accuracy"> {
  const { raw, ceiling, extrapolated } = rankBiasedOverlap(before, after);
  return { rbo: raw, rboCeiling: ceiling, rboExtrapolated: extrapolated, kendall: kendallTau(before, after) };
}

function accuracy(scores: Float64Array, { seen, heldOut }: ItemSplit): ListAccuracy {
  return listAccuracy(ranksOf(scores, heldOut, seen), scores.length - seen.length);
}
