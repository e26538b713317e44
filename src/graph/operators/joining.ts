/** Operators that put tensors together and cut them up. */
import { type Attributes, type Dimension, fixedLength, fixedShape, isGiven, positiveAxes } from "../value";
import {
  axisAttribute,
  type InferenceContext,
  inferenceContext,
  intAttribute,
  type Operator,
  stringAttribute,
  undifferentiable,
} from "./operator";
import { placed } from "./placement";

export const joining: Record<string, Operator> = {
  Concat: {
    infer({ inputs, attributes }) {
      const [{ shape, type }] = inputs;
      const axis = axisAttribute(attributes, shape.length, 0);
      for (const input of inputs) {
        const fits =
          input.shape.length === shape.length && input.shape.every((length, at) => at === axis || length === shape[at]);
        if (!fits) throw new Error(`the shapes differ elsewhere than along the axis ${axis}`);
      }
      const along =
        inputs.length === 1 ? shape[axis] : inputs.reduce((sum, input) => sum + fixedLength(input.shape, axis), 0);
      return { shape: shape.map((length, at) => (at === axis ? along : length)), type };
    },
    gradient({ graph, node, upstream }) {
      const axis = axisAttribute(node.attributes, upstream.shape.length, 0);
      return graph.split(
        upstream,
        axis,
        node.inputs.map((input) => fixedLength(input.shape, axis)),
      );
    },
  },
  /** Into parts of given lengths, or into `num_outputs` parts of which only the last may be shorter. */
  Split: {
    infer({ inputs: [x, given], attributes, integers }) {
      const axis = axisAttribute(attributes, x.shape.length, 0);
      const lengths = isGiven(given) ? integers(given) : equalParts(fixedLength(x.shape, axis), attributes);
      if (lengths.reduce((sum, length) => sum + length, 0) !== x.shape[axis]) {
        throw new Error(`the parts [${lengths}] do not make up the axis ${axis}`);
      }
      return lengths.map((length) => ({
        shape: x.shape.map((whole, at) => (at === axis ? length : whole)),
        type: x.type,
      }));
    },
    gradient({ graph, node, upstreams }) {
      const parts = upstreams.map((upstream, index) => upstream ?? graph.zeros(fixedShape(node.outputs[index])));
      const axis = intAttribute(node.attributes, "axis", 0);
      return [graph.op("Concat", parts, { axis: { kind: "int", value: axis } }), null];
    },
  },
  /** Of any axes, from either end, with steps of either sign. */
  Slice: {
    infer(context) {
      const [x] = context.inputs;
      const shape: Dimension[] = [...x.shape];
      for (const { axis, positions } of cuts(context)) shape[axis] = positions.length;
      return { shape, type: x.type };
    },
    gradient({ graph, node, upstream }) {
      const shape = fixedShape(node.inputs[0]);
      return [
        cuts(inferenceContext(graph, node)).reduce(
          (whole, { axis, positions }) => placed(graph, whole, axis, positions, shape[axis]),
          upstream,
        ),
      ];
    },
  },
  /** By a constant; negative widths cut off, so that its gradient is the opposite padding. */
  Pad: {
    infer(context) {
      const [x] = context.inputs;
      const mode = stringAttribute(context.attributes, "mode", "constant");
      if (mode !== "constant") throw new Error(`the mode "${mode}" is not supported, only "constant"`);
      const widths = paddings(context);
      const shape = x.shape.map((length, axis) => {
        const [before, after] = [widths[axis], widths[x.shape.length + axis]];
        return before === 0 && after === 0 ? length : fixedLength(x.shape, axis) + before + after;
      });
      return { shape, type: x.type };
    },
    gradient({ graph, node, upstream, needed }) {
      if (needed[2]) throw undifferentiable(node, "the number it pads by must not depend on what is trained");
      const widths = paddings(inferenceContext(graph, node));
      return [graph.op("Pad", [upstream, graph.ints(widths.map((width) => 0 - width))])];
    },
    note: "mode constant",
  },
};

function equalParts(whole: number, attributes: Attributes): number[] {
  const count = intAttribute(attributes, "num_outputs", 0);
  if (count < 1) throw new Error("it has neither lengths nor num_outputs");
  const length = Math.ceil(whole / count);
  return Array.from({ length: count }, (_, part) => Math.min(length, whole - part * length));
}

/** The axes a Slice does cut, and the positions it leaves along each, in order. */
export function cuts({ inputs, integers }: InferenceContext): { axis: number; positions: number[] }[] {
  const [x, starts, ends, axesGiven, stepsGiven] = inputs;
  const from = integers(starts);
  const to = integers(ends);
  const axes = isGiven(axesGiven) ? positiveAxes(integers(axesGiven), x.shape.length) : from.map((_, axis) => axis);
  const steps = isGiven(stepsGiven) ? integers(stepsGiven) : from.map(() => 1);
  return axes.flatMap((axis, at) => {
    const step = steps[at];
    if (step === 0) throw new Error("a step of 0");
    // An axis left whole may be of open length.
    if (from[at] === 0 && step === 1 && to[at] >= WHOLE) return [];
    const length = fixedLength(x.shape, axis);
    const bounded = (index: number) => {
      const counted = index < 0 ? index + length : index;
      return step > 0 ? Math.min(Math.max(counted, 0), length) : Math.min(Math.max(counted, -1), length - 1);
    };
    const end = bounded(to[at]);
    const positions: number[] = [];
    for (let position = bounded(from[at]); step > 0 ? position < end : position > end; position += step) {
      positions.push(position);
    }
    return positions.length === length && step === 1 ? [] : [{ axis, positions }];
  });
}

/** Ends from here on mean all there is, whatever the length. */
const WHOLE = 2 ** 31 - 1;

/** Widths before every axis, then after every axis. */
function paddings({ inputs: [x, widths, , axesGiven], integers }: InferenceContext): number[] {
  const rank = x.shape.length;
  const given = integers(widths);
  const axes = isGiven(axesGiven) ? positiveAxes(integers(axesGiven), rank) : x.shape.map((_, axis) => axis);
  if (given.length !== 2 * axes.length) throw new Error(`${given.length} widths for ${axes.length} axes`);
  const all = new Array<number>(2 * rank).fill(0);
  axes.forEach((axis, at) => {
    all[axis] = given[at];
    all[rank + axis] = given[axes.length + at];
  });
  return all;
}
