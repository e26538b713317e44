/** Sums and means over axes. */
import { elementCount, fixedShape, positiveAxes, type Value } from "../value";
import { type GradientContext, intAttribute, type Operator } from "./operator";

/** Axes are the second input, a constant (opset 18); without it all axes are reduced. */
function reduction(gradient: (context: GradientContext, axes: number[]) => Value): Operator {
  const axesOf = (inputs: readonly Value[], integers: (value: Value) => number[]) => {
    const rank = inputs[0].shape.length;
    return inputs.length > 1 ? positiveAxes(integers(inputs[1]), rank) : inputs[0].shape.map((_, axis) => axis);
  };
  return {
    infer({ inputs, attributes, integers }) {
      const [x] = inputs;
      const axes = axesOf(inputs, integers);
      const keepDimensions = intAttribute(attributes, "keepdims", 1) === 1;
      const shape = keepDimensions
        ? x.shape.map((dimension, axis) => (axes.includes(axis) ? 1 : dimension))
        : x.shape.filter((_, axis) => !axes.includes(axis));
      return { shape, type: x.type };
    },
    gradient(context) {
      const { graph, node } = context;
      return [
        gradient(
          context,
          axesOf(node.inputs, (value) => graph.integers(value)),
        ),
        null,
      ];
    },
  };
}

/** The upstream gradient with the reduced axes put back at length 1, so that it broadcasts against the input. */
function kept({ graph, node, upstream }: GradientContext, axes: number[]): Value {
  const shape = fixedShape(node.inputs[0]);
  return graph.reshaped(
    upstream,
    shape.map((dimension, axis) => (axes.includes(axis) ? 1 : dimension)),
  );
}

/** The upstream gradient repeated along the reduced axes. */
function spread(context: GradientContext, axes: number[]): Value {
  const { graph, node } = context;
  return graph.op("Expand", [kept(context, axes), graph.ints(fixedShape(node.inputs[0]))]);
}

export const reductions: Record<string, Operator> = {
  ReduceSum: reduction(spread),
  ReduceSumSquare: reduction((context, axes) => {
    const { graph, node } = context;
    return graph.mul(node.inputs[0], graph.mul(graph.scalar(2), kept(context, axes)));
  }),
  ReduceMean: reduction((context, axes) => {
    const shape = fixedShape(context.node.inputs[0]);
    const count = elementCount(axes.map((axis) => shape[axis]));
    return context.graph.mul(spread(context, axes), context.graph.scalar(1 / count));
  }),
};
