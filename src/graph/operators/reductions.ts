/** Sums, means, norms and extremes over axes. */
import { elementCount, fixedShape, isGiven, positiveAxes, positiveAxis, type Value } from "../value";
import { like } from "./elementwise";
import { type GradientContext, type InferenceContext, inferenceContext, intAttribute, type Operator } from "./operator";

/** A norm below this is that of zeros but for rounding: its square is not a normal float32. */
const SMALLEST_NORM = 1e-19;

/** Axes are the second input, a constant (opset 18); without them all are reduced. */
function reducedAxes({ inputs: [x, axes], attributes, integers }: InferenceContext): number[] {
  const given = isGiven(axes) ? positiveAxes(integers(axes), x.shape.length) : [];
  if (given.length > 0) return given;
  if (intAttribute(attributes, "noop_with_empty_axes", 0) === 1) throw new Error("without axes it does nothing");
  return x.shape.map((_, axis) => axis);
}

/** The rule gets the upstream gradient as it broadcasts to the input, and so may give it back. */
function reduction(rule: (context: GradientContext, x: Value, axes: number[]) => Value, note?: string): Operator {
  return {
    infer(context) {
      const [x] = context.inputs;
      const axes = reducedAxes(context);
      const keep = intAttribute(context.attributes, "keepdims", 1) === 1;
      const shape = keep
        ? x.shape.map((length, axis) => (axes.includes(axis) ? 1 : length))
        : x.shape.filter((_, axis) => !axes.includes(axis));
      return { shape, type: x.type };
    },
    gradient(context) {
      const { graph, node } = context;
      const axes = reducedAxes(inferenceContext(graph, node));
      const upstream = againstInput(context, context.upstream, axes);
      return [rule({ ...context, upstream }, node.inputs[0], axes), null];
    },
    takesNarrowUpstream: true,
    note,
  };
}

/**
 * The result, or what broadcasts to it, with the reduced axes put back at length 1, so that it broadcasts to the input.
 */
function againstInput({ graph, node }: GradientContext, value: Value, axes: readonly number[]): Value {
  const rank = node.inputs[0].shape.length;
  const result = node.outputs[0].shape;
  if (result.length === rank) return value;
  const lengths = [...result.slice(value.shape.length).map(() => 1), ...fixedShape(value)];
  const kept = Array.from({ length: rank }, (_, axis) => (axes.includes(axis) ? 1 : lengths.shift()!));
  // Leading axes of length 1 broadcast unsaid: a sum over the first axis, or over all, needs no new shape.
  let lead = 0;
  while (lead < rank - value.shape.length && kept[lead] === 1) lead++;
  return graph.reshaped(value, kept.slice(lead));
}

/** The greatest or least along the axes. */
function extreme(): Operator {
  return reduction((context, x, axes) => {
    const { graph, node, upstream } = context;
    const result = againstInput(context, node.outputs[0], axes);
    const chosen = graph.cast(graph.op("Equal", [x, result]), x.type);
    return graph.mul(chosen, graph.div(upstream, graph.sum(chosen, axes, true)));
  }, "elements that tie share the gradient evenly");
}

export const reductions: Record<string, Operator> = {
  ReduceSum: reduction(({ upstream }) => upstream),
  ReduceMean: reduction(({ graph, upstream }, x, axes) => {
    const shape = fixedShape(x);
    return graph.mul(upstream, graph.scalar(1 / elementCount(axes.map((axis) => shape[axis]))));
  }),
  ReduceSumSquare: reduction(({ graph, upstream }, x) => graph.mul(x, graph.mul(graph.scalar(2), upstream))),
  ReduceL1: reduction(({ graph, upstream }, x) => graph.mul(upstream, graph.op("Sign", [x]))),
  ReduceL2: reduction((context, x, axes) => {
    const { graph, node, upstream } = context;
    const norm = graph.op("Max", [againstInput(context, node.outputs[0], axes), graph.scalar(SMALLEST_NORM)]);
    return graph.mul(x, graph.div(upstream, norm));
  }, "gradient 0 at 0"),
  ReduceLogSumExp: reduction((context, x, axes) => {
    const { graph, node, upstream } = context;
    const shares = graph.op("Exp", [graph.sub(x, againstInput(context, node.outputs[0], axes))]);
    return graph.mul(upstream, shares);
  }),
  ReduceMax: extreme(),
  ReduceMin: extreme(),
  /** Its gradient runs the other way. */
  CumSum: {
    infer({ inputs: [x, axis], integers }) {
      positiveAxis(integers(axis)[0], x.shape.length);
      return like({ inputs: [x] });
    },
    gradient({ graph, node, upstream }) {
      const reverse = intAttribute(node.attributes, "reverse", 0) === 1 ? 0 : 1;
      return [
        graph.op("CumSum", [upstream, node.inputs[1]], {
          ...node.attributes,
          reverse: { kind: "int", value: reverse },
        }),
        null,
      ];
    },
  },
};
