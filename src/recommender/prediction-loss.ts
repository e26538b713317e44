/** The prediction term of training: how far the frozen recommender's scores move when embeddings are reconstructed. */
import type { GraphBuilder } from "../graph/graph-builder";
import { fixedShape, type Value } from "../graph/value";

/** The users and the items of a batch, [B, d] each. */
export interface UsersAndItems {
  users: Value;
  items: Value;
}

/**
 * Mean squared difference between reconstructed and original score over all B x B pairs of a batch.
 *
 * @param original the embeddings
 * @param error reconstruction minus original
 */
export type PredictionLoss = (graph: GraphBuilder, original: UsersAndItems, error: UsersAndItems) => Value;

/** Of s(u, i) = u . i; biases cancel. */
export const dotPredictionLoss: PredictionLoss = (graph, original, error) => {
  const [pairs, dimensions] = fixedShape(original.users);
  const squares =
    6 * dimensions < pairs ? squaresByGram(graph, original, error) : squaresByPair(graph, original, error);
  return graph.mul(graph.scalar(1 / pairs ** 2), squares);
};

/** The B x B differences one by one, in O(B^2 d). */
function squaresByPair(graph: GraphBuilder, original: UsersAndItems, error: UsersAndItems): Value {
  const scores = (users: Value, items: Value) => graph.matmul(users, graph.transposed(items));
  const reconstructed = scores(graph.add(original.users, error.users), graph.add(original.items, error.items));
  const difference = graph.sub(reconstructed, scores(original.users, original.items));
  return graph.op("ReduceSumSquare", [difference], { keepdims: { kind: "int", value: 0 } });
}

/**
 * The same sum in O(B d^2), for embeddings that are narrow beside the batch.
 *
 * The differences are E_u I^T + U E_i^T = P Q^T with P = [E_u, U] and Q = [I^, E_i], and the sum of squares of P Q^T is
 * the sum of the products of the Gram matrices P^T P and Q^T Q. Every term is of the second order in the errors, so
 * that nothing cancels.
 */
function squaresByGram(graph: GraphBuilder, original: UsersAndItems, error: UsersAndItems): Value {
  const beside = (left: Value, right: Value) => graph.op("Concat", [left, right], { axis: { kind: "int", value: 1 } });
  const gram = (x: Value) => graph.matmul(graph.transposed(x), x);
  const p = beside(error.users, original.users);
  const q = beside(graph.add(original.items, error.items), error.items);
  return graph.sum(graph.mul(gram(p), gram(q)));
}
