import { float, type GradientCase, int, positive, unary, variable } from "./gradient-case";

export const normalisation: GradientCase[] = [
  ...["Softmax", "LogSoftmax", "LpNormalization"].flatMap((operator): GradientCase[] => [
    { operator, what: "along the last axis", variables: [variable([2, 3])], expression: unary(operator) },
    ...[0, 1, -2].map(
      (axis): GradientCase => ({
        operator,
        what: `along the axis ${axis}`,
        variables: [variable([2, 3, 2])],
        expression: (graph, [x]) => graph.op(operator, [x], { axis: int(axis) }),
      }),
    ),
  ]),
  {
    operator: "LpNormalization",
    what: "by the sum of sizes",
    variables: [variable([2, 3])],
    expression: (graph, [x]) => graph.op("LpNormalization", [x], { p: int(1), axis: int(0) }),
  },
  {
    operator: "LayerNormalization",
    what: "of rows",
    variables: [variable([2, 4]), variable([4]), variable([4])],
    expression: (graph, operands) => graph.op("LayerNormalization", operands, { epsilon: float(0.01) }),
  },
  {
    operator: "LayerNormalization",
    what: "over two axes, without bias",
    variables: [variable([2, 3, 2]), variable([3, 2])],
    expression: (graph, operands) => graph.op("LayerNormalization", operands, { axis: int(1) }),
  },
  ...[
    [3, 2],
    [2, 2, 3],
  ].map(
    (shape): GradientCase => ({
      operator: "BatchNormalization",
      what: `of [${shape}]`,
      variables: [variable(shape), variable([2]), variable([2]), variable([2]), variable([2], positive)],
      expression: (graph, operands) => graph.op("BatchNormalization", operands, { epsilon: float(0.01) }),
    }),
  ),
];
