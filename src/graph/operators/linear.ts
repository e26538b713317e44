/** Matrix products and transposition. */
import type { Dimension } from "../value";
import { intsAttribute, type Operator } from "./operator";

export const linear: Record<string, Operator> = {
  /** Two matrices; batched products are not needed yet and refused. */
  MatMul: {
    infer({ inputs: [a, b] }) {
      if (a.shape.length !== 2 || b.shape.length !== 2 || a.shape[1] !== b.shape[0]) {
        throw new Error(`MatMul of ${a.name} [${a.shape}] and ${b.name} [${b.shape}]: need [n, k] and [k, p]`);
      }
      return { shape: [a.shape[0], b.shape[1]], type: a.type };
    },
    gradient({ graph, node, upstream, needed }) {
      const [a, b] = node.inputs;
      return [
        needed[0] ? graph.matmul(upstream, graph.transposed(b)) : null,
        needed[1] ? graph.matmul(graph.transposed(a), upstream) : null,
      ];
    },
  },
  Transpose: {
    infer: ({ inputs: [x], attributes }) => ({
      shape: permutation(x.shape, attributes).map((axis) => x.shape[axis]),
      type: x.type,
    }),
    gradient({ graph, node, upstream }) {
      const order = permutation(node.inputs[0].shape, node.attributes);
      const inverse = order.map((_, axis) => order.indexOf(axis));
      return [graph.op("Transpose", [upstream], { perm: { kind: "ints", value: inverse } })];
    },
  },
};

function permutation(shape: readonly Dimension[], attributes: Parameters<typeof intsAttribute>[0]): number[] {
  const given = intsAttribute(attributes, "perm");
  return given ? [...given] : shape.map((_, axis) => shape.length - 1 - axis);
}
