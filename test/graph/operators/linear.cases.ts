import { ABSENT } from "../../../src/graph/value";
import { binary, float, type GradientCase, int, variable } from "./gradient-case";

const shapes: [string, number[], number[]][] = [
  ["of matrices", [2, 3], [3, 4]],
  ["of batches", [2, 2, 3], [2, 3, 2]],
  ["of a batch with one matrix", [2, 2, 3], [3, 2]],
  ["of one matrix with a batch", [2, 3], [2, 3, 2]],
  ["of batches repeated either way", [2, 1, 2, 3], [3, 3, 2]],
  ["of two vectors", [3], [3]],
  ["of a vector with a matrix", [3], [3, 2]],
  ["of a matrix with a vector", [2, 3], [3]],
  ["of a vector with a batch", [3], [2, 3, 2]],
  ["of a batch with a vector", [2, 2, 3], [3]],
];

const gemms = [
  { what: "", a: [2, 3], b: [3, 4], transA: 0, transB: 0 },
  { what: "with the first transposed", a: [3, 2], b: [3, 4], transA: 1, transB: 0 },
  { what: "with the second transposed", a: [2, 3], b: [4, 3], transA: 0, transB: 1 },
  { what: "with both transposed", a: [3, 2], b: [4, 3], transA: 1, transB: 1 },
];

export const linear: GradientCase[] = [
  ...shapes.map(([what, a, b]) => ({
    operator: "MatMul",
    what,
    variables: [variable(a), variable(b)],
    expression: binary("MatMul"),
  })),
  ...gemms.map(
    ({ what, a, b, transA, transB }): GradientCase => ({
      operator: "Gemm",
      what: `${what}, scaled, plus a row`,
      variables: [variable(a), variable(b), variable([4])],
      expression: (graph, operands) =>
        graph.op("Gemm", operands, { alpha: float(0.5), beta: float(2), transA: int(transA), transB: int(transB) }),
    }),
  ),
  {
    operator: "Gemm",
    what: "plus a column",
    variables: [variable([2, 3]), variable([3, 4]), variable([2, 1])],
    expression: (graph, operands) => graph.op("Gemm", operands),
  },
  { operator: "Gemm", what: "of two", variables: [variable([2, 3]), variable([3, 4])], expression: binary("Gemm") },
  {
    operator: "Gemm",
    what: "with the sum's operand left out",
    variables: [variable([2, 3]), variable([3, 4])],
    expression: (graph, [a, b]) => graph.op("Gemm", [a, b, ABSENT]),
  },
];
