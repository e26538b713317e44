/** One node of a model on its way into a graph: its operands as far as they are known, in the form of operator set 18. */
import type { onnx } from "onnx-proto";
import { fixedShape, positiveAxis, type Value } from "../value";
import { type Constant, integerList } from "./constant";
import { AttributeReader, operatorOf } from "./onnx-model";

/** What a name of the model stands for: a tensor that is known now, or a value of the graph. */
export type Operand = Constant | Value;

export function isConstant(operand: Operand): operand is Constant {
  return "data" in operand;
}

export interface NodeCall {
  /** With its domain in front where that is not ONNX's own. */
  readonly operator: string;
  /** Version of the operators that the model is written in. */
  readonly opset: number;
  readonly attributes: AttributeReader;
  /** Undefined where an optional one is left out. */
  readonly operands: readonly (Operand | undefined)[];
  /** How many outputs the node has. */
  readonly outputs: number;
}

/** What older versions state as attributes: the operands from the second on. */
const FORMER_ATTRIBUTES: Readonly<Record<string, readonly string[]>> = {
  Clip: ["min", "max"],
  Pad: ["pads", "value"],
  ReduceL1: ["axes"],
  ReduceL2: ["axes"],
  ReduceLogSum: ["axes"],
  ReduceLogSumExp: ["axes"],
  ReduceMax: ["axes"],
  ReduceMean: ["axes"],
  ReduceMin: ["axes"],
  ReduceProd: ["axes"],
  ReduceSum: ["axes"],
  ReduceSumSquare: ["axes"],
  Slice: ["starts", "ends", "axes"],
  Split: ["split"],
  Squeeze: ["axes"],
  TopK: ["k"],
  Unsqueeze: ["axes"],
};

export function nodeCall(node: onnx.INodeProto, opset: number, lookUp: (name: string) => Operand): NodeCall {
  const operator = operatorOf(node);
  const stated = new AttributeReader(node.attribute ?? []);
  const operands = (node.input ?? []).map((name) => (name === "" ? undefined : lookUp(name)));
  const former = FORMER_ATTRIBUTES[operator] ?? [];
  for (const [index, name] of former.entries()) {
    const constant = stated.constant(name);
    if (constant) operands[1 + index] = operator === "TopK" ? integerList([constant.data[0]]) : constant;
  }
  return {
    operator,
    opset,
    attributes: stated.without(former),
    operands: Array.from(operands),
    outputs: node.output?.length ?? 0,
  };
}

/** An operand that must be there. */
export function operand({ operands }: NodeCall, index: number): Operand {
  const found = operands[index];
  if (found) return found;
  throw new Error(`it lacks its operand ${index + 1}`);
}

export function operandShape(call: NodeCall, index: number): number[] {
  const found = operand(call, index);
  return isConstant(found) ? [...found.shape] : fixedShape(found);
}

/** The numbers of an operand that must be known; undefined where it is left out. */
export function operandNumbers({ operands }: NodeCall, index: number): number[] | undefined {
  const found = operands[index];
  if (!found) return undefined;
  if (isConstant(found)) return Array.from(found.data);
  throw new Error(`its operand ${index + 1} must be a constant`);
}

/** The attribute `axis`, counted from the front. */
export function statedAxis(call: NodeCall, otherwise: number): number {
  return positiveAxis(call.attributes.int("axis", otherwise), operandShape(call, 0).length);
}
