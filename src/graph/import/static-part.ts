/** The part of a model that depends on its weights alone: computed once, by onnxruntime itself, and never differentiated. */
import { onnx } from "onnx-proto";
import { openModel } from "../session";
import { type Constant, constantOfResult, constantType, readTensor } from "./constant";
import { type OnnxGraph, type OnnxModel, operatorOf, readNames } from "./onnx-model";

/** Operators without inputs whose results are no constants. */
const RANDOM = new Set(["RandomNormal", "RandomUniform"]);

/**
 * Values that nodes make of weights and constants only, such as dequantised or normalised weights, where other nodes or
 * the model's outputs read them.
 *
 * @param graph the model's, with its functions inlined
 */
export async function staticValues(model: OnnxModel, graph: OnnxGraph): Promise<Map<string, Constant>> {
  const { node = [], output = [], initializer = [], input = [] } = graph as onnx.GraphProto;
  const weights = new Set(initializer.map(({ name }) => name));
  const fed = new Set(input.map(({ name }) => name).filter((name) => !weights.has(name)));
  const makers = new Map<string, onnx.INodeProto>();
  const read = new Set(output.map(({ name }) => name ?? ""));
  for (const one of node) {
    const names = readNames(one);
    if (RANDOM.has(operatorOf(one)) || names.some((name) => fed.has(name))) {
      for (const name of one.output ?? []) fed.add(name);
      for (const name of names) read.add(name);
    } else {
      for (const name of one.output ?? []) makers.set(name, one);
    }
  }
  const wanted = [...read].filter((name) => makers.has(name) && operatorOf(makers.get(name)!) !== "Constant");
  if (wanted.length === 0) return new Map();

  const needed = new Set<string>();
  const visit = (name: string) => {
    if (needed.has(name)) return;
    needed.add(name);
    const maker = makers.get(name);
    if (maker) for (const source of readNames(maker)) visit(source);
  };
  for (const name of wanted) visit(name);
  const part = onnx.ModelProto.encode({
    irVersion: model.irVersion,
    opsetImport: model.opsetImport,
    graph: {
      name: "static",
      initializer: initializer.filter(({ name }) => needed.has(name ?? "")).map(inSinglePrecision),
      node: node
        .filter((one) => one.output?.some((name) => makers.has(name) && needed.has(name)))
        .map(nodeInSinglePrecision),
      output: wanted.map((name) => ({ name })),
    },
  }).finish();
  const session = await openModel(part, 1);
  try {
    const results = await session.runTensors({});
    return new Map(Object.entries(results).map(([name, result]) => [name, constantOfResult(result)]));
  } finally {
    await session.release();
  }
}

const { DataType } = onnx.TensorProto;

/** The imported graph is float32 throughout, whatever floats the model is written in. */
function inSinglePrecision(tensor: onnx.ITensorProto): onnx.ITensorProto {
  if (tensor.dataType === DataType.FLOAT || constantType(tensor.dataType ?? 0) !== "float32") return tensor;
  const { data } = readTensor(tensor);
  return {
    name: tensor.name,
    dims: tensor.dims,
    dataType: DataType.FLOAT,
    rawData: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
  };
}

function nodeInSinglePrecision(node: onnx.INodeProto): onnx.INodeProto {
  const isCast = operatorOf(node) === "Cast";
  return {
    ...node,
    attribute: node.attribute?.map((attribute) => {
      if (attribute.t) return { ...attribute, t: inSinglePrecision(attribute.t) };
      const toFloat = isCast && attribute.name === "to" && constantType(Number(attribute.i)) === "float32";
      return toFloat ? { ...attribute, i: DataType.FLOAT } : attribute;
    }),
  };
}
