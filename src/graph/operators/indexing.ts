/** Operators that pick by index, and those that give the indices. */
import { type Dimension, fixedShape, sameShape } from "../value";
import { axisAttribute, intAttribute, type Operator, stringAttribute, undifferentiable } from "./operator";
import { placed } from "./placement";

export const indexing: Record<string, Operator> = {
  Gather: {
    infer({ inputs: [table, indices], attributes, numbers }) {
      const axis = axisAttribute(attributes, table.shape.length, 0);
      const length = table.shape[axis];
      const outside = numbers(indices)?.find(
        (index) => typeof length === "number" && (index < -length || index >= length),
      );
      if (outside !== undefined) throw new Error(`the index ${outside} lies outside the axis ${axis}`);
      return {
        shape: [...table.shape.slice(0, axis), ...indices.shape, ...table.shape.slice(axis + 1)],
        type: table.type,
      };
    },
    gradient({ graph, node, upstream }) {
      const [table, indices] = node.inputs;
      const shape = fixedShape(table);
      const axis = axisAttribute(node.attributes, shape.length, 0);
      const picked = graph.numbers(indices);
      if (!picked) {
        throw undifferentiable(
          node,
          `what it picks from depends on what is trained, and the indices ${indices.name} are not constant`,
        );
      }
      const slabs = graph.reshaped(upstream, shape.with(axis, picked.length));
      const positions = picked.map((index) => (index < 0 ? index + shape[axis] : index));
      return [placed(graph, slabs, axis, positions, shape[axis])];
    },
    note: "gradient for constant indices",
  },
  GatherElements: {
    infer({ inputs: [data, indices], attributes }) {
      axisAttribute(attributes, data.shape.length, 0);
      if (indices.shape.length !== data.shape.length)
        throw new Error("the indices need as many dimensions as the data");
      return { shape: indices.shape, type: data.type };
    },
    // Here repeated indices are summed: unlike ScatterND, onnxruntime runs ScatterElements on one thread.
    gradient({ graph, node, upstream }) {
      const [data, indices] = node.inputs;
      const zeros = graph.zeros(fixedShape(data));
      const adding = { ...node.attributes, reduction: { kind: "string", value: "add" } } as const;
      return [graph.op("ScatterElements", [zeros, indices, upstream], adding)];
    },
  },
  ScatterElements: {
    infer({ inputs: [data, indices, updates], attributes }) {
      axisAttribute(attributes, data.shape.length, 0);
      if (!sameShape(indices.shape, updates.shape)) throw new Error("there is not one index for each update");
      if (indices.shape.length !== data.shape.length)
        throw new Error("the indices need as many dimensions as the data");
      return { shape: data.shape, type: data.type };
    },
    gradient({ graph, node, upstream, needed }) {
      const [, indices, updates] = node.inputs;
      const reduction = stringAttribute(node.attributes, "reduction", "none");
      if (reduction !== "none" && reduction !== "add") throw undifferentiable(node, `its reduction is "${reduction}"`);
      const axis = { axis: { kind: "int", value: intAttribute(node.attributes, "axis", 0) } } as const;
      const ofData = () =>
        reduction === "add"
          ? upstream
          : graph.op("ScatterElements", [upstream, indices, graph.zeros(fixedShape(updates))], axis);
      return [
        needed[0] ? ofData() : null,
        null,
        needed[2] ? graph.op("GatherElements", [upstream, indices], axis) : null,
      ];
    },
    note: "gradient without reduction, for unique indices, or with the reduction add",
  },
  /** Values and indices of the k greatest or least. */
  TopK: {
    infer({ inputs: [x, k], attributes, integers }) {
      const axis = axisAttribute(attributes, x.shape.length, -1);
      const [count] = integers(k);
      const length = x.shape[axis];
      if (typeof length === "number" && count > length) throw new Error(`the axis ${axis} has fewer than ${count}`);
      const shape: Dimension[] = x.shape.map((whole, at) => (at === axis ? count : whole));
      return [
        { shape, type: x.type },
        { shape, type: "int64" },
      ];
    },
    gradient({ graph, node, upstream }) {
      const [x] = node.inputs;
      const axis = { axis: { kind: "int", value: intAttribute(node.attributes, "axis", -1) } } as const;
      return [graph.op("ScatterElements", [graph.zeros(fixedShape(x)), node.outputs[1], upstream], axis)];
    },
  },
  ArgMax: extremeIndex(),
  ArgMin: extremeIndex(),
  OneHot: {
    infer({ inputs: [indices, depth, values], attributes, integers }) {
      const axis = axisAttribute(attributes, indices.shape.length + 1, -1);
      const [length] = integers(depth);
      return { shape: [...indices.shape.slice(0, axis), length, ...indices.shape.slice(axis)], type: values.type };
    },
    note: "constant depth",
  },
};

function extremeIndex(): Operator {
  return {
    infer({ inputs: [x], attributes }) {
      const axis = axisAttribute(attributes, x.shape.length, 0);
      const keep = intAttribute(attributes, "keepdims", 1) === 1;
      return {
        shape: x.shape.flatMap((length, at) => (at !== axis ? [length] : keep ? [1] : [])),
        type: "int64",
      };
    },
  };
}
