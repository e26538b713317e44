import { type GradientCase, int, ints, unary, variable } from "./gradient-case";

export const shaping: GradientCase[] = [
  {
    operator: "Reshape",
    what: "",
    variables: [variable([2, 6])],
    expression: (graph, [x]) => graph.reshaped(x, [3, 4]),
  },
  {
    operator: "Reshape",
    what: "with one length kept and one worked out",
    variables: [variable([2, 6])],
    expression: (graph, [x]) => graph.op("Reshape", [x, graph.ints([0, 2, -1])]),
  },
  ...[0, 1, 2, -1, 3].map(
    (axis): GradientCase => ({
      operator: "Flatten",
      what: `before the axis ${axis}`,
      variables: [variable([2, 3, 2])],
      expression: (graph, [x]) => graph.op("Flatten", [x], { axis: int(axis) }),
    }),
  ),
  {
    operator: "Squeeze",
    what: "of given axes",
    variables: [variable([1, 3, 1])],
    expression: (graph, [x]) => graph.op("Squeeze", [x, graph.ints([-1])]),
  },
  { operator: "Squeeze", what: "of all axes it can", variables: [variable([1, 3, 1])], expression: unary("Squeeze") },
  {
    operator: "Unsqueeze",
    what: "at both ends",
    variables: [variable([2, 3])],
    expression: (graph, [x]) => graph.op("Unsqueeze", [x, graph.ints([-1, 0])]),
  },
  { operator: "Transpose", what: "of a matrix", variables: [variable([2, 3])], expression: unary("Transpose") },
  {
    operator: "Transpose",
    what: "by a given order",
    variables: [variable([2, 3, 4])],
    expression: (graph, [x]) => graph.op("Transpose", [x], { perm: ints(2, 0, 1) }),
  },
  {
    operator: "Expand",
    what: "by a new and a repeated axis",
    variables: [variable([3, 1])],
    expression: (graph, [x]) => graph.op("Expand", [x, graph.ints([2, 1, 4])]),
  },
  {
    operator: "Tile",
    what: "along two of three axes",
    variables: [variable([2, 3, 2])],
    expression: (graph, [x]) => graph.op("Tile", [x, graph.ints([2, 1, 3])]),
  },
  {
    operator: "Tile",
    what: "that changes nothing",
    variables: [variable([2])],
    expression: (graph, [x]) => graph.op("Tile", [x, graph.ints([1])]),
  },
];
