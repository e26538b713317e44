/** Matrix products. */
import type { GraphBuilder } from "../graph-builder";
import { type Attributes, broadcastShape, broadcastsTo, fixedShape, isGiven, type Shape, type Value } from "../value";
import { floatAttribute, intAttribute, type Operator } from "./operator";

export const linear: Record<string, Operator> = {
  /** As NumPy's: leading dimensions broadcast, a vector is a row on the left and a column on the right. */
  MatMul: {
    infer({ inputs: [a, b] }) {
      const [left, right] = [asRow(a.shape), asColumn(b.shape)];
      if (a.shape.length === 0 || b.shape.length === 0 || left.at(-1) !== right.at(-2)) {
        throw new Error("need [n, k] and [k, p]");
      }
      return {
        shape: [
          ...broadcastShape(left.slice(0, -2), right.slice(0, -2)),
          ...(a.shape.length > 1 ? [left[left.length - 2]] : []),
          ...(b.shape.length > 1 ? [right[right.length - 1]] : []),
        ],
        type: a.type,
      };
    },
    gradient({ graph, node, upstream, needed }) {
      const [a, b] = node.inputs;
      if (a.shape.length === 2 && b.shape.length === 2) {
        return [
          needed[0] ? graph.matmul(upstream, graph.transposed(b)) : null,
          needed[1] ? graph.matmul(graph.transposed(a), upstream) : null,
        ];
      }
      // A vector takes part as the matrix of one row or one column that it stands for.
      const left = graph.reshaped(a, asRow(fixedShape(a)));
      const right = graph.reshaped(b, asColumn(fixedShape(b)));
      const batch = broadcastShape(left.shape.slice(0, -2), right.shape.slice(0, -2)) as number[];
      const product = [...batch, fixedShape(left).at(-2)!, fixedShape(right).at(-1)!];
      const whole = graph.reshaped(upstream, product);
      const towards = (input: Value, matrix: Value, gradient: Value) =>
        graph.reshaped(graph.summedTo(gradient, matrix.shape), fixedShape(input));
      return [
        needed[0] ? towards(a, left, graph.matmul(whole, exchanged(graph, right))) : null,
        needed[1] ? towards(b, right, rightGradient(graph, left, right, whole)) : null,
      ];
    },
  },
  /** alpha A' B' + beta C, where A' and B' may be transposed and C, which broadcasts, may be left out. */
  Gemm: {
    infer({ inputs: [a, b, c], attributes }) {
      const { transposeA, transposeB } = gemmAttributes(attributes);
      const left = transposeA ? [...a.shape].reverse() : a.shape;
      const right = transposeB ? [...b.shape].reverse() : b.shape;
      if (left.length !== 2 || right.length !== 2 || left[1] !== right[0]) {
        throw new Error(`need [n, k] and [k, p], not [${left}] and [${right}]`);
      }
      const shape = [left[0], right[1]];
      if (isGiven(c) && !broadcastsTo(c.shape, shape)) {
        throw new Error(`the third operand does not broadcast to [${shape}]`);
      }
      return { shape, type: a.type };
    },
    gradient({ graph, node, upstream, needed }) {
      const [a, b, c] = node.inputs;
      const { alpha, beta, transposeA, transposeB } = gemmAttributes(node.attributes);
      const product = (left: Value, right: Value, transposeLeft: boolean, transposeRight: boolean) =>
        graph.op("Gemm", [left, right], {
          alpha: { kind: "float", value: alpha },
          transA: { kind: "int", value: Number(transposeLeft) },
          transB: { kind: "int", value: Number(transposeRight) },
        });
      const ofA = () =>
        transposeA ? product(b, upstream, transposeB, true) : product(upstream, b, false, !transposeB);
      const ofB = () =>
        transposeB ? product(upstream, a, true, transposeA) : product(a, upstream, !transposeA, false);
      const ofC = () => {
        const sum = graph.summedTo(upstream, c.shape);
        return beta === 1 ? sum : graph.mul(sum, graph.scalar(beta));
      };
      return [needed[0] ? ofA() : null, needed[1] ? ofB() : null, needed[2] ? ofC() : null];
    },
  },
};

function asRow<S extends Shape>(shape: S): S {
  return (shape.length === 1 ? [1, ...shape] : shape) as S;
}

function asColumn<S extends Shape>(shape: S): S {
  return (shape.length === 1 ? [...shape, 1] : shape) as S;
}

/** A batch of matrices, each transposed. */
function exchanged(graph: GraphBuilder, x: Value): Value {
  const rank = x.shape.length;
  if (rank === 2) return graph.transposed(x);
  const order = x.shape.map((_, axis) => axis);
  return graph.op("Transpose", [x], { perm: { kind: "ints", value: [...order.slice(0, -2), rank - 1, rank - 2] } });
}

/** A' G for every matrix of the batch; where they share one right matrix, their rows make one long product. */
function rightGradient(graph: GraphBuilder, left: Value, right: Value, upstream: Value): Value {
  if (right.shape.length > 2 || left.shape.length === 2) return graph.matmul(exchanged(graph, left), upstream);
  const rows = (x: Value) => {
    const shape = fixedShape(x);
    return graph.reshaped(x, [shape.slice(0, -1).reduce((product, length) => product * length, 1), shape.at(-1)!]);
  };
  return graph.matmul(graph.transposed(rows(left)), rows(upstream));
}

function gemmAttributes(attributes: Attributes) {
  return {
    alpha: floatAttribute(attributes, "alpha", 1),
    beta: floatAttribute(attributes, "beta", 1),
    transposeA: intAttribute(attributes, "transA", 0) === 1,
    transposeB: intAttribute(attributes, "transB", 0) === 1,
  };
}
