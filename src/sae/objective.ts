/** The training objective of arXiv 2511.18024 as a graph: prediction, reconstruction and sparsity. */
import type { GraphBuilder } from "../graph/graph-builder";
import { elementCount, fixedShape, type Value } from "../graph/value";
import type { SaeSettings } from "../protocol/manifest";
import type { PredictionLoss } from "../recommender/prediction-loss";

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
  predictionLoss: PredictionLoss,
  weights: Pick<SaeSettings, "predictionWeight" | "reconstructionWeight" | "klWeight">,
): Losses {
  // (x~ - b_dec) W_enc + b_enc with the biases gathered: in reverse, b_dec then costs a row, not a batch.
  const shift = graph.matmul(graph.reshaped(decoderBias, [1, fixedShape(decoderBias)[0]]), encoderWeights);
  const bias = graph.sub(encoderBias, shift);
  const latents = graph.op("Relu", [graph.add(graph.matmul(batch.standardised, encoderWeights), bias)]);
  const decoded = graph.add(graph.matmul(latents, graph.transposed(encoderWeights)), decoderBias);
  // Destandardised error, x^ - x; the row means cancel.
  const error = graph.mul(graph.sub(decoded, batch.standardised), batch.scale);

  const halves = (rows: Value) => {
    const [users, items] = graph.split(rows, 0, [batch.pairs, batch.pairs]);
    return { users, items };
  };
  const prediction = predictionLoss(graph, halves(batch.embeddings), halves(error));
  // Users and items are halves of the batch, so twice the mean is the sum of both mean squared errors.
  const reconstruction = meanSquare(graph, error, 2);
  const sparsity = klDivergence(graph, graph.mean(latents, [0]));

  const weighted = (weight: number, loss: Value) => graph.mul(graph.scalar(weight), loss);
  const total = graph.add(
    graph.add(weighted(weights.predictionWeight, prediction), weighted(weights.reconstructionWeight, reconstruction)),
    weighted(weights.klWeight, sparsity),
  );
  return { total, prediction, reconstruction, sparsity };
}

/** Sum over neurons of KL(rho || p), p the batch mean activation clamped to (0, 1). */
function klDivergence(graph: GraphBuilder, meanActivations: Value): Value {
  const rho = SPARSITY_TARGET;
  const p = graph.op("Clip", [
    meanActivations,
    graph.scalar(MEAN_ACTIVATION_FLOOR),
    graph.scalar(1 - MEAN_ACTIVATION_FLOOR),
  ]);
  // -rho log p - (1 - rho) log(1 - p), both logarithms at once.
  const both = graph.op("Concat", [p, graph.sub(graph.scalar(1), p)], { axis: { kind: "int", value: 0 } });
  const m = fixedShape(p)[0];
  const weights = Float32Array.from({ length: 2 * m }, (_, i) => (i < m ? -rho : rho - 1));
  const crossEntropy = graph.sum(graph.mul(graph.op("Log", [both]), graph.constant(weights, [2 * m])));
  const entropy = rho * Math.log(rho) + (1 - rho) * Math.log(1 - rho);
  return graph.add(crossEntropy, graph.scalar(m * entropy));
}

/** Mean of x * x times a factor. One reduction and, in reverse, one product: cheaper than a mean of products. */
function meanSquare(graph: GraphBuilder, x: Value, factor = 1): Value {
  const share = graph.scalar(factor / elementCount(fixedShape(x)));
  return graph.mul(share, graph.op("ReduceSumSquare", [x], DROP_DIMENSIONS));
}
