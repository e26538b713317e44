import { float, type GradientCase, unary, variable } from "./gradient-case";

const plain = ["Relu", "LeakyRelu", "Elu", "Selu", "HardSwish", "Sigmoid", "Tanh", "Softplus"];

export const activations: GradientCase[] = [
  ...plain.map((operator) => ({ operator, what: "", variables: [variable([3, 4])], expression: unary(operator) })),
  {
    operator: "LeakyRelu",
    what: "of a given slope",
    variables: [variable([5])],
    expression: (graph, [x]) => graph.op("LeakyRelu", [x], { alpha: float(0.3) }),
  },
  {
    operator: "PRelu",
    what: "with a slope a column",
    variables: [variable([3, 4]), variable([4])],
    expression: (graph, [x, slope]) => graph.op("PRelu", [x, slope]),
  },
  {
    operator: "Elu",
    what: "of a given bound",
    variables: [variable([5])],
    expression: (graph, [x]) => graph.op("Elu", [x], { alpha: float(0.7) }),
  },
  {
    operator: "Selu",
    what: "of given constants",
    variables: [variable([5])],
    expression: (graph, [x]) => graph.op("Selu", [x], { alpha: float(1.5), gamma: float(0.9) }),
  },
  { operator: "Celu", what: "", variables: [variable([5])], expression: unary("Celu"), precision: "float32" },
  {
    operator: "Celu",
    what: "of a given bound",
    variables: [variable([5])],
    expression: (graph, [x]) => graph.op("Celu", [x], { alpha: float(0.7) }),
    precision: "float32",
  },
  {
    operator: "HardSigmoid",
    what: "below, inside and above",
    variables: [{ shape: [4], values: [-4, -0.5, 1, 5] }],
    expression: unary("HardSigmoid"),
  },
  {
    operator: "HardSigmoid",
    what: "of a given slope and offset",
    variables: [{ shape: [4], values: [-4, -0.5, 1, 5] }],
    expression: (graph, [x]) => graph.op("HardSigmoid", [x], { alpha: float(1 / 6), beta: float(0.4) }),
  },
  {
    operator: "HardSwish",
    what: "below, inside and above",
    variables: [{ shape: [4], values: [-4, -0.5, 1, 5] }],
    expression: unary("HardSwish"),
  },
  { operator: "Erf", what: "", variables: [variable([5])], expression: unary("Erf"), precision: "float32" },
];
