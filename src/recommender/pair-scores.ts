/** The frozen recommender inside a train graph: differentiable scores of a batch. */
import type { GraphBuilder } from "../graph/graph-builder";
import type { Value } from "../graph/value";

/** Scores of every user of a batch with every item of it, users [B, d] and items [B, d] to [B, B]. */
export type PairScores = (graph: GraphBuilder, users: Value, items: Value) => Value;

/** s(u, i) = u . i. Biases are left out: they cancel wherever original and reconstructed scores are compared. */
export const dotPairScores: PairScores = (graph, users, items) => graph.matmul(users, graph.transposed(items));
