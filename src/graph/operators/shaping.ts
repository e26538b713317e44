/** Operators that move values without changing them. */
import { broadcastShape, elementCount, fixedShape, positiveAxes } from "../value";
import { intAttribute, type Operator } from "./operator";

export const shaping: Record<string, Operator> = {
  Reshape: {
    infer({ inputs: [x, target], integers }) {
      const shape = integers(target);
      if (elementCount(shape) !== elementCount(fixedShape(x))) {
        throw new Error(`Reshape of ${x.name} [${x.shape}] to [${shape}] changes the number of elements`);
      }
      return { shape, type: x.type };
    },
    gradient: ({ graph, node, upstream }) => [graph.reshaped(upstream, fixedShape(node.inputs[0])), null],
  },
  Expand: {
    infer: ({ inputs: [x, target], integers }) => ({ shape: broadcastShape(x.shape, integers(target)), type: x.type }),
    gradient: ({ graph, node, upstream }) => [graph.summedTo(upstream, node.inputs[0].shape), null],
  },
  Concat: {
    infer({ inputs, attributes }) {
      const rank = inputs[0].shape.length;
      const [axis] = positiveAxes([intAttribute(attributes, "axis", 0)], rank);
      const along = inputs.reduce((sum, input) => sum + fixedShape(input)[axis], 0);
      return { shape: inputs[0].shape.map((dimension, at) => (at === axis ? along : dimension)), type: inputs[0].type };
    },
    gradient({ graph, node, upstream }) {
      const [axis] = positiveAxes([intAttribute(node.attributes, "axis", 0)], node.inputs[0].shape.length);
      return graph.split(
        upstream,
        axis,
        node.inputs.map((input) => fixedShape(input)[axis]),
      );
    },
  },
  Split: {
    infer({ inputs: [x, lengths], attributes, integers }) {
      const [axis] = positiveAxes([intAttribute(attributes, "axis", 0)], x.shape.length);
      return integers(lengths).map((length) => ({
        shape: x.shape.map((dimension, at) => (at === axis ? length : dimension)),
        type: x.type,
      }));
    },
    gradient({ graph, node, upstreams }) {
      const parts = upstreams.map((upstream, index) => upstream ?? graph.zeros(fixedShape(node.outputs[index])));
      return [
        graph.op("Concat", parts, { axis: { kind: "int", value: intAttribute(node.attributes, "axis", 0) } }),
        null,
      ];
    },
  },
  /** Of one axis, step 1, as `GraphBuilder.slice` makes it. */
  Slice: {
    infer({ inputs: [x, starts, ends, axes], integers }) {
      const [axis] = positiveAxes(integers(axes), x.shape.length);
      const length = integers(ends)[0] - integers(starts)[0];
      return { shape: x.shape.map((dimension, at) => (at === axis ? length : dimension)), type: x.type };
    },
    gradient({ graph, node, upstream }) {
      const [x, starts, ends, axes] = node.inputs;
      const shape = fixedShape(x);
      const [axis] = positiveAxes(graph.integers(axes), shape.length);
      const [start] = graph.integers(starts);
      const [end] = graph.integers(ends);
      const zeros = (length: number) => graph.zeros(shape.map((dimension, at) => (at === axis ? length : dimension)));
      const parts = [
        ...(start > 0 ? [zeros(start)] : []),
        upstream,
        ...(end < shape[axis] ? [zeros(shape[axis] - end)] : []),
      ];
      return [graph.op("Concat", parts, { axis: { kind: "int", value: axis } }), null, null, null];
    },
  },
  /** Rows by index; not differentiated, since the tables we look rows up in are frozen. */
  Gather: {
    infer({ inputs: [table, indices], attributes }) {
      const [axis] = positiveAxes([intAttribute(attributes, "axis", 0)], table.shape.length);
      return {
        shape: [...table.shape.slice(0, axis), ...indices.shape, ...table.shape.slice(axis + 1)],
        type: table.type,
      };
    },
  },
};
