/** An ONNX model as its file states it: decoded, and its nodes made easy to read. */
import { onnx } from "onnx-proto";
import { RecPrismError } from "../../protocol/error";
import type { Attribute } from "../value";
import { type Constant, constant, integerList, readTensor, safeInteger } from "./constant";

export type OnnxModel = onnx.ModelProto;
export type OnnxGraph = onnx.IGraphProto;

/** Before version 7 broadcasting was by attributes. */
const OLDEST_OPSET = 7;

/** @throws RecPrismError "graph-invalid" for what is no ONNX model, or one from before 2018 */
export function decodeModel(bytes: Uint8Array): OnnxModel {
  let model: OnnxModel;
  try {
    model = onnx.ModelProto.decode(bytes);
  } catch {
    throw notOnnx();
  }
  if (!model.graph?.output?.length || model.opsetImport.length === 0) throw notOnnx();
  if (opsetOf(model) < OLDEST_OPSET) {
    throw new RecPrismError(
      "graph-invalid",
      `It uses version ${opsetOf(model)} of the ONNX operators; ${OLDEST_OPSET} is the oldest that is read. Export it again, with opset_version=17.`,
    );
  }
  return model;
}

function notOnnx(): RecPrismError {
  return new RecPrismError("graph-invalid", "It is not an ONNX model, or only the beginning of one. Export it again.");
}

/** Version of the standard operators that a model, or a function of one, is written in. */
export function opsetOf({ opsetImport }: Pick<onnx.IModelProto, "opsetImport">): number {
  return Number(opsetImport?.find(({ domain }) => isStandard(domain))?.version ?? 0);
}

export function isStandard(domain: string | null | undefined): boolean {
  return !domain || domain === "ai.onnx";
}

/** The operator's name, with its domain where that is not ONNX's own. */
export function operatorOf({ domain, opType }: onnx.INodeProto): string {
  return isStandard(domain) ? (opType ?? "") : `${domain}.${opType}`;
}

/** How a person finds a node again: its name, or what it makes. */
export function labelOf(node: onnx.INodeProto): string {
  return node.name || node.output?.find((name) => name !== "") || "(no name)";
}

/** Every tensor of numbers that a model holds, those in its nested graphs and functions included. */
export function tensorsOf(model: OnnxModel): onnx.ITensorProto[] {
  const ofNodes = (nodes: readonly onnx.INodeProto[]): onnx.ITensorProto[] =>
    nodes.flatMap(({ attribute }) =>
      (attribute ?? []).flatMap(({ t, g }) => [...(t ? [t] : []), ...(g ? ofGraph(g) : [])]),
    );
  const ofGraph = ({ initializer, node }: OnnxGraph) => [...(initializer ?? []), ...ofNodes(node ?? [])];
  return [...ofGraph(model.graph ?? {}), ...model.functions.flatMap(({ node }) => ofNodes(node ?? []))];
}

/** Whether the model computes in float16 or bfloat16 anywhere, going by its weights and constants. */
export function usesHalfPrecision(model: OnnxModel): boolean {
  const { FLOAT16, BFLOAT16 } = onnx.TensorProto.DataType;
  return tensorsOf(model).some(({ dataType }) => dataType === FLOAT16 || dataType === BFLOAT16);
}

/** Names that a node reads, its nested graphs included. */
export function readNames(node: onnx.INodeProto): string[] {
  const names = (node.input ?? []).filter((name) => name !== "");
  for (const { g, graphs } of node.attribute ?? []) {
    for (const graph of [...(g ? [g] : []), ...(graphs ?? [])]) names.push(...outerNames(graph));
  }
  return names;
}

/** Names that a nested graph takes from the graph around it. */
function outerNames({ input, initializer, node, output }: OnnxGraph): string[] {
  const own = new Set([...(input ?? []), ...(initializer ?? [])].map(({ name }) => name));
  for (const inner of node ?? []) for (const name of inner.output ?? []) own.add(name);
  const read = [...(node ?? []).flatMap(readNames), ...(output ?? []).map(({ name }) => name ?? "")];
  return read.filter((name) => !own.has(name));
}

/** Attributes of a node; what is not stated has the default that its operator gives it. */
export class AttributeReader {
  private readonly attributes: ReadonlyMap<string, onnx.IAttributeProto>;

  constructor(attributes: readonly onnx.IAttributeProto[]) {
    this.attributes = new Map(attributes.map((attribute) => [attribute.name ?? "", attribute]));
  }

  without(names: readonly string[]): AttributeReader {
    return new AttributeReader([...this.attributes.values()].filter(({ name }) => !names.includes(name ?? "")));
  }

  int(name: string, otherwise: number): number {
    const attribute = this.attributes.get(name);
    return attribute ? safeInteger(Number(attribute.i ?? 0)) : otherwise;
  }

  float(name: string, otherwise: number): number {
    return this.attributes.get(name)?.f ?? otherwise;
  }

  ints(name: string): number[] | undefined {
    return this.attributes.get(name)?.ints?.map((number) => safeInteger(Number(number)));
  }

  text(name: string, otherwise: string): string {
    const bytes = this.attributes.get(name)?.s;
    return bytes ? new TextDecoder().decode(bytes) : otherwise;
  }

  graph(name: string): OnnxGraph | undefined {
    return this.attributes.get(name)?.g ?? undefined;
  }

  /**
   * A tensor, number or list of numbers as a constant; undefined where it is not stated.
   *
   * @throws Error for text, a sparse tensor or whatever else has no dense numbers
   */
  constant(name: string): Constant | undefined {
    const attribute = this.attributes.get(name);
    if (!attribute) return undefined;
    switch (attribute.type) {
      case AttributeType.TENSOR:
        return readTensor(attribute.t ?? {});
      case AttributeType.FLOAT:
        return constant("float32", [], [attribute.f ?? 0]);
      case AttributeType.FLOATS:
        return constant("float32", [attribute.floats?.length ?? 0], attribute.floats ?? []);
      case AttributeType.INT:
        return constant("int64", [], [this.int(name, 0)]);
      case AttributeType.INTS:
        return integerList(this.ints(name) ?? []);
      default:
        throw new Error(`its attribute "${name}" holds no dense numbers`);
    }
  }

  names(): string[] {
    return [...this.attributes.keys()];
  }

  /** The attributes whose kind a graph of ours can hold. */
  entries(): Record<string, Attribute> {
    const entries: [string, Attribute][] = [];
    for (const [name, { type, f, floats }] of this.attributes) {
      if (type === AttributeType.INT) entries.push([name, { kind: "int", value: this.int(name, 0) }]);
      if (type === AttributeType.INTS) entries.push([name, { kind: "ints", value: this.ints(name) ?? [] }]);
      if (type === AttributeType.FLOAT) entries.push([name, { kind: "float", value: f ?? 0 }]);
      if (type === AttributeType.FLOATS) entries.push([name, { kind: "floats", value: floats ?? [] }]);
      if (type === AttributeType.STRING) entries.push([name, { kind: "string", value: this.text(name, "") }]);
    }
    return Object.fromEntries(entries);
  }
}

const { AttributeType } = onnx.AttributeProto;
