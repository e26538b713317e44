/** Ranking fidelity: do users get the same lists from reconstructed embeddings as from the originals? */
import { type Dataset, itemsOfUser } from "../data/dataset";
import { type Matrix, matrix, row } from "../data/matrix";
import { topRows } from "../recommender/ranking";
import { dotScorer } from "../recommender/scorer";
import { reconstruct, type Sae } from "./model";
import { kendallTau, rankBiasedOverlap } from "./rank-agreement";

export interface Fidelity {
  rbo: number;
  rboExtrapolated: number;
  kendall: number;
}

/**
 * Mean agreement of top-`depth` lists with both users and items reconstructed; seen items are left out of both lists.
 *
 * @param users rows of the users to rank for
 * @returns null when there are no users
 */
export function rankingFidelity(dataset: Dataset, sae: Sae, users: ArrayLike<number>, depth = 30): Fidelity | null {
  if (users.length === 0) return null;
  const original = dotScorer(dataset.users, dataset.items);
  const items = { embeddings: reconstructedRows(sae, dataset.items.embeddings), bias: dataset.items.bias };
  const reconstructed = dotScorer(dataset.users, items);
  const sum = { rbo: 0, rboExtrapolated: 0, kendall: 0 };
  for (let index = 0; index < users.length; index++) {
    const user = users[index];
    const embedding = row(dataset.users.embeddings, user);
    const seen = itemsOfUser(dataset.interactions, user);
    const before = topRows(original.scoreItems(embedding, user), depth, seen);
    const after = topRows(reconstructed.scoreItems(reconstruct(sae, embedding), user), depth, seen);
    const overlap = rankBiasedOverlap(before, after);
    sum.rbo += overlap.raw / users.length;
    sum.rboExtrapolated += overlap.extrapolated / users.length;
    sum.kendall += kendallTau(before, after) / users.length;
  }
  return sum;
}

function reconstructedRows(sae: Sae, of: Matrix): Matrix {
  const result = matrix(of.rows, of.columns);
  for (let r = 0; r < of.rows; r++) result.values.set(reconstruct(sae, row(of, r)), r * of.columns);
  return result;
}
