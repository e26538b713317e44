/** Adam (Kingma and Ba 2015) as graph nodes. */
import type { GraphBuilder } from "../graph/graph-builder";
import type { Value } from "../graph/value";

const BETA1 = 0.9;
const BETA2 = 0.999;
const EPSILON = 1e-8;

export interface AdamState {
  parameter: Value;
  firstMoment: Value;
  secondMoment: Value;
}

/** What differs from step to step, computed outside the graph in double precision. */
export interface AdamSchedule {
  /** learning rate * sqrt(1 - beta2^t) / (1 - beta1^t). */
  stepSize: number;
  /** epsilon * sqrt(1 - beta2^t): bias correction moved from the second moment to what it is compared with. */
  epsilon: number;
}

/** @param step t, 1 at the first update */
export function adamSchedule(step: number, learningRate: number): AdamSchedule {
  const correction = Math.sqrt(1 - BETA2 ** step);
  return { stepSize: (learningRate * correction) / (1 - BETA1 ** step), epsilon: EPSILON * correction };
}

/** parameter - stepSize * m / (sqrt(v) + epsilon), which equals PyTorch's form. */
export function adamStep(
  graph: GraphBuilder,
  state: AdamState,
  gradient: Value,
  stepSize: Value,
  epsilon: Value,
): AdamState {
  const moment = (before: Value, beta: number, now: Value) =>
    graph.add(graph.mul(graph.scalar(beta), before), graph.mul(graph.scalar(1 - beta), now));
  const firstMoment = moment(state.firstMoment, BETA1, gradient);
  const secondMoment = moment(state.secondMoment, BETA2, graph.mul(gradient, gradient));
  const spread = graph.add(graph.op("Sqrt", [secondMoment]), epsilon);
  const parameter = graph.sub(state.parameter, graph.mul(stepSize, graph.div(firstMoment, spread)));
  return { parameter, firstMoment, secondMoment };
}
