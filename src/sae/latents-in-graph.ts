/** From pre-activations to latent activations as graph nodes, for each kind of SAE. */
import type { GraphBuilder } from "../graph/graph-builder";
import { fixedShape, type Value } from "../graph/value";
import type { SaeSettings } from "../protocol/manifest";

/** Width of the window around a JumpReLU threshold in which it feels a gradient, on the scale of standardised rows. */
const JUMP_BANDWIDTH = 0.05;
/** Share by which the threshold of batch-top-k follows each batch. */
const THRESHOLD_RATE = 0.01;

export interface LatentsInGraph {
  /** z, [rows, m]. */
  latents: Value;
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
      return { latents: graph.op("Relu", [preactivations]), frozen: [], nextThreshold: null };
    case "topk":
      return { latents: largestOfRows(graph, preactivations, k), frozen: [], nextThreshold: null };
    case "batchtopk":
      return largestOfBatch(graph, preactivations, k, threshold!);
    case "jumprelu":
      return jumped(graph, preactivations, logThresholds!);
  }
}

/** Scattered rather than masked: fewer passes over [rows, m]. */
function largestOfRows(graph: GraphBuilder, x: Value, k: number): Value {
  const [values, neurons] = graph.ops("TopK", [x, graph.ints([k])]);
  const axis = { axis: { kind: "int", value: 1 } } as const;
  return graph.op("ScatterElements", [graph.zeros(fixedShape(x)), neurons, graph.op("Relu", [values])], axis);
}

/** The k rows largest activations of the whole batch (Bussmann et al. 2024, "BatchTopK"). */
function largestOfBatch(graph: GraphBuilder, x: Value, k: number, threshold: Value): LatentsInGraph {
  const [rows, m] = fixedShape(x);
  const [values, places] = graph.ops("TopK", [graph.reshaped(x, [rows * m]), graph.ints([k * rows])]);
  const kept = graph.op("Relu", [values]);
  const scattered = graph.op("ScatterElements", [graph.zeros([rows * m]), places, kept]);
  // The smallest positive one; a batch without any leaves the threshold as it is.
  const positive = graph.op("Where", [graph.op("Greater", [kept, graph.scalar(0)]), kept, graph.scalar(1e30)]);
  const least = graph.op("ReduceMin", [positive], { keepdims: { kind: "int", value: 0 } });
  const target = graph.op("Where", [graph.op("Greater", [graph.scalar(1e29), least]), least, threshold]);
  const step = graph.mul(graph.scalar(THRESHOLD_RATE), graph.sub(target, threshold));
  return { latents: graph.reshaped(scattered, [rows, m]), frozen: [], nextThreshold: graph.add(threshold, step) };
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
  return { latents: graph.add(graph.mul(x, above), felt), frozen: [frozen, above, slope], nextThreshold: null };
}
