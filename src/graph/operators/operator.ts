/** What the graph must know of an ONNX operator: the shape of its result and its vector-Jacobian rule. */
import type { GraphBuilder } from "../graph-builder";
import type { Attributes, ElementType, Node, Shape, Value } from "../value";

export interface Inferred {
  shape: Shape;
  type: ElementType;
}

export interface InferenceContext {
  inputs: readonly Value[];
  attributes: Attributes;
  /** The numbers of an int64 constant, as axes and shapes are given. */
  integers(value: Value): number[];
}

export interface GradientContext {
  graph: GraphBuilder;
  node: Node;
  /** Gradient of the loss with respect to the node's first output. */
  upstream: Value;
  /** The same for every output; null for those the loss does not depend on. */
  upstreams: readonly (Value | null)[];
  /** Which inputs lie on a path to a variable; the rule may leave out the others. */
  needed: readonly boolean[];
}

export interface Operator {
  /** One output, or a list of them. */
  infer(context: InferenceContext): Inferred | Inferred[];
  /** Emits nodes for the gradient of each input; null for those not needed. Absent: the operator is not differentiable. */
  gradient?(context: GradientContext): (Value | null)[];
}

export function intsAttribute(attributes: Attributes, name: string): readonly number[] | undefined {
  const attribute = attributes[name];
  return attribute?.kind === "ints" ? attribute.value : undefined;
}

export function intAttribute(attributes: Attributes, name: string, otherwise: number): number {
  const attribute = attributes[name];
  return attribute?.kind === "int" ? attribute.value : otherwise;
}
