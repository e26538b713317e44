import { binary, type GradientCase, positive, unary, variable } from "./gradient-case";

const broadcasting = [
  {
    what: "of like shapes",
    shapes: [
      [2, 3],
      [2, 3],
    ],
  },
  { what: "with a row repeated", shapes: [[2, 3], [3]] },
  {
    what: "with a column repeated",
    shapes: [
      [2, 3],
      [2, 1],
    ],
  },
  { what: "with the first repeated", shapes: [[3], [2, 3]] },
  {
    what: "with both repeated",
    shapes: [
      [2, 1],
      [1, 3],
    ],
  },
  { what: "with a scalar", shapes: [[2, 3], []] },
  {
    what: "with a column of a higher rank",
    shapes: [
      [3, 1],
      [2, 1, 4],
    ],
  },
];

export const arithmetic: GradientCase[] = [
  ...["Add", "Sub", "Mul", "Div"].flatMap((operator) =>
    broadcasting.map(({ what, shapes: [a, b] }) => ({
      operator,
      what,
      variables: [variable(a), variable(b, positive)],
      expression: binary(operator),
    })),
  ),
  ...broadcasting.map(({ what, shapes: [base, exponent] }) => ({
    operator: "Pow",
    what,
    variables: [variable(base, positive), variable(exponent)],
    expression: binary("Pow"),
  })),
  {
    operator: "Pow",
    what: "by a constant",
    variables: [variable([2, 3], positive)],
    expression: (graph, [x]) => graph.op("Pow", [x, graph.scalar(1.5)]),
  },
  {
    operator: "Pow",
    what: "by two, of either sign",
    variables: [variable([2, 3])],
    expression: (graph, [x]) => graph.op("Pow", [x, graph.scalar(2)]),
  },
  {
    operator: "Pow",
    what: "by an integer constant, of either sign",
    variables: [variable([2, 3])],
    expression: (graph, [x]) => graph.op("Pow", [x, graph.ints([3])]),
  },
  {
    operator: "Pow",
    what: "of zero, by constants among which is zero",
    variables: [{ shape: [3], values: [0, 0, 2] }],
    expression: (graph, [x]) => graph.op("Pow", [x, graph.constant(Float32Array.of(0, 3, 0), [3])]),
  },
  {
    operator: "Pow",
    what: "of a constant",
    variables: [variable([3])],
    expression: (graph, [x]) => graph.op("Pow", [graph.scalar(2), x]),
  },
  ...["Neg", "Exp", "Abs", "Reciprocal"].map((operator) => ({
    operator,
    what: "",
    variables: [variable([2, 3])],
    expression: unary(operator),
  })),
  ...["Log", "Sqrt"].map((operator) => ({
    operator,
    what: "",
    variables: [variable([2, 3], positive)],
    expression: unary(operator),
  })),
];
