/** The training objective of arXiv 2511.18024 and what was added to it since, as a graph. */
import type { GraphBuilder } from "../graph/graph-builder";
import { elementCount, fixedShape, type Value } from "../graph/value";
import type { SaeSettings } from "../protocol/manifest";
import type { LossName } from "../protocol/run";
import type { PredictionLoss } from "../recommender/prediction-loss";
import { type LatentsInGraph, latentsInGraph } from "./latents-in-graph";
import type { ParameterName } from "./parameters";
import { decodedSparsely, isSparse } from "./sparse-decoder";

/** rho, the mean activation that the KL penalty draws each neuron to. */
export const SPARSITY_TARGET = 0.05;
/** Weight of the auxiliary loss (Gao et al. 2024, "Scaling and evaluating sparse autoencoders"). */
const AUXILIARY_WEIGHT = 1 / 32;
const MEAN_ACTIVATION_FLOOR = 1e-6;
const DROP_DIMENSIONS = { keepdims: { kind: "int", value: 0 } } as const;

/** A batch of user-item pairs: the users' rows first, then the items', 2B in all. */
export interface Batch {
  /** Original embeddings, [2B, d]. */
  embeddings: Value;
  /** The same standardised, [2B, d]. */
  standardised: Value;
  /** What standardisation divided each row by, [2B, 1]; null where it does nothing. */
  scale: Value | null;
  /** Biases of users and items, [2B, 1]; null where they make no difference. */
  biases: Value | null;
  pairs: number;
}

/** What a step knows from those before it, besides parameters. */
export interface Memory {
  /** Batch-top-k: running threshold, [1]. */
  threshold: Value | null;
  /** Aux-k: steps since each neuron was last active, [m]. */
  sinceActive: Value | null;
}

export interface Objective {
  /** Scalars; a term without weight is left out, but for prediction and reconstruction. `total` is what training descends. */
  losses: Partial<Record<LossName, Value>> & { total: Value };
  /** What the next step knows. */
  memory: Memory;
  /** Aux-k: neurons that were dead before this step and are active in it. */
  revived: Value | null;
  /** Values that count as constants in the gradients. */
  frozen: Value[];
}

/** Losses that the objective of these settings has. */
export function lossesOf({ klWeight, l1Weight, coherenceWeight, revival }: SaeSettings): LossName[] {
  return [
    "total",
    "prediction",
    "reconstruction",
    ...(klWeight > 0 ? (["sparsity"] as const) : []),
    ...(l1Weight > 0 ? (["l1"] as const) : []),
    ...(coherenceWeight > 0 ? (["coherence"] as const) : []),
    ...(revival === "aux-k" ? (["auxiliary"] as const) : []),
  ];
}

/**
 * L = w_pred L_pred + w_rec (MSE(U^, U) + MSE(I^, I)) + w_kl KL(rho || mean z) + w_l1 mean|z| + w_coh incoherence + aux-k.
 *
 * @param deadAfter steps without activity after which aux-k takes a neuron for dead
 */
export function objective(
  graph: GraphBuilder,
  parameters: Partial<Record<ParameterName, Value>>,
  batch: Batch,
  memory: Memory,
  predictionLoss: PredictionLoss,
  settings: SaeSettings,
  deadAfter: number,
): Objective {
  const encoderWeights = parameters.encoderWeights!;
  const decoderBias = parameters.decoderBias!;
  const decoderWeights = parameters.decoderWeights ?? graph.transposed(encoderWeights);
  // (x~ - b_dec) W_enc + b_enc with the biases gathered: in reverse, b_dec then costs a row, not a batch.
  const shift = graph.matmul(graph.reshaped(decoderBias, [1, fixedShape(decoderBias)[0]]), encoderWeights);
  const bias = graph.sub(parameters.encoderBias!, shift);
  const preactivations = graph.add(graph.matmul(batch.standardised, encoderWeights), bias);
  const encoded = latentsInGraph(graph, preactivations, settings, {
    logThresholds: parameters.logThresholds ?? null,
    threshold: memory.threshold,
  });
  const { latents, frozen, nextThreshold } = encoded;

  const halves = (rows: Value) => {
    const [users, items] = graph.split(rows, 0, [batch.pairs, batch.pairs]);
    return { users, items };
  };
  const originals = halves(batch.embeddings);
  const biases = batch.biases && halves(batch.biases);
  // Under `center` relative to the variance of the data, so that it weighs the same whatever the embeddings' scale.
  const relative = settings.standardisation === "center";
  const terms = decodedPrefixes(graph, encoded, decoderWeights, decoderBias, settings).map((decoded) => {
    const residual = graph.sub(decoded, batch.standardised);
    // Destandardised error, x^ - x; the row means cancel.
    const error = batch.scale ? graph.mul(residual, batch.scale) : residual;
    return {
      residual,
      prediction: predictionLoss(graph, originals, halves(error), biases),
      // Users and items are halves of the batch, so twice the mean is the sum of both mean squared errors.
      reconstruction: meanSquare(graph, relative ? residual : error, 2),
    };
  });
  const summed = (values: Value[]) => values.reduce((sum, value) => graph.add(sum, value));
  const prediction = summed(terms.map((term) => term.prediction));
  const reconstruction = summed(terms.map((term) => term.reconstruction));
  const weighted: [number, LossName, Value][] = [
    [settings.predictionWeight, "prediction", prediction],
    [settings.reconstructionWeight, "reconstruction", reconstruction],
  ];
  if (settings.klWeight > 0) {
    weighted.push([settings.klWeight, "sparsity", klDivergence(graph, graph.mean(latents, [0]))]);
  }
  // Activations are never negative, so their mean is that of their sizes.
  if (settings.l1Weight > 0) weighted.push([settings.l1Weight, "l1", graph.mean(latents)]);

  if (settings.coherenceWeight > 0) {
    const coherence = incoherence(graph, halves(latents).items, originals.items);
    frozen.push(...coherence.frozen);
    weighted.push([settings.coherenceWeight, "coherence", coherence.loss]);
  }

  let revived: Value | null = null;
  let sinceActive: Value | null = null;
  if (memory.sinceActive !== null) {
    const residual = graph.op("Identity", [terms.at(-1)!.residual]);
    frozen.push(residual);
    const active = graph.op("Greater", [
      graph.op("ReduceMax", [latents, graph.ints([0])], DROP_DIMENSIONS),
      graph.scalar(0),
    ]);
    const dead = graph.op("Greater", [memory.sinceActive, graph.scalar(deadAfter)]);
    const [zero, one] = [graph.scalar(0), graph.scalar(1)];
    revived = graph.sum(graph.op("Where", [graph.op("And", [active, dead]), one, zero]));
    sinceActive = graph.op("Where", [active, zero, graph.add(memory.sinceActive, one)]);
    weighted.push([
      AUXILIARY_WEIGHT,
      "auxiliary",
      auxiliaryLoss(graph, preactivations, dead, residual, decoderWeights),
    ]);
  }
  const total = summed(weighted.map(([weight, , loss]) => graph.mul(graph.scalar(weight), loss)));
  return {
    losses: { total, ...Object.fromEntries(weighted.map(([, name, loss]) => [name, loss])) },
    memory: { threshold: nextThreshold, sinceActive },
    revived,
    frozen,
  };
}

/** x~^ from each prefix of the latents, and last from all of them; [2B, d] each. */
function decodedPrefixes(
  graph: GraphBuilder,
  { latents, active }: LatentsInGraph,
  decoderWeights: Value,
  decoderBias: Value,
  { prefixes, latents: m }: SaeSettings,
): Value[] {
  if (prefixes.length === 0) {
    const decoded =
      active !== null && isSparse(active, m)
        ? decodedSparsely(graph, latents, active, decoderWeights)
        : graph.matmul(latents, decoderWeights);
    return [graph.add(decoded, decoderBias)];
  }
  const lengths = [...prefixes, m].map((end, index) => end - (prefixes[index - 1] ?? 0));
  const weights = graph.split(decoderWeights, 0, lengths);
  let decoded = decoderBias;
  return graph.split(latents, 1, lengths).map((part, index) => {
    decoded = graph.add(decoded, graph.matmul(part, weights[index]));
    return decoded;
  });
}

/**
 * How badly the strongest dead neurons would explain what the live ones leave over: gives dead neurons a gradient.
 *
 * @param residual decoded minus standardised rows, taken as given
 */
function auxiliaryLoss(
  graph: GraphBuilder,
  preactivations: Value,
  dead: Value,
  residual: Value,
  decoderWeights: Value,
): Value {
  const [rows, m] = fixedShape(preactivations);
  const d = fixedShape(residual)[1];
  const k = Math.min(m, Math.max(1, Math.floor(d / 2)));
  const candidates = graph.op("Where", [dead, preactivations, graph.scalar(0)]);
  const [values, neurons] = graph.ops("TopK", [candidates, graph.ints([k])]);
  const chosen = graph.op("ScatterElements", [graph.zeros([rows, m]), neurons, graph.op("Relu", [values])], {
    axis: { kind: "int", value: 1 },
  });
  // The residual is decoded minus original, so that what it should be explained by is its opposite.
  const left = graph.add(graph.matmul(chosen, decoderWeights), residual);
  const scale = graph.op("ReduceSumSquare", [residual], DROP_DIMENSIONS);
  return graph.div(graph.op("ReduceSumSquare", [left], DROP_DIMENSIONS), graph.add(scale, graph.scalar(1e-12)));
}

/**
 * How little the items that excite a neuron most resemble each other: 1 - mean over neurons of
 * sum_{p != q} a_p a_q cos(x_p, x_q) / sum_{p != q} a_p a_q over the items of the batch.
 *
 * That is the monosemanticity score, made differentiable: its 30 most active items become the weights a = (z / max z)^4,
 * which only the strongest of the batch keep, and the sums follow from |sum_p a_p x_p|^2 as they do there.
 *
 * @param latents of the items, [B, m]
 * @param items original embeddings, [B, d]
 */
function incoherence(graph: GraphBuilder, latents: Value, items: Value): { loss: Value; frozen: Value[] } {
  const tiny = graph.scalar(1e-6);
  const unit = graph.div(items, graph.add(graph.op("ReduceL2", [items, graph.ints([1])]), graph.scalar(1e-12)));
  const largest = graph.op("Identity", [graph.op("ReduceMax", [latents, graph.ints([0])])]);
  const shares = graph.div(latents, graph.add(largest, tiny));
  const squared = graph.mul(shares, shares);
  const weights = graph.mul(squared, squared);
  const squareSums = (x: Value, axis: number) => graph.op("ReduceSumSquare", [x, graph.ints([axis])], DROP_DIMENSIONS);
  const diagonal = squareSums(weights, 0);
  const totals = graph.sum(weights, [0]);
  const alike = graph.sub(squareSums(graph.matmul(graph.transposed(weights), unit), 1), diagonal);
  const pairs = graph.sub(graph.mul(totals, totals), diagonal);
  // A neuron with one active item or none has no pairs, and no say.
  const cosines = graph.div(alike, graph.add(pairs, graph.scalar(1e-3)));
  return { loss: graph.sub(graph.scalar(1), graph.mean(cosines)), frozen: [largest] };
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
