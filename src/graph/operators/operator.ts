/** What the graph must know of an ONNX operator: the shape of its result and its vector-Jacobian rule. */
import { RecPrismError } from "../../protocol/error";
import type { GraphBuilder } from "../graph-builder";
import { type Attributes, type ElementType, type Node, positiveAxis, type Shape, type Value } from "../value";

export interface Inferred {
  shape: Shape;
  type: ElementType;
}

export interface InferenceContext {
  inputs: readonly Value[];
  attributes: Attributes;
  /** The numbers of an integer constant, as axes and shapes are given. */
  integers(value: Value): number[];
  /** The numbers of any constant; undefined for what is computed or fed. */
  numbers(value: Value): number[] | undefined;
}

export function inferenceContext(
  graph: GraphBuilder,
  { inputs, attributes }: Pick<Node, "inputs" | "attributes">,
): InferenceContext {
  return {
    inputs,
    attributes,
    integers: (value) => graph.integers(value),
    numbers: (value) => graph.numbers(value),
  };
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
  /** One output, or a list of them. Throws an Error saying what is wrong; the builder adds the operator and operands. */
  infer(context: InferenceContext): Inferred | Inferred[];
  /**
   * Emits nodes for the gradient of each input; null for those not needed. A gradient may be narrower than its input, if
   * it broadcasts to it. Absent: the operator is not differentiable.
   */
  gradient?(context: GradientContext): (Value | null)[];
  /** The rule copes with upstream gradients that merely broadcast to the outputs' shapes; others get them whole. */
  takesNarrowUpstream?: true;
  /** What a user must know of it beyond its definition in ONNX. */
  note?: string;
}

/** The fault of a node that cannot be differentiated as it stands. */
export function undifferentiable(node: Node, why: string): RecPrismError {
  return new RecPrismError("graph-invalid", `${node.operator} (node ${node.name}) has no gradient: ${why}`, {
    key: node.name,
  });
}

export function intsAttribute(attributes: Attributes, name: string): readonly number[] | undefined {
  const attribute = attributes[name];
  return attribute?.kind === "ints" ? attribute.value : undefined;
}

export function intAttribute(attributes: Attributes, name: string, otherwise: number): number {
  const attribute = attributes[name];
  return attribute?.kind === "int" ? attribute.value : otherwise;
}

/** As the runtime sees it: ONNX keeps attributes in single precision. */
export function floatAttribute(attributes: Attributes, name: string, otherwise: number): number {
  const attribute = attributes[name];
  return Math.fround(attribute?.kind === "float" ? attribute.value : otherwise);
}

export function stringAttribute(attributes: Attributes, name: string, otherwise: string): string {
  const attribute = attributes[name];
  return attribute?.kind === "string" ? attribute.value : otherwise;
}

/** The attribute `axis`, counted from the front. */
export function axisAttribute(attributes: Attributes, rank: number, otherwise: number): number {
  return positiveAxis(intAttribute(attributes, "axis", otherwise), rank);
}
