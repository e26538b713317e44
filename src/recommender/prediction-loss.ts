/** The prediction term of training: how far the frozen recommender's scores move when embeddings are reconstructed. */
import type { GraphBuilder } from "../graph/graph-builder";
import { elementCount, fixedShape, type Value } from "../graph/value";
import type { SaeSettings } from "../protocol/manifest";
import { scoredPairs } from "./candidate-pairs";
import type { GraphScorer, Recommender } from "./recommender";

/** The users and the items of a batch, [B, d] each; of biases [B, 1] each. */
export interface UsersAndItems {
  users: Value;
  items: Value;
}

/**
 * Scalar loss of a batch of pairs.
 *
 * @param original the embeddings
 * @param error reconstruction minus original
 * @param biases of the users and items; null where the recommender has none
 */
export type PredictionLoss = (
  graph: GraphBuilder,
  original: UsersAndItems,
  error: UsersAndItems,
  biases: UsersAndItems | null,
) => Value;

const DROP_DIMENSIONS = { keepdims: { kind: "int", value: 0 } } as const;
/** Standard deviation of the logits that listwise makes of a user's scores: how much the top of the list counts. */
export const LIST_SHARPNESS = 1.5;
/** Keeps the logarithm of a probability finite. */
const LEAST_PROBABILITY = 1e-6;

/**
 * The loss that compares original scores s with reconstructed ones s^ of user-item pairs.
 *
 *  - `mse`: mean of (s^ - s)^2
 *  - `bce`: mean cross entropy of the probabilities; scores that are none go through a sigmoid
 *  - `listwise`: per user, KL(softmax s/t || softmax s^/t) over the items it is scored with; mean over users. The
 *    temperature t makes of scores on any scale lists of the same sharpness.
 *
 * Dot and cosine score each user of the batch with each of its items, a model each user with `candidates` items.
 *
 * @param deviation standard deviation of a user's scores, from `scoreDeviation`; for listwise
 */
export function predictionLossOf(
  { kind, inGraph }: Pick<Recommender, "kind" | "inGraph">,
  { predictionLoss, candidates }: Pick<SaeSettings, "predictionLoss" | "candidates">,
  deviation: number,
): PredictionLoss {
  // Biases cancel in a difference of scores.
  if (kind === "dot" && predictionLoss === "mse") return dotPredictionLoss;
  return (graph, original, error, biases) => {
    const reconstructed = {
      users: graph.add(original.users, error.users),
      items: graph.add(original.items, error.items),
    };
    const { pairs, lists } = scoredPairs(graph, inGraph, candidates);
    const added = biases && predictionLoss !== "mse" ? pairs.biases(biases) : null;
    const scores = (of: UsersAndItems) => (added ? graph.add(pairs.scores(of), added) : pairs.scores(of));
    const [before, after] = [scores(original), scores(reconstructed)];
    switch (predictionLoss) {
      case "mse":
        return meanSquaredDifference(graph, before, after);
      case "bce":
        return crossEntropy(graph, inGraph, before, after);
      case "listwise":
        return listDivergence(graph, inGraph, lists(before), lists(after), deviation / LIST_SHARPNESS);
    }
  };
}

function meanSquaredDifference(graph: GraphBuilder, before: Value, after: Value): Value {
  const squares = graph.op("ReduceSumSquare", [graph.sub(after, before)], DROP_DIMENSIONS);
  return graph.mul(graph.scalar(1 / elementCount(fixedShape(before))), squares);
}

/** -p log p^ - (1 - p) log(1 - p^), mean over pairs. */
function crossEntropy(graph: GraphBuilder, { probabilities }: GraphScorer, before: Value, after: Value): Value {
  const one = graph.scalar(1);
  if (probabilities) {
    const bounded = graph.op("Clip", [after, graph.scalar(LEAST_PROBABILITY), graph.scalar(1 - LEAST_PROBABILITY)]);
    const yes = graph.mul(before, graph.op("Log", [bounded]));
    const no = graph.mul(graph.sub(one, before), graph.op("Log", [graph.sub(one, bounded)]));
    return graph.op("Neg", [graph.mean(graph.add(yes, no))]);
  }
  // From logits: softplus(x) - p x, with softplus(x) = max(x, 0) + log(1 + exp(-|x|)), which never overflows.
  const target = graph.op("Sigmoid", [before]);
  const decayed = graph.op("Exp", [graph.op("Neg", [graph.op("Abs", [after])])]);
  const softplus = graph.add(graph.op("Relu", [after]), graph.op("Log", [graph.add(one, decayed)]));
  return graph.mean(graph.sub(softplus, graph.mul(target, after)));
}

/** @param before scores [users, items of each] */
function listDivergence(
  graph: GraphBuilder,
  { probabilities }: GraphScorer,
  before: Value,
  after: Value,
  temperature: number,
): Value {
  const logSoftmax = (scores: Value) => {
    const sharpened = graph.mul(probabilities ? logits(graph, scores) : scores, graph.scalar(1 / temperature));
    return graph.op("LogSoftmax", [sharpened], { axis: { kind: "int", value: -1 } });
  };
  const [target, reconstructed] = [logSoftmax(before), logSoftmax(after)];
  const difference = graph.mul(graph.op("Exp", [target]), graph.sub(target, reconstructed));
  return graph.mul(graph.scalar(1 / fixedShape(before)[0]), graph.sum(difference));
}

/** log(p / (1 - p)). */
function logits(graph: GraphBuilder, probabilities: Value): Value {
  const bounded = graph.op("Clip", [
    probabilities,
    graph.scalar(LEAST_PROBABILITY),
    graph.scalar(1 - LEAST_PROBABILITY),
  ]);
  return graph.sub(graph.op("Log", [bounded]), graph.op("Log", [graph.sub(graph.scalar(1), bounded)]));
}

/** Mean squared score error of s(u, i) = u . i over all B x B pairs. */
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
  return graph.op("ReduceSumSquare", [difference], DROP_DIMENSIONS);
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
