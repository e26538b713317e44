import { ABSENT } from "../../../src/graph/value";
import { type GradientCase, int, variable } from "./gradient-case";

const END = Number.MAX_SAFE_INTEGER;

const slices: { what: string; starts: number[]; ends: number[]; axes?: number[]; steps?: number[] }[] = [
  { what: "from the middle", starts: [1], ends: [3], axes: [0] },
  { what: "of several axes", starts: [1, 0], ends: [4, 2], axes: [0, 1] },
  { what: "of the first axes unsaid", starts: [1, 2], ends: [3, 3] },
  { what: "from the end, to the end", starts: [-3], ends: [END], axes: [-2] },
  { what: "that cuts nothing", starts: [0], ends: [END], axes: [1] },
  { what: "beyond both ends", starts: [-END], ends: [END], axes: [1] },
  { what: "every second", starts: [0], ends: [END], axes: [0], steps: [2] },
  { what: "reversed", starts: [-1], ends: [-END], axes: [0], steps: [-1] },
  {
    what: "every second backwards, and a cut of the other axis",
    starts: [3, 1],
    ends: [0, 2],
    axes: [0, 1],
    steps: [-2, 1],
  },
];

export const joining: GradientCase[] = [
  {
    operator: "Concat",
    what: "along a negative axis",
    variables: [variable([2, 1]), variable([2, 3])],
    expression: (graph, [a, b]) => graph.op("Concat", [a, b], { axis: int(-1) }),
  },
  {
    operator: "Concat",
    what: "of one value with itself and another",
    variables: [variable([1, 2]), variable([2, 2])],
    expression: (graph, [a, b]) => graph.op("Concat", [a, b, a], { axis: int(0) }),
  },
  {
    operator: "Split",
    what: "with every part used",
    variables: [variable([5, 2])],
    expression: (graph, [x]) => {
      const [head, tail] = graph.split(x, 0, [2, 3]);
      return graph.add(graph.sum(graph.mul(head, head), [0]), graph.sum(tail, [0]));
    },
  },
  {
    operator: "Split",
    what: "with a part left out, along a negative axis",
    variables: [variable([2, 5])],
    expression: (graph, [x]) => {
      const [, middle] = graph.split(x, -1, [1, 2, 2]);
      return graph.mul(middle, middle);
    },
  },
  {
    operator: "Split",
    what: "into a number of parts, the last shorter",
    variables: [variable([2, 5])],
    expression: (graph, [x]) => {
      const [first, , last] = graph.ops("Split", [x], { axis: int(1), num_outputs: int(3) });
      return graph.mul(first, last);
    },
  },
  ...slices.map(
    ({ what, starts, ends, axes, steps }): GradientCase => ({
      operator: "Slice",
      what,
      variables: [variable([5, 3])],
      expression: (graph, [x]) =>
        graph.op("Slice", [
          x,
          graph.ints(starts),
          graph.ints(ends),
          axes ? graph.ints(axes) : ABSENT,
          ...(steps ? [graph.ints(steps)] : []),
        ]),
    }),
  ),
  {
    operator: "Pad",
    what: "on all sides",
    variables: [variable([2, 3])],
    expression: (graph, [x]) => graph.op("Pad", [x, graph.ints([1, 0, 2, 1]), graph.scalar(7)]),
  },
  {
    operator: "Pad",
    what: "of one axis, cut on the other side",
    variables: [variable([2, 3])],
    expression: (graph, [x]) => graph.op("Pad", [x, graph.ints([2, -1]), ABSENT, graph.ints([-1])]),
  },
];
