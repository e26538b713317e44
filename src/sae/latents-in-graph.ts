/** From pre-activations to latent activations as graph nodes, for each kind of SAE. */
import type { GraphBuilder } from "../graph/graph-builder";
import { fixedShape, type Value } from "../graph/value";
import type { SaeSettings } from "../protocol/manifest";

/** Width of the window around a JumpReLU threshold in which it feels a gradient, on the scale of standardised rows. */
const JUMP_BANDWIDTH = 0.05;
/** Share by which the threshold of batch-top-k follows each batch. */
const THRESHOLD_RATE = 0.01;

/** Nothing depends on the order of the largest, and sorting them takes time. */
const UNSORTED = { sorted: { kind: "int", value: 0 } } as const;

/** The neurons of each row that may be active, in no order. */
export interface ActiveLatents {
  /** Activations, [rows, k]. */
  values: Value;
  /** Which neurons they are of, [rows, k]. */
  neurons: Value;
}

export interface LatentsInGraph {
  /** z, [rows, m]. */
  latents: Value;
  /** Top-k: what is not zero in it. */
  active: ActiveLatents | null;
  /** Values that count as constants in the gradients. */
  frozen: Value[];
  /** Batch-top-k: the threshold that the next step starts from, [1]. */
  nextThreshold: Value | null;
}

/**
 * @param preactivations [rows, m]
 * @param logThresholds [m], for jumprelu
 * @param threshold [1], for batchtopk: a running mean of the smallest activation that a batch let through
 */
export function latentsInGraph(
  graph: GraphBuilder,
  preactivations: Value,
  { activation, k }: SaeSettings,
  { logThresholds, threshold }: { logThresholds: Value | null; threshold: Value | null },
): LatentsInGraph {
  switch (activation) {
    case "relu":
      return { latents: graph.op("Relu", [preactivations]), active: null, frozen: [], nextThreshold: null };
    case "topk":
      return largestOfRows(graph, preactivations, k);
    case "batchtopk":
      return largestOfBatch(graph, preactivations, k, threshold!);
    case "jumprelu":
      return jumped(graph, preactivations, logThresholds!);
  }
}

/** Scattered rather than masked: fewer passes over [rows, m]. */
function largestOfRows(graph: GraphBuilder, x: Value, k: number): LatentsInGraph {
  const [largest, neurons] = graph.ops("TopK", [x, graph.ints([k])], UNSORTED);
  const values = graph.op("Relu", [largest]);
  const axis = { axis: { kind: "int", value: 1 } } as const;
  const latents = graph.op("ScatterElements", [graph.zeros(fixedShape(x)), neurons, values], axis);
  return { latents, active: { values, neurons }, frozen: [], nextThreshold: null };
}

/** The k rows largest activations of the whole batch (Bussmann et al. 2024, "BatchTopK"). */
function largestOfBatch(graph: GraphBuilder, x: Value, k: number, threshold: Value): LatentsInGraph {
  const [rows, m] = fixedShape(x);
  const [values, places] = graph.ops("TopK", [graph.reshaped(x, [rows * m]), graph.ints([k * rows])], UNSORTED);
  const kept = graph.op("Relu", [values]);
  const scattered = graph.op("ScatterElements", [graph.zeros([rows * m]), places, kept]);
  // The smallest positive one; a batch without any leaves the threshold as it is.
  const positive = graph.op("Where", [graph.op("Greater", [kept, graph.scalar(0)]), kept, graph.scalar(1e30)]);
  const least = graph.op("ReduceMin", [positive], { keepdims: { kind: "int", value: 0 } });
  const target = graph.op("Where", [graph.op("Greater", [graph.scalar(1e29), least]), least, threshold]);
  const step = graph.mul(graph.scalar(THRESHOLD_RATE), graph.sub(target, threshold));
  const nextThreshold = graph.add(threshold, step);
  return { latents: graph.reshaped(scattered, [rows, m]), active: null, frozen: [], nextThreshold };
}

/**
 * x where x > theta, with a straight-through gradient for theta: d z / d theta = -(theta / e) [|x - theta| < e / 2]
 * (Rajamanoharan et al. 2024, "Jumping ahead").
 */
function jumped(graph: GraphBuilder, x: Value, logThresholds: Value): LatentsInGraph {
  const thresholds = graph.op("Exp", [logThresholds]);
  const frozen = graph.op("Identity", [thresholds]);
  const above = graph.op("Where", [graph.op("Greater", [x, frozen]), graph.scalar(1), graph.scalar(0)]);
  const distance = graph.op("Abs", [graph.sub(graph.op("Identity", [x]), frozen)]);
  const near = graph.op("Greater", [graph.scalar(JUMP_BANDWIDTH / 2), distance]);
  const slope = graph.op("Where", [near, graph.mul(graph.scalar(-1 / JUMP_BANDWIDTH), frozen), graph.scalar(0)]);
  // Worth 0, but for its gradient.
  const felt = graph.mul(slope, graph.sub(thresholds, frozen));
  const latents = graph.add(graph.mul(x, above), felt);
  return { latents, active: null, frozen: [frozen, above, slope], nextThreshold: null };
}
