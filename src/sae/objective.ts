/** The training objective of arXiv 2511.18024 as a graph: prediction, reconstruction and sparsity. */
import type { GraphBuilder } from "../graph/graph-builder";
import { elementCount, fixedShape, type Value } from "../graph/value";
import type { SaeSettings } from "../protocol/manifest";
import type { PairScores } from "../recommender/pair-scores";

/** rho, the mean activation that the KL penalty draws each neuron to. */
export const SPARSITY_TARGET = 0.05;
const MEAN_ACTIVATION_FLOOR = 1e-6;
const DROP_DIMENSIONS = { keepdims: { kind: "int", value: 0 } } as const;

/** Trained tensors: encoder weights [d, m] (the decoder is their transpose), encoder bias [m], decoder bias [d]. */
export interface SaeParameters {
  encoderWeights: Value;
  encoderBias: Value;
  decoderBias: Value;
}

/** A batch of user-item pairs: the users' rows first, then the items', 2B in all. */
export interface Batch {
  /** Original embeddings, [2B, d]. */
  embeddings: Value;
  /** The same standardised, [2B, d]. */
  standardised: Value;
  /** What standardisation divided each row by, [2B, 1]. */
  scale: Value;
  pairs: number;
}

/** Scalars; `total` is the weighted sum that training descends. */
export interface Losses {
  total: Value;
  prediction: Value;
  reconstruction: Value;
  sparsity: Value;
}

/** L = w_pred L_pred + w_rec (MSE(U^, U) + MSE(I^, I)) + w_kl KL(rho || mean z). */
export function objective(
  graph: GraphBuilder,
  { encoderWeights, encoderBias, decoderBias }: SaeParameters,
  batch: Batch,
  scores: PairScores,
  weights: Pick<SaeSettings, "predictionWeight" | "reconstructionWeight" | "klWeight">,
): Losses {
  const centred = graph.sub(batch.standardised, decoderBias);
  const latents = graph.op("Relu", [graph.add(graph.matmul(centred, encoderWeights), encoderBias)]);
  const decoded = graph.add(graph.matmul(latents, graph.transposed(encoderWeights)), decoderBias);
  // Destandardised error, x^ - x; the row means cancel.
  const error = graph.mul(graph.sub(decoded, batch.standardised), batch.scale);

  const prediction = predictionLoss(graph, batch, graph.add(batch.embeddings, error), scores);
  // Users and items are halves of the batch, so twice the mean is the sum of both mean squared errors.
  const reconstruction = graph.mul(graph.scalar(2), meanSquare(graph, error));
  const sparsity = klDivergence(graph, graph.mean(latents, [0]));

  const weighted = (weight: number, loss: Value) => graph.mul(graph.scalar(weight), loss);
  const total = graph.add(
    graph.add(weighted(weights.predictionWeight, prediction), weighted(weights.reconstructionWeight, reconstruction)),
    weighted(weights.klWeight, sparsity),
  );
  return { total, prediction, reconstruction, sparsity };
}

/** Mean squared difference of the scores of all user-item pairs of the batch, reconstructed against original. */
function predictionLoss(graph: GraphBuilder, batch: Batch, reconstructed: Value, scores: PairScores): Value {
  const users = (rows: Value) => graph.slice(rows, 0, 0, batch.pairs);
  const items = (rows: Value) => graph.slice(rows, 0, batch.pairs, 2 * batch.pairs);
  const original = scores(graph, users(batch.embeddings), items(batch.embeddings));
  const predicted = scores(graph, users(reconstructed), items(reconstructed));
  return meanSquare(graph, graph.sub(predicted, original));
}

/** Sum over neurons of KL(rho || p), p the batch mean activation clamped to (0, 1). */
function klDivergence(graph: GraphBuilder, meanActivations: Value): Value {
  const rho = SPARSITY_TARGET;
  const p = graph.op("Clip", [
    meanActivations,
    graph.scalar(MEAN_ACTIVATION_FLOOR),
    graph.scalar(1 - MEAN_ACTIVATION_FLOOR),
  ]);
  const log = (x: Value) => graph.op("Log", [x]);
  const crossEntropy = graph.add(
    graph.mul(graph.scalar(-rho), log(p)),
    graph.mul(graph.scalar(rho - 1), log(graph.sub(graph.scalar(1), p))),
  );
  const entropy = rho * Math.log(rho) + (1 - rho) * Math.log(1 - rho);
  return graph.sum(graph.add(crossEntropy, graph.scalar(entropy)));
}

/** One reduction and, in reverse, one product: cheaper than the mean of x * x. */
function meanSquare(graph: GraphBuilder, x: Value): Value {
  return graph.mul(graph.scalar(1 / elementCount(fixedShape(x))), graph.op("ReduceSumSquare", [x], DROP_DIMENSIONS));
}
