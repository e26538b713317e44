/** Operators that pick, element by element, among their operands. */
import { isGiven } from "../value";
import { broadcast, like, masked } from "./elementwise";
import type { Operator } from "./operator";

/** The least or the greatest of any number of operands. */
function extremum(): Operator {
  return {
    infer: ({ inputs }) => broadcast(inputs),
    gradient({ graph, node, upstream, needed }) {
      const [output] = node.outputs;
      const chosen = node.inputs.map((input) => graph.cast(graph.op("Equal", [input, output]), output.type));
      const share = graph.div(
        upstream,
        chosen.reduce((sum, mask) => graph.add(sum, mask)),
      );
      return chosen.map((mask, index) =>
        needed[index] ? graph.summedTo(graph.mul(share, mask), node.inputs[index].shape) : null,
      );
    },
    takesNarrowUpstream: true,
    note: "operands that tie share the gradient evenly",
  };
}

export const selection: Record<string, Operator> = {
  Where: {
    infer: ({ inputs: [condition, a, b] }) => ({
      ...broadcast([a, b]),
      shape: broadcast([{ ...condition, type: a.type }, a, b]).shape,
    }),
    gradient({ graph, node, upstream, needed }) {
      const [condition, a, b] = node.inputs;
      const { shape } = node.outputs[0];
      const zero = graph.scalar(0);
      return [
        null,
        needed[1] ? graph.summedTo(graph.op("Where", [condition, upstream, zero]), a.shape, shape) : null,
        needed[2] ? graph.summedTo(graph.op("Where", [condition, zero, upstream]), b.shape, shape) : null,
      ];
    },
    takesNarrowUpstream: true,
  },
  Min: extremum(),
  Max: extremum(),
  /** Both bounds are optional. At a bound the gradient flows to the input, as in PyTorch. */
  Clip: {
    infer: like,
    gradient(context) {
      const { graph, node, needed } = context;
      const [x, ...bounds] = node.inputs;
      const [y] = node.outputs;
      const beyond = ["Less", "Greater"];
      return [
        needed[0] ? masked(context, graph.op("Equal", [x, y])) : null,
        ...bounds.map((bound, side) =>
          isGiven(bound) && needed[1 + side]
            ? graph.summedTo(masked(context, graph.op(beyond[side], [x, bound])), bound.shape, y.shape)
            : null,
        ),
      ];
    },
    takesNarrowUpstream: true,
  },
};
