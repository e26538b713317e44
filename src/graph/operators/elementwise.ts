/** Elementwise operators: arithmetic with broadcasting, and functions of one argument. */
import { broadcastShape, type Value } from "../value";
import type { GradientContext, Operator } from "./operator";

type BinaryRule = (context: GradientContext, a: Value, b: Value, output: Value) => [() => Value, () => Value];

/** A broadcasting operator; each side's gradient is summed back to that side's shape. */
function binary(rule: BinaryRule): Operator {
  return {
    infer: ({ inputs: [a, b] }) => ({ shape: broadcastShape(a.shape, b.shape), type: a.type }),
    gradient(context) {
      const { graph, node, needed } = context;
      const [a, b] = node.inputs;
      return rule(context, a, b, node.outputs[0]).map((gradient, side) =>
        needed[side] ? graph.summedTo(gradient(), node.inputs[side].shape) : null,
      );
    },
  };
}

/** d loss / d x = upstream * f'(x), where the rule gives the product. */
function unary(rule: (context: GradientContext, x: Value, y: Value) => Value): Operator {
  return {
    infer: ({ inputs: [x] }) => ({ shape: x.shape, type: x.type }),
    gradient: (context) => [rule(context, context.node.inputs[0], context.node.outputs[0])],
  };
}

function comparison(): Operator {
  return { infer: ({ inputs: [a, b] }) => ({ shape: broadcastShape(a.shape, b.shape), type: "bool" }) };
}

/** 1 where the condition holds, 0 elsewhere, times the upstream gradient. */
function masked({ graph, upstream }: GradientContext, condition: Value): Value {
  return graph.op("Where", [condition, upstream, graph.scalar(0)]);
}

export const elementwise: Record<string, Operator> = {
  Add: binary(({ upstream }) => [() => upstream, () => upstream]),
  // Summed before it is negated: the sum is the smaller.
  Sub: binary(({ graph, node, upstream }) => [
    () => upstream,
    () => graph.op("Neg", [graph.summedTo(upstream, node.inputs[1].shape)]),
  ]),
  Mul: binary(({ graph, upstream }, a, b) => [() => graph.mul(upstream, b), () => graph.mul(upstream, a)]),
  Div: binary(({ graph, upstream }, _a, b, quotient) => [
    () => graph.div(upstream, b),
    () => graph.op("Neg", [graph.div(graph.mul(upstream, quotient), b)]),
  ]),
  // The exponent of a power is a constant wherever we differentiate one.
  Pow: {
    infer: ({ inputs: [base, exponent] }) => ({ shape: broadcastShape(base.shape, exponent.shape), type: base.type }),
    gradient({ graph, node, upstream, needed }) {
      const [base, exponent] = node.inputs;
      if (needed[1]) throw new Error(`node ${node.name}: Pow has no gradient for its exponent`);
      const lowered = graph.op("Pow", [base, graph.sub(exponent, graph.scalar(1))]);
      return [graph.summedTo(graph.mul(upstream, graph.mul(exponent, lowered)), base.shape), null];
    },
  },
  Neg: unary(({ graph, upstream }) => graph.op("Neg", [upstream])),
  Identity: unary(({ upstream }) => upstream),
  Exp: unary(({ graph, upstream }, _x, y) => graph.mul(upstream, y)),
  Log: unary(({ graph, upstream }, x) => graph.div(upstream, x)),
  Sqrt: unary(({ graph, upstream }, _x, y) => graph.div(upstream, graph.mul(graph.scalar(2), y))),
  Abs: unary(({ graph, upstream }, x) => graph.mul(upstream, graph.op("Sign", [x]))),
  Sigmoid: unary(({ graph, upstream }, _x, y) => graph.mul(upstream, graph.mul(y, graph.sub(graph.scalar(1), y)))),
  Tanh: unary(({ graph, upstream }, _x, y) => graph.mul(upstream, graph.sub(graph.scalar(1), graph.mul(y, y)))),
  // The mask min(1, y * 1e30) takes less time than a sign, or a comparison and a Where; 0 at x = 0, as in PyTorch.
  Relu: unary(({ graph, upstream }, _x, y) =>
    graph.mul(upstream, graph.op("Min", [graph.scalar(1), graph.mul(y, graph.scalar(1e30))])),
  ),
  // No gradient where the bound is in force; at the bound itself it flows, as in PyTorch.
  Clip: {
    infer: ({ inputs: [x] }) => ({ shape: x.shape, type: x.type }),
    gradient(context) {
      const { graph, node } = context;
      const inside = graph.op("Equal", [node.inputs[0], node.outputs[0]]);
      return [masked(context, inside), null, null];
    },
  },
  Where: {
    infer: ({ inputs: [condition, a, b] }) => ({
      shape: broadcastShape(condition.shape, broadcastShape(a.shape, b.shape)),
      type: a.type,
    }),
    gradient({ graph, node, upstream, needed }) {
      const [condition, a, b] = node.inputs;
      const zero = graph.scalar(0);
      return [
        null,
        needed[1] ? graph.summedTo(graph.op("Where", [condition, upstream, zero]), a.shape) : null,
        needed[2] ? graph.summedTo(graph.op("Where", [condition, zero, upstream]), b.shape) : null,
      ];
    },
  },
  Sign: { infer: ({ inputs: [x] }) => ({ shape: x.shape, type: x.type }) },
  Min: { infer: ({ inputs: [a, b] }) => ({ shape: broadcastShape(a.shape, b.shape), type: a.type }) },
  Equal: comparison(),
  GreaterOrEqual: comparison(),
};
