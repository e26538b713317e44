/** Arithmetic with broadcasting, and powers, roots, exponentials and logarithms. */
import type { GraphBuilder } from "../graph-builder";
import { broadcastShape, type Value } from "../value";
import { binary, unary } from "./elementwise";
import type { Operator } from "./operator";

export const arithmetic: Record<string, Operator> = {
  Add: binary(({ upstream }, a, b, to) => [() => to(a, upstream), () => to(b, upstream)]),
  // What is negated or divided is summed before, where the sum is the smaller.
  Sub: binary(({ graph, upstream }, a, b, to) => [() => to(a, upstream), () => graph.op("Neg", [to(b, upstream)])]),
  Mul: binary(({ graph, upstream }, a, b, to) => [
    () => to(a, graph.mul(upstream, b)),
    () => to(b, graph.mul(upstream, a)),
  ]),
  Div: binary(({ graph, node, upstream }, a, b, to) => [
    () => to(a, graph.div(upstream, b)),
    () => graph.op("Neg", [graph.div(to(b, graph.mul(upstream, node.outputs[0])), b)]),
  ]),
  /** The exponent may be of another type than the base. */
  Pow: {
    ...binary(({ graph, node, upstream }, base, exponent, to) => [
      () => to(base, graph.mul(upstream, powerSlope(graph, base, exponent))),
      () => to(exponent, graph.mul(upstream, exponentSlope(graph, base, node.outputs[0]))),
    ]),
    infer: ({ inputs: [base, exponent] }) => ({ shape: broadcastShape(base.shape, exponent.shape), type: base.type }),
  },
  Neg: unary(({ graph, upstream }) => graph.op("Neg", [upstream])),
  Reciprocal: unary(({ graph, upstream }, _x, y) => graph.op("Neg", [graph.mul(upstream, graph.mul(y, y))])),
  Sqrt: unary(({ graph, upstream }, _x, y) => graph.div(upstream, graph.mul(graph.scalar(2), y))),
  Exp: unary(({ graph, upstream }, _x, y) => graph.mul(upstream, y)),
  Log: unary(({ graph, upstream }, x) => graph.div(upstream, x)),
  Abs: unary(({ graph, upstream }, x) => graph.mul(upstream, graph.op("Sign", [x]))),
};

/** exponent * base^(exponent - 1), and 0 where the exponent is 0, whatever the base. */
function powerSlope(graph: GraphBuilder, base: Value, exponent: Value): Value {
  const known = graph.numbers(exponent);
  // A square is by far the commonest power, and a general one is slow.
  if (known?.every((number) => number === 2)) return graph.mul(graph.scalar(2), base);
  const factor = graph.cast(exponent, base.type);
  const slope = graph.mul(factor, graph.op("Pow", [base, graph.sub(factor, graph.scalar(1))]));
  if (known && !known.includes(0)) return slope;
  return graph.op("Where", [graph.op("Equal", [factor, graph.scalar(0)]), graph.scalar(0), slope]);
}

/** base^exponent * log base, and 0 for the base 0, as in PyTorch. */
function exponentSlope(graph: GraphBuilder, base: Value, power: Value): Value {
  const slope = graph.mul(power, graph.op("Log", [base]));
  return graph.op("Where", [graph.op("Equal", [base, graph.scalar(0)]), graph.scalar(0), slope]);
}
