/** Adam (Kingma and Ba 2015) as graph nodes, in PyTorch's form. */
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

/** @param step float scalar, 1 at the first update */
export function adamStep(
  graph: GraphBuilder,
  state: AdamState,
  gradient: Value,
  step: Value,
  learningRate: number,
): AdamState {
  const number = (value: number) => graph.scalar(value);
  const firstMoment = graph.add(graph.mul(number(BETA1), state.firstMoment), graph.mul(number(1 - BETA1), gradient));
  const secondMoment = graph.add(
    graph.mul(number(BETA2), state.secondMoment),
    graph.mul(number(1 - BETA2), graph.mul(gradient, gradient)),
  );
  const correction = (beta: number) => graph.sub(number(1), graph.op("Pow", [number(beta), step]));
  const stepSize = graph.div(number(learningRate), correction(BETA1));
  const spread = graph.add(
    graph.div(graph.op("Sqrt", [secondMoment]), graph.op("Sqrt", [correction(BETA2)])),
    number(EPSILON),
  );
  const parameter = graph.sub(state.parameter, graph.mul(stepSize, graph.div(firstMoment, spread)));
  return { parameter, firstMoment, secondMoment };
}
