/** Adam (Kingma and Ba 2015) as graph nodes, with a learning rate that may rise and fall. */
import type { GraphBuilder } from "../graph/graph-builder";
import type { Value } from "../graph/value";
import type { SaeSettings } from "../protocol/manifest";

const BETA1 = 0.9;
const BETA2 = 0.999;
const EPSILON = 1e-8;

/**
 * The moments are kept as plain decaying sums, m / (1 - beta1) and v / (1 - beta2): that saves two passes over all
 * parameters a step, and their factors go into the schedule.
 */
export interface AdamState {
  parameter: Value;
  firstMoment: Value;
  secondMoment: Value;
}

/** What differs from step to step, computed outside the graph in double precision. */
export interface AdamSchedule {
  stepSize: number;
  epsilon: number;
}

/** @param step t, 1 at the first update */
export function adamSchedule(step: number, learningRate: number): AdamSchedule {
  // lr m^ / (sqrt(v^) + epsilon), with m^ = (1 - beta1) M / (1 - beta1^t) and sqrt(v^) = spread sqrt(V).
  const spread = Math.sqrt((1 - BETA2) / (1 - BETA2 ** step));
  const firstMoment = (1 - BETA1) / (1 - BETA1 ** step);
  return { stepSize: (learningRate * firstMoment) / spread, epsilon: EPSILON / spread };
}

/** parameter - stepSize * M / (sqrt(V) + epsilon), which equals PyTorch's form. */
export function adamStep(
  graph: GraphBuilder,
  state: AdamState,
  gradient: Value,
  stepSize: Value,
  epsilon: Value,
): AdamState {
  const firstMoment = graph.add(graph.mul(graph.scalar(BETA1), state.firstMoment), gradient);
  const secondMoment = graph.add(graph.mul(graph.scalar(BETA2), state.secondMoment), graph.mul(gradient, gradient));
  const spread = graph.add(graph.op("Sqrt", [secondMoment]), epsilon);
  const parameter = graph.sub(state.parameter, graph.mul(stepSize, graph.div(firstMoment, spread)));
  return { parameter, firstMoment, secondMoment };
}

/**
 * Learning rate of a step: rising in a line to its full height, level, and falling in a line to 0.
 *
 * @param step 1 at the first update
 * @param steps of the whole run
 */
export function learningRateAt(
  step: number,
  steps: number,
  { learningRate, warmup, decay }: Pick<SaeSettings, "learningRate" | "warmup" | "decay">,
): number {
  const rise = warmup === 0 ? 1 : step / (warmup * steps);
  const fall = decay === 0 ? 1 : (steps - step + 1) / (decay * steps);
  return learningRate * Math.min(1, rise, fall);
}
