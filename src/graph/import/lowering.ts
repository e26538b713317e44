/** Operators that become others: those composed of simpler ones, and those whose meaning changed between versions. */
import type { GraphBuilder } from "../graph-builder";
import { type Attribute, elementCount, isFloat, type Value } from "../value";
import { type ConstantType, constantType } from "./constant";
import { type NodeCall, type Operand, operand, operandNumbers, operandShape, statedAxis } from "./node-call";

/**
 * Adds to the graph what a node does.
 *
 * @param value an operand as a value of the graph
 * @returns its outputs, or the first ones
 */
type Lowering = (call: NodeCall, graph: GraphBuilder, value: (index: number) => Value) => Operand | Operand[];

const REDUCTIONS = ["L1", "L2", "LogSumExp", "Max", "Mean", "Min", "Sum", "SumSquare"].map((kind) => `Reduce${kind}`);

export const lowerings: Readonly<Record<string, Lowering>> = {
  ...Object.fromEntries(REDUCTIONS.map((name) => [name, reduction])),
  Identity: (call) => operand(call, 0),
  Dropout(call) {
    if (operandNumbers(call, 2)?.[0]) throw new Error("it is in training mode; call model.eval() before exporting");
    return operand(call, 0);
  },
  Cast: ({ attributes }, graph, value) => cast(graph, value(0), constantType(attributes.int("to", 0))),
  CastLike: (_, graph, value) => cast(graph, value(0), isFloat(value(1)) ? "float32" : (value(1).type as ConstantType)),
  Scatter: ({ attributes }, graph, value) =>
    graph.op("ScatterElements", [value(0), value(1), value(2)], attributes.entries()),
  /** Into as many equal parts as there are outputs, where nothing else is said. */
  Split({ attributes, operands, outputs }, graph, value) {
    if (operands[1]) return graph.ops("Split", [value(0), value(1)], attributes.entries());
    return graph.ops("Split", [value(0)], { num_outputs: int(outputs), ...attributes.entries() });
  },
  Softmax: normalisedExponential,
  LogSoftmax: normalisedExponential,

  Sum: ({ operands }, graph, value) => sumOf(graph, operands.length, value),
  Mean: ({ operands }, graph, value) =>
    graph.mul(sumOf(graph, operands.length, value), graph.scalar(1 / operands.length)),
  ReduceLogSum(call, graph, value) {
    const sum = graph.op(
      "ReduceSum",
      call.operands.map((_, index) => value(index)),
      call.attributes.entries(),
    );
    return graph.op("Log", [sum]);
  },

  Softplus: (_, graph, value) => softplus(graph, value(0)),
  Softsign: (_, graph, value) => graph.div(value(0), graph.add(graph.scalar(1), graph.op("Abs", [value(0)]))),
  Mish: (_, graph, value) => graph.mul(value(0), graph.op("Tanh", [softplus(graph, value(0))])),
  Swish: ({ attributes }, graph, value) => swish(graph, value(0), attributes.float("alpha", 1)),
  ThresholdedRelu({ attributes }, graph, value) {
    const above = graph.op("Greater", [value(0), graph.scalar(attributes.float("alpha", 1))]);
    return graph.op("Where", [above, value(0), graph.scalar(0)]);
  },
  Gelu: ({ attributes }, graph, value) =>
    attributes.text("approximate", "none") === "tanh" ? tanhGelu(graph, value(0)) : gelu(graph, value(0)),
  RMSNormalization(call, graph, value) {
    const axes = operandShape(call, 0)
      .map((_, axis) => axis)
      .slice(statedAxis(call, -1));
    const meanSquare = graph.mean(graph.mul(value(0), value(0)), axes, true);
    const epsilon = graph.scalar(call.attributes.float("epsilon", 1e-5));
    const rootMeanSquare = graph.op("Sqrt", [graph.add(meanSquare, epsilon)]);
    return graph.mul(graph.div(value(0), rootMeanSquare), value(1));
  },

  "com.microsoft.Gelu": (_, graph, value) => gelu(graph, value(0)),
  "com.microsoft.BiasGelu": (_, graph, value) => gelu(graph, graph.add(value(0), value(1))),
  "com.microsoft.FastGelu": ({ operands }, graph, value) =>
    tanhGelu(graph, operands[1] ? graph.add(value(0), value(1)) : value(0)),
  "com.microsoft.QuickGelu": ({ attributes }, graph, value) => swish(graph, value(0), attributes.float("alpha", 1.702)),
  "com.microsoft.FusedMatMul"({ attributes }, graph, value) {
    if (attributes.int("transBatchA", 0) + attributes.int("transBatchB", 0) > 0) {
      throw new Error("it transposes batches, which is not supported");
    }
    const side = (index: number, name: string) =>
      attributes.int(name, 0) === 1 ? lastAxesExchanged(graph, value(index)) : value(index);
    const product = graph.matmul(side(0, "transA"), side(1, "transB"));
    return graph.mul(product, graph.scalar(attributes.float("alpha", 1)));
  },
  "com.microsoft.FusedGemm"({ attributes, operands }, graph, value) {
    const activation = attributes.text("activation", "");
    if (!["Relu", "Sigmoid", "Tanh"].includes(activation)) {
      throw new Error(`its activation "${activation}" is not supported`);
    }
    const ofGemm = attributes.without(attributes.names().filter((name) => name.startsWith("activation")));
    const addends = operands.map((_, index) => value(index));
    return graph.op(activation, [graph.op("Gemm", addends, ofGemm.entries())]);
  },
};

function int(value: number): Attribute {
  return { kind: "int", value };
}

/** Every float type is one here, so that a cast between two of them does nothing. */
function cast(graph: GraphBuilder, x: Value, type: ConstantType | null): Value {
  if (type === null) throw new Error("it casts to a type that is not supported");
  if (type === "float32") return isFloat(x) ? x : graph.cast(x, graph.floats);
  return graph.cast(x, type);
}

/** Over no axes: over all of them, unless the attribute says that it does nothing. */
function reduction(call: NodeCall, graph: GraphBuilder, value: (index: number) => Value): Operand {
  const hasAxes = (operandNumbers(call, 1) ?? []).length > 0;
  if (!hasAxes && call.attributes.int("noop_with_empty_axes", 0) === 1) return operand(call, 0);
  return graph.op(call.operator, hasAxes ? [value(0), value(1)] : [value(0)], call.attributes.entries());
}

/** Before version 13 all axes from the given one on were taken as one. */
function normalisedExponential(call: NodeCall, graph: GraphBuilder, value: (index: number) => Value): Value {
  const shape = operandShape(call, 0);
  const axis = statedAxis(call, call.opset < 13 ? 1 : -1);
  if (call.opset >= 13 || axis === shape.length - 1) return graph.op(call.operator, [value(0)], { axis: int(axis) });
  const flat = graph.reshaped(value(0), [elementCount(shape.slice(0, axis)), elementCount(shape.slice(axis))]);
  return graph.reshaped(graph.op(call.operator, [flat], { axis: int(1) }), shape);
}

function sumOf(graph: GraphBuilder, count: number, value: (index: number) => Value): Value {
  return Array.from({ length: count }, (_, index) => value(index)).reduce((a, b) => graph.add(a, b));
}

/** max(x, 0) + log(1 + exp(-|x|)): onnxruntime's own is far slower. */
function softplus(graph: GraphBuilder, x: Value): Value {
  const decay = graph.op("Exp", [graph.op("Neg", [graph.op("Abs", [x])])]);
  return graph.add(graph.op("Relu", [x]), graph.op("Log", [graph.add(graph.scalar(1), decay)]));
}

/** x sigmoid(alpha x) */
function swish(graph: GraphBuilder, x: Value, alpha: number): Value {
  return graph.mul(x, graph.op("Sigmoid", [graph.mul(x, graph.scalar(alpha))]));
}

/** x Phi(x), Phi the normal distribution. */
function gelu(graph: GraphBuilder, x: Value): Value {
  const error = graph.op("Erf", [graph.mul(x, graph.scalar(Math.SQRT1_2))]);
  return graph.mul(graph.mul(x, graph.scalar(0.5)), graph.add(error, graph.scalar(1)));
}

/** The same with Phi(x) as (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2. */
function tanhGelu(graph: GraphBuilder, x: Value): Value {
  const cube = graph.mul(graph.mul(x, x), graph.mul(x, graph.scalar(0.044715)));
  const inner = graph.mul(graph.add(x, cube), graph.scalar(Math.sqrt(2 / Math.PI)));
  return graph.mul(graph.mul(x, graph.scalar(0.5)), graph.add(graph.op("Tanh", [inner]), graph.scalar(1)));
}

function lastAxesExchanged(graph: GraphBuilder, x: Value): Value {
  const order = x.shape.map((_, axis) => axis);
  const [last, next] = [order.pop()!, order.pop()!];
  return graph.op("Transpose", [x], { perm: { kind: "ints", value: [...order, last, next] } });
}
