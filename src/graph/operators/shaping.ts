/** Operators that give the same values, or copies of them, another shape. */
import {
  broadcastShape,
  type Dimension,
  fixedLength,
  fixedShape,
  isGiven,
  positiveAxes,
  positiveAxis,
  type Shape,
  type Value,
} from "../value";
import { type InferenceContext, intAttribute, intsAttribute, type Operator } from "./operator";

/** Its gradient takes the input's shape again. */
function reshaping(shapeOf: (context: InferenceContext) => Shape): Operator {
  return {
    infer: (context) => ({ shape: shapeOf(context), type: context.inputs[0].type }),
    gradient: ({ graph, node, upstream }) => [graph.reshaped(upstream, fixedShape(node.inputs[0]))],
  };
}

export const shaping: Record<string, Operator> = {
  /** A target length 0 keeps the input's, unless `allowzero` is set; -1 takes what is left. */
  Reshape: reshaping(({ inputs: [x, target], attributes, integers }) => {
    const keeps = intAttribute(attributes, "allowzero", 0) === 0;
    const shape = integers(target).map((length, axis) => (length === 0 && keeps ? x.shape[axis] : length));
    const unsaid = shape.indexOf(-1);
    const left = remainder(
      x.shape,
      shape.filter((_, axis) => axis !== unsaid),
    );
    if (left === undefined || (unsaid < 0 && left !== 1)) {
      throw new Error(`[${x.shape}] and [${shape}] do not have the same number of elements`);
    }
    return unsaid < 0 ? shape : shape.with(unsaid, left);
  }),
  Flatten: reshaping(({ inputs: [x], attributes }) => {
    const given = intAttribute(attributes, "axis", 1);
    const axis = given === x.shape.length ? given : positiveAxis(given, x.shape.length);
    return [x.shape.slice(0, axis), x.shape.slice(axis)].map((part) => {
      const length = remainder(part, []);
      if (length !== undefined) return length;
      throw new Error(`[${part}] makes no length that has a name`);
    });
  }),
  Squeeze: reshaping(({ inputs: [x, axes], integers }) => {
    const dropped = isGiven(axes)
      ? positiveAxes(integers(axes), x.shape.length)
      : x.shape.flatMap((length, axis) => (length === 1 ? [axis] : []));
    const long = dropped.find((axis) => x.shape[axis] !== 1);
    if (long !== undefined) throw new Error(`the axis ${long} does not have length 1`);
    return x.shape.filter((_, axis) => !dropped.includes(axis));
  }),
  Unsqueeze: reshaping(({ inputs: [x, axes], integers }) => {
    const added = integers(axes);
    const rank = x.shape.length + added.length;
    const places = positiveAxes(added, rank);
    const rest = [...x.shape];
    return Array.from({ length: rank }, (_, axis) => (places.includes(axis) ? 1 : rest.shift()!));
  }),
  Transpose: {
    infer: ({ inputs: [x], attributes }) => ({
      shape: permutation(x, attributes).map((axis) => x.shape[axis]),
      type: x.type,
    }),
    gradient({ graph, node, upstream }) {
      const order = permutation(node.inputs[0], node.attributes);
      const inverse = order.map((_, axis) => order.indexOf(axis));
      return [graph.op("Transpose", [upstream], { perm: { kind: "ints", value: inverse } })];
    },
  },
  Expand: {
    infer: ({ inputs: [x, target], integers }) => ({ shape: broadcastShape(x.shape, integers(target)), type: x.type }),
    gradient: ({ graph, node, upstream }) => [
      graph.summedTo(upstream, node.inputs[0].shape, node.outputs[0].shape),
      null,
    ],
    takesNarrowUpstream: true,
  },
  Tile: {
    infer({ inputs: [x, repeats], integers }) {
      const times = integers(repeats);
      if (times.length !== x.shape.length) throw new Error(`${times.length} repeats for ${x.shape.length} dimensions`);
      const shape = times.map((count, axis) => (count === 1 ? x.shape[axis] : count * fixedLength(x.shape, axis)));
      return { shape, type: x.type };
    },
    // Each repeated axis is cut in two, copies and content, and the copies are added up.
    gradient({ graph, node, upstream }) {
      const shape = fixedShape(node.inputs[0]);
      const cut: number[] = [];
      const copies: number[] = [];
      for (const [axis, count] of graph.integers(node.inputs[1]).entries()) {
        if (count !== 1) copies.push(cut.push(count) - 1);
        cut.push(shape[axis]);
      }
      return [copies.length === 0 ? upstream : graph.sum(graph.reshaped(upstream, cut), copies), null];
    },
  },
};

function permutation({ shape }: Value, attributes: Parameters<typeof intsAttribute>[0]): number[] {
  const given = intsAttribute(attributes, "perm");
  if (!given) return shape.map((_, axis) => shape.length - 1 - axis);
  if (given.length !== shape.length || shape.some((_, axis) => !given.includes(axis))) {
    throw new Error(`[${given}] is no order of its axes`);
  }
  return [...given];
}

/** The number of elements of a shape, divided by lengths known already; undefined where that is no length. */
function remainder(shape: Shape, known: readonly Dimension[]): Dimension | undefined {
  const open = shape.filter((length) => typeof length === "string");
  let count = shape.reduce<number>((product, length) => (typeof length === "number" ? product * length : product), 1);
  for (const length of known) {
    if (typeof length === "number") count /= length;
    else open.splice(open.indexOf(length), 1);
  }
  if (open.length === 0) return Number.isInteger(count) && count >= 0 ? count : undefined;
  return open.length === 1 && count === 1 ? open[0] : undefined;
}
