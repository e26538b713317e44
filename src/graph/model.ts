/** Serialises a graph as an ONNX model. */
import { onnx } from "onnx-proto";
import { type Attribute, type Initialiser, type Node, ONNX_TYPES, type SubgraphContent, type Value } from "./value";

/** Reductions take their axes as an input from this version on. */
const OPSET = 18;
const IR_VERSION = 8;

/** What a model says of itself to whoever is given it. */
export interface ModelDescription {
  /** An earlier version of the operators, for a graph that uses none that changed since. */
  opset?: number;
  documentation?: string;
  /** Of inputs and outputs, by name. */
  values?: Readonly<Record<string, string>>;
  /** For programs. */
  metadata?: Readonly<Record<string, string>>;
}

export function onnxModel(graph: SubgraphContent, about: ModelDescription = {}): Uint8Array {
  const { opset = OPSET, documentation, values = {}, metadata = {} } = about;
  const described = (value: Value) => ({ ...valueProto(value), docString: values[value.name] });
  return onnx.ModelProto.encode({
    irVersion: IR_VERSION,
    producerName: "recprism",
    opsetImport: [{ domain: "", version: opset }],
    docString: documentation,
    metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
    graph: { ...graphProto(graph), input: graph.inputs.map(described), output: graph.outputs.map(described) },
  }).finish();
}

function graphProto(graph: SubgraphContent): onnx.IGraphProto {
  return {
    name: graph.name,
    input: graph.inputs.map(valueProto),
    output: graph.outputs.map(valueProto),
    initializer: graph.initialisers.map(tensorProto),
    node: graph.nodes.map(nodeProto),
  };
}

function valueProto({ name, shape, type }: Value): onnx.IValueInfoProto {
  const dim = shape.map((dimension) =>
    typeof dimension === "number" ? { dimValue: dimension } : { dimParam: dimension },
  );
  return { name, type: { tensorType: { elemType: ONNX_TYPES[type], shape: { dim } } } };
}

function tensorProto({ value, data }: Initialiser): onnx.ITensorProto {
  return {
    name: value.name,
    dims: value.shape.map(Number),
    dataType: ONNX_TYPES[value.type],
    rawData: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
  };
}

function nodeProto(node: Node): onnx.INodeProto {
  return {
    opType: node.operator,
    name: node.name,
    input: node.inputs.map((input) => input.name),
    output: node.outputs.map((output) => output.name),
    attribute: Object.entries(node.attributes).map(([name, attribute]) => attributeProto(name, attribute)),
  };
}

function attributeProto(name: string, attribute: Attribute): onnx.IAttributeProto {
  const { AttributeType } = onnx.AttributeProto;
  switch (attribute.kind) {
    case "int":
      return { name, type: AttributeType.INT, i: attribute.value };
    case "ints":
      return { name, type: AttributeType.INTS, ints: [...attribute.value] };
    case "float":
      return { name, type: AttributeType.FLOAT, f: attribute.value };
    case "floats":
      return { name, type: AttributeType.FLOATS, floats: [...attribute.value] };
    case "string":
      return { name, type: AttributeType.STRING, s: new TextEncoder().encode(attribute.value) };
    case "graph":
      return { name, type: AttributeType.GRAPH, g: graphProto(attribute.value) };
  }
}
