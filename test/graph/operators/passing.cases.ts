import { ABSENT, ONNX_TYPES } from "../../../src/graph/value";
import { type GradientCase, int, unary, variable } from "./gradient-case";

export const passing: GradientCase[] = [
  { operator: "Identity", what: "", variables: [variable([2, 3])], expression: unary("Identity") },
  { operator: "Dropout", what: "", variables: [variable([2, 3])], expression: unary("Dropout") },
  {
    operator: "Dropout",
    what: "with a ratio and no mode",
    variables: [variable([2, 3])],
    expression: (graph, [x]) => graph.op("Dropout", [x, graph.scalar(0.5), ABSENT]),
  },
  {
    operator: "Cast",
    what: "to single precision and back",
    variables: [variable([2, 3])],
    expression: (graph, [x]) => graph.cast(graph.op("Cast", [x], { to: int(ONNX_TYPES.float32) }), graph.floats),
  },
  {
    operator: "Cast",
    what: "of a mask, which passes none",
    variables: [variable([2, 3])],
    expression: (graph, [x]) => graph.mul(x, graph.cast(graph.op("Greater", [x, graph.scalar(0)]), graph.floats)),
  },
];
