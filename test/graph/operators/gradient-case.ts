/** One use of a differentiable operator, and the variables and constants such uses are made of. */
import type { GraphBuilder } from "../../../src/graph/graph-builder";
import { elementCount, type Value } from "../../../src/graph/value";
import type { Expression, Variable } from "../finite-differences";

export interface GradientCase {
  operator: string;
  what: string;
  variables: Variable[];
  expression: Expression;
  /** Stated where onnxruntime computes this operator in single precision only. */
  precision?: "float32";
}

/** Values on both sides of zero, no two alike and none close to another or to zero, exact in float32. */
export function variable(shape: number[], { positive = false } = {}): Variable {
  const count = elementCount(shape);
  const stride = [7, 5, 3, 11].find((candidate) => count % candidate !== 0) ?? 13;
  const values = Array.from({ length: count }, (_, i) => {
    const size = 0.375 + (((i * stride + shape.length) % count) + 1) / 8;
    return positive || i % 3 !== 1 ? size : -size;
  });
  return { shape, values };
}

export const positive = { positive: true };

export const unary =
  (operator: string): Expression =>
  (graph, [x]) =>
    graph.op(operator, [x]);

export const binary =
  (operator: string): Expression =>
  (graph, [a, b]) =>
    graph.op(operator, [a, b]);

export const int = (value: number) => ({ kind: "int", value }) as const;
export const float = (value: number) => ({ kind: "float", value }) as const;
export const ints = (...value: number[]) => ({ kind: "ints", value }) as const;
export const text = (value: string) => ({ kind: "string", value }) as const;

/** Constant indices of any shape. */
export function indices(graph: GraphBuilder, numbers: number[], shape: number[] = [numbers.length]): Value {
  return graph.constant(BigInt64Array.from(numbers, BigInt), shape);
}
