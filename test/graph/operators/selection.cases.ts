import { ABSENT } from "../../../src/graph/value";
import { binary, type GradientCase, unary, variable } from "./gradient-case";

const around = { shape: [4], values: [-2, 0.25, 0.5, 3] };

export const selection: GradientCase[] = [
  {
    operator: "Where",
    what: "with a scalar on one side",
    variables: [variable([2, 3]), variable([])],
    expression: (graph, [a, b]) => graph.op("Where", [graph.op("GreaterOrEqual", [a, graph.scalar(0)]), a, b]),
  },
  {
    operator: "Where",
    what: "with a narrow condition and sides repeated either way",
    variables: [variable([2, 1]), variable([3])],
    expression: (graph, [a, b]) => {
      const condition = graph.op("Greater", [graph.constant(Float32Array.of(1, -1), [2, 1]), graph.scalar(0)]);
      return graph.op("Where", [condition, a, b]);
    },
  },
  {
    operator: "Where",
    what: "with a condition wider than both sides",
    variables: [variable([]), variable([1])],
    expression: (graph, [a, b]) => graph.op("Where", [graph.constant(Uint8Array.of(1, 0, 1), [3]), a, b]),
  },
  ...["Min", "Max"].flatMap((operator): GradientCase[] => [
    { operator, what: "of one", variables: [variable([3])], expression: unary(operator) },
    {
      operator,
      what: "of two, repeated either way",
      variables: [variable([2, 1]), { shape: [3], values: [-1, 0.625, 0] }],
      expression: binary(operator),
    },
    {
      operator,
      what: "of three",
      variables: [variable([2, 3]), { shape: [3], values: [-0.25, 0.75, 0.8] }, { shape: [], values: [0.7] }],
      expression: (graph, operands) => graph.op(operator, operands),
    },
    {
      operator,
      what: "with a constant",
      variables: [variable([5])],
      expression: (graph, [x]) => graph.op(operator, [graph.scalar(0), x]),
    },
  ]),
  {
    operator: "Clip",
    what: "below, inside and above",
    variables: [around],
    expression: (graph, [x]) => graph.op("Clip", [x, graph.scalar(-1), graph.scalar(1)]),
  },
  {
    operator: "Clip",
    what: "without a lower bound",
    variables: [around],
    expression: (graph, [x]) => graph.op("Clip", [x, ABSENT, graph.scalar(1)]),
  },
  {
    operator: "Clip",
    what: "without an upper bound",
    variables: [around],
    expression: (graph, [x]) => graph.op("Clip", [x, graph.scalar(-1)]),
  },
  { operator: "Clip", what: "without any bound", variables: [around], expression: unary("Clip") },
  {
    operator: "Clip",
    what: "by bounds that are trained",
    variables: [around, { shape: [], values: [-1] }, { shape: [], values: [1] }],
    expression: (graph, operands) => graph.op("Clip", operands),
  },
];
