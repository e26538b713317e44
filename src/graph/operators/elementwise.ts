/** What elementwise operators have in common: functions of one argument, and of two that broadcast. */
import { broadcastShape, type ElementType, type Value } from "../value";
import type { GradientContext, Inferred, Operator } from "./operator";

/** d loss / d x = upstream * f'(x), where the rule gives the product. */
export function unary(rule: (context: GradientContext, x: Value, y: Value) => Value): Operator {
  return {
    infer: like,
    gradient: (context) => [rule(context, context.node.inputs[0], context.node.outputs[0])],
    takesNarrowUpstream: true,
  };
}

/** Undoes the broadcasting of one operand: sums a gradient that has, or broadcasts to, the result's shape. */
type SummedTo = (operand: Value, gradient: Value) => Value;

type BinaryRule = (context: GradientContext, a: Value, b: Value, to: SummedTo) => [() => Value, () => Value];

/** A broadcasting operator; the rule gives either side's gradient, summed to that side's shape. */
export function binary(rule: BinaryRule): Operator {
  return {
    infer: ({ inputs }) => broadcast(inputs),
    gradient(context) {
      const { graph, node, needed } = context;
      const [a, b] = node.inputs;
      const to: SummedTo = (operand, gradient) => graph.summedTo(gradient, operand.shape, node.outputs[0].shape);
      return rule(context, a, b, to).map((gradient, side) => (needed[side] ? gradient() : null));
    },
    takesNarrowUpstream: true,
  };
}

/** The shape and type of the first input. */
export function like({ inputs: [x] }: { inputs: readonly Value[] }): Inferred {
  return { shape: x.shape, type: x.type };
}

/** The shape that operands of one type broadcast to. */
export function broadcast(inputs: readonly Value[], type?: ElementType): Inferred {
  const [first] = inputs;
  for (const input of inputs) {
    if (input.type !== first.type) {
      throw new Error(`${first.name} is ${first.type} but ${input.name} is ${input.type}; cast one of them`);
    }
  }
  return { shape: inputs.map(({ shape }) => shape).reduce(broadcastShape), type: type ?? first.type };
}

/** 1 where the condition holds, 0 elsewhere, times the upstream gradient. */
export function masked({ graph, upstream }: GradientContext, condition: Value): Value {
  return graph.op("Where", [condition, upstream, graph.scalar(0)]);
}
