/** ONNX models for tests: those that PyTorch exported, and small ones made by hand. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { onnx } from "onnx-proto";
import { GraphBuilder } from "../../../src/graph/graph-builder";
import { importable, importModel, type Rows } from "../../../src/graph/import/import-model";
import { decodeModel } from "../../../src/graph/import/onnx-model";
import { openModel, openSession, type TensorIn } from "../../../src/graph/session";

export const HEADS = join(import.meta.dirname, "../../fixtures/heads");

export function headBytes(name: string): Uint8Array {
  return readFileSync(join(HEADS, `${name}.onnx`));
}

const { AttributeType } = onnx.AttributeProto;
const { DataType } = onnx.TensorProto;

export interface Tensor {
  dims: number[];
  data: number[];
  /** Float32 unless stated. */
  type?: onnx.TensorProto.DataType;
}

type AttributeInput = number | { float: number } | number[] | string | Tensor | onnx.IGraphProto | { ref: string };

export interface NodeInput {
  /** With the domain in front, if it has one: `com.microsoft.Gelu`. */
  operator: string;
  inputs: string[];
  outputs: string[];
  attributes?: Record<string, AttributeInput>;
}

export interface ModelInput {
  opset?: number;
  /** Lengths, or names of open ones. Float32 unless a type is stated. */
  inputs?: Record<string, (number | string)[] | null>;
  inputType?: onnx.TensorProto.DataType;
  weights?: Record<string, Tensor>;
  nodes: NodeInput[];
  outputs?: string[];
  outputType?: onnx.TensorProto.DataType;
  functions?: onnx.IFunctionProto[];
}

/** Defaults: one input `x` [B, 4], one output `y`. */
export function modelBytes(model: ModelInput): Uint8Array {
  const { opset = 18, inputs = { x: ["B", 4] }, inputType = DataType.FLOAT, outputs = ["y"], functions = [] } = model;
  const domains = new Set(model.nodes.map(({ operator }) => domainOf(operator)));
  return onnx.ModelProto.encode({
    irVersion: 8,
    opsetImport: [
      { domain: "", version: opset },
      ...[...domains].filter((domain) => domain !== "").map((domain) => ({ domain, version: 1 })),
    ],
    functions,
    graph: {
      name: "made by hand",
      input: Object.entries(inputs).map(([name, shape]) => ({
        name,
        type: { tensorType: { elemType: inputType, shape: shape && { dim: shape.map(dimension) } } },
      })),
      initializer: Object.entries(model.weights ?? {}).map(([name, tensor]) => ({ ...tensorProto(tensor), name })),
      node: model.nodes.map(nodeProto),
      output: outputs.map((name) => ({ name, type: { tensorType: { elemType: model.outputType ?? DataType.FLOAT } } })),
    },
  }).finish();
}

export function nodeProto({ operator, inputs, outputs, attributes = {} }: NodeInput): onnx.INodeProto {
  return {
    opType: operator.slice(domainOf(operator).length).replace(".", ""),
    domain: domainOf(operator),
    name: `/${operator}/${outputs[0]}`,
    input: inputs,
    output: outputs,
    attribute: Object.entries(attributes).map(([name, value]) => ({ name, ...attributeProto(value) })),
  };
}

function domainOf(operator: string): string {
  return operator.split(".").slice(0, -1).join(".");
}

function dimension(length: number | string) {
  return typeof length === "number" ? { dimValue: length } : { dimParam: length };
}

function attributeProto(value: AttributeInput): onnx.IAttributeProto {
  if (typeof value === "number") return { type: AttributeType.INT, i: value };
  if (typeof value === "string") return { type: AttributeType.STRING, s: new TextEncoder().encode(value) };
  if (Array.isArray(value)) return { type: AttributeType.INTS, ints: value };
  if ("float" in value) return { type: AttributeType.FLOAT, f: value.float };
  if ("ref" in value) return { type: AttributeType.FLOAT, refAttrName: value.ref };
  if ("data" in value) return { type: AttributeType.TENSOR, t: tensorProto(value) };
  return { type: AttributeType.GRAPH, g: value };
}

/** In the typed fields; raw bytes are what PyTorch writes. */
export function tensorProto({ dims, data, type = DataType.FLOAT }: Tensor): onnx.ITensorProto {
  switch (type) {
    case DataType.FLOAT:
      return { dims, dataType: type, floatData: data };
    case DataType.DOUBLE:
      return { dims, dataType: type, doubleData: data };
    case DataType.INT64:
      return { dims, dataType: type, int64Data: data };
    default:
      return { dims, dataType: type, int32Data: data };
  }
}

export const integers = (...data: number[]): Tensor => ({ dims: [data.length], data, type: DataType.INT64 });

/** What onnxruntime makes of the model itself, and of its import into a graph of ours. */
export async function originalAndImported(
  bytes: Uint8Array,
  inputs: Record<string, { values: number[]; shape: number[] }>,
  rows: Rows = { exported: null, wanted: Object.values(inputs)[0].shape[0] },
): Promise<{ original: number[]; imported: number[]; graph: GraphBuilder }> {
  const feeds = Object.fromEntries(
    Object.entries(inputs).map(([name, { values, shape }]): [string, TensorIn] => [
      name,
      { data: Float32Array.from(values), shape },
    ]),
  );
  const graph = new GraphBuilder("imported");
  const model = decodeModel(bytes);
  const bound = Object.entries(inputs).map(([name, { shape }]) => [name, graph.input(name, shape)] as const);
  const output = model.graph!.output![0].name!;
  const value = importModel(graph, await importable(model, output), new Map(bound), rows);
  graph.output("imported", value);
  const session = await openModel(bytes, 1);
  const check = await openSession(graph.content(), 1);
  try {
    const original = Array.from((await session.run(feeds))[output]);
    return { original, imported: Array.from((await check.run(feeds)).imported), graph };
  } finally {
    await Promise.all([session.release(), check.release()]);
  }
}
