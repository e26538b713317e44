import { type GradientCase, indices, int, variable } from "./gradient-case";

const picks: { what: string; shape: number[]; axis: number; picked: number[]; indexShape?: number[] }[] = [
  { what: "of one position", shape: [4, 3], axis: 1, picked: [2], indexShape: [] },
  { what: "of a run", shape: [5, 2], axis: 0, picked: [1, 2, 3] },
  { what: "of an order", shape: [3, 2], axis: 0, picked: [2, 0, 1] },
  { what: "of some positions, counted from either end", shape: [5, 2], axis: 0, picked: [-1, 0, 3] },
  { what: "of repeated positions", shape: [4, 2], axis: 0, picked: [1, 3, 1, 1] },
  { what: "of repeated positions of the last axis", shape: [2, 4], axis: -1, picked: [0, -4, 3] },
  { what: "of repeated positions of a middle axis", shape: [2, 3, 2], axis: 1, picked: [2, 2, 0, 2] },
  { what: "by a matrix", shape: [2, 4, 2], axis: 1, picked: [0, 3, 3, 1, 0, 2], indexShape: [2, 3] },
  // From an axis so long that a scatter takes the place of a product.
  { what: "of repeated positions of a long axis", shape: [300], axis: 0, picked: [7, 299, 7, 0] },
  { what: "of repeated positions of a long middle axis", shape: [1, 260, 1], axis: 1, picked: [-1, 3, 3] },
];

export const indexing: GradientCase[] = [
  ...picks.map(
    ({ what, shape, axis, picked, indexShape }): GradientCase => ({
      operator: "Gather",
      what,
      variables: [variable(shape)],
      expression: (graph, [x]) => graph.op("Gather", [x, indices(graph, picked, indexShape)], { axis: int(axis) }),
    }),
  ),
  {
    operator: "GatherElements",
    what: "with indices repeated, along a negative axis",
    variables: [variable([2, 4])],
    expression: (graph, [x]) =>
      graph.op("GatherElements", [x, indices(graph, [0, 3, 3, 1, -1, 1], [2, 3])], { axis: int(-1) }),
  },
  {
    operator: "GatherElements",
    what: "with fewer columns than the data",
    variables: [variable([3, 3])],
    expression: (graph, [x]) => graph.op("GatherElements", [x, indices(graph, [2, 0, 1, 1], [2, 2])]),
  },
  {
    operator: "ScatterElements",
    what: "to data and updates",
    variables: [variable([2, 4]), variable([2, 2])],
    expression: (graph, [data, updates]) =>
      graph.op("ScatterElements", [data, indices(graph, [3, 0, 1, 2], [2, 2]), updates], { axis: int(1) }),
  },
  {
    operator: "ScatterElements",
    what: "adding, with indices repeated",
    variables: [variable([3, 2]), variable([2, 2])],
    expression: (graph, [data, updates]) =>
      graph.op("ScatterElements", [data, indices(graph, [2, 0, 2, 1], [2, 2]), updates], {
        axis: int(0),
        reduction: { kind: "string", value: "add" },
      }),
  },
  {
    operator: "TopK",
    what: "of the last axis",
    variables: [variable([3, 4])],
    expression: (graph, [x]) => graph.op("TopK", [x, graph.ints([2])]),
  },
  {
    operator: "TopK",
    what: "least and unsorted, of the first axis",
    variables: [variable([4, 2])],
    expression: (graph, [x]) =>
      graph.op("TopK", [x, graph.ints([3])], { axis: int(0), largest: int(0), sorted: int(0) }),
  },
  {
    operator: "TopK",
    what: "whose values are put back where they were",
    variables: [variable([3, 4])],
    expression: (graph, [x]) => {
      const [values, places] = graph.ops("TopK", [x, graph.ints([2])]);
      return graph.op("ScatterElements", [graph.zeros([3, 4]), places, values], { axis: int(-1) });
    },
  },
];
