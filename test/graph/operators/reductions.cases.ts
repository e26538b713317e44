import type { Attributes } from "../../../src/graph/value";
import { type GradientCase, int, positive, unary, variable } from "./gradient-case";

const operators = [
  "ReduceSum",
  "ReduceMean",
  "ReduceSumSquare",
  "ReduceL1",
  "ReduceL2",
  "ReduceLogSumExp",
  "ReduceMax",
  "ReduceMin",
];

const axes = [
  { what: "over the first axis", axes: [0], keep: 0 },
  { what: "over a negative axis", axes: [-1], keep: 0 },
  { what: "over a middle axis, kept", axes: [1], keep: 1 },
  { what: "over the outer axes", axes: [2, 0], keep: 0 },
  { what: "over the first axes", axes: [0, 1], keep: 0 },
];

const directions: { what: string; attributes: Attributes }[] = [
  { what: "", attributes: {} },
  { what: "from the end", attributes: { reverse: int(1) } },
  { what: "without the element itself", attributes: { exclusive: int(1) } },
];

export const reductions: GradientCase[] = [
  ...operators.flatMap((operator): GradientCase[] => [
    ...axes.map(
      ({ what, axes, keep }) =>
        ({
          operator,
          what,
          variables: [variable([2, 3, 2])],
          expression: (graph, [x]) => graph.op(operator, [x, graph.ints(axes)], { keepdims: int(keep) }),
        }) satisfies GradientCase,
    ),
    { operator, what: "over all axes, kept", variables: [variable([2, 3])], expression: unary(operator) },
    {
      operator,
      what: "over all axes",
      variables: [variable([2, 3])],
      expression: (graph, [x]) => graph.op(operator, [x], { keepdims: int(0) }),
    },
  ]),
  {
    operator: "ReduceSum",
    what: "of a product of narrow values",
    variables: [variable([2, 1]), variable([1, 3]), variable([2, 3], positive)],
    expression: (graph, [a, b, c]) => graph.mul(graph.sum(graph.mul(graph.mul(a, b), c), [1]), graph.sum(a)),
  },
  ...directions.map(
    ({ what, attributes }): GradientCase => ({
      operator: "CumSum",
      what,
      variables: [variable([2, 3])],
      expression: (graph, [x]) => graph.op("CumSum", [x, graph.constant(BigInt64Array.of(-1n), [])], attributes),
    }),
  ),
];
