/** Decoding from the few neurons of a row that are active, for SAEs in which they are very few of many. */
import type { GraphBuilder } from "../graph/graph-builder";
import { fixedShape, type Value } from "../graph/value";
import type { ActiveLatents } from "./latents-in-graph";

/** Gathering k decoder rows costs more a number than a dense product does; from here on it is the cheaper way. */
const LEAST_NEURONS_PER_ACTIVE = 32;

/** @param m neurons of the SAE */
export function isSparse({ values }: ActiveLatents, m: number): boolean {
  return LEAST_NEURONS_PER_ACTIVE * fixedShape(values)[1] <= m;
}

/**
 * z W_dec, [rows, d], from the decoder rows of the active neurons alone; so too the gradient of their activations. That of
 * the weights stays a dense product: adding up rows that several inputs share takes longer.
 *
 * @param latents z, [rows, m]
 * @param decoderWeights [m, d]
 */
export function decodedSparsely(
  graph: GraphBuilder,
  latents: Value,
  { values, neurons }: ActiveLatents,
  decoderWeights: Value,
): Value {
  const [rows, k] = fixedShape(values);
  const [, d] = fixedShape(decoderWeights);
  const weights = graph.op("Gather", [decoderWeights, neurons]);
  const decoded = graph.reshaped(graph.matmul(graph.reshaped(values, [rows, 1, k]), weights), [rows, d]);
  return graph.withGradient(decoded, [values, decoderWeights], (upstream) => [
    graph.reshaped(graph.matmul(weights, graph.reshaped(upstream, [rows, d, 1])), [rows, k]),
    graph.matmul(graph.transposed(latents), upstream),
  ]);
}
