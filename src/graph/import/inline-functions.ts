/** Replaces calls of a model's own functions by what they consist of. */
import type { onnx } from "onnx-proto";
import { RecPrismError } from "../../protocol/error";
import { isStandard, labelOf, type OnnxGraph, type OnnxModel, operatorOf, opsetOf } from "./onnx-model";

/** @throws RecPrismError "graph-invalid" for a function that calls itself or is written in other operators than the model */
export function inlinedGraph(model: OnnxModel): OnnxGraph {
  const graph = model.graph as OnnxGraph;
  if (model.functions.length === 0) return graph;
  const functions = new Map(model.functions.map((body) => [key(body.domain, body.name), body]));
  const opset = opsetOf(model);
  for (const [name, body] of functions) {
    if (opsetOf(body) !== 0 && opsetOf(body) !== opset) {
      throw new RecPrismError(
        "graph-invalid",
        `Its function ${name} uses version ${opsetOf(body)} of the ONNX operators and the model version ${opset}. Export it again, with one of them.`,
        { key: name },
      );
    }
  }
  return inlinedIn(graph, functions, []);
}

type Functions = ReadonlyMap<string, onnx.IFunctionProto>;

function key(domain: string | null | undefined, name: string | null | undefined): string {
  return isStandard(domain) ? `${name}` : `${domain}.${name}`;
}

/** @param callers functions that are being replaced */
function inlinedIn(graph: OnnxGraph, functions: Functions, callers: readonly string[]): OnnxGraph {
  return { ...graph, node: (graph.node ?? []).flatMap((node) => inlinedNode(node, functions, callers)) };
}

function inlinedNode(node: onnx.INodeProto, functions: Functions, callers: readonly string[]): onnx.INodeProto[] {
  const name = operatorOf(node);
  const body = functions.get(name);
  if (!body) return [withGraphs(node, (graph) => inlinedIn(graph, functions, callers))];
  if (callers.includes(name)) {
    throw new RecPrismError("graph-invalid", `Its function ${name} calls itself.`, { key: labelOf(node) });
  }
  // What the function calls its own gets the call's name in front; its inputs and outputs take the caller's names.
  const prefix = `${labelOf(node)}/`;
  const names = new Map<string, string>();
  for (const [index, input] of (body.input ?? []).entries()) names.set(input, node.input?.[index] ?? "");
  for (const [index, output] of (body.output ?? []).entries()) {
    names.set(output, node.output?.[index] || `${prefix}${output}`);
  }
  const given = new Map((node.attribute ?? []).map((attribute) => [attribute.name ?? "", attribute]));
  return (body.node ?? []).flatMap((inner) =>
    inlinedNode(
      renamed(inner, (old) => names.get(old) ?? (old && `${prefix}${old}`), given),
      functions,
      [...callers, name],
    ),
  );
}

type Rename = (name: string) => string;

function renamed(
  node: onnx.INodeProto,
  rename: Rename,
  given: ReadonlyMap<string, onnx.IAttributeProto>,
): onnx.INodeProto {
  const attribute = (node.attribute ?? []).flatMap((own) => {
    if (!own.refAttrName) return [own];
    const value = given.get(own.refAttrName);
    return value ? [{ ...value, name: own.name }] : [];
  });
  const called = { ...node, name: rename(node.name ?? ""), attribute };
  const inputs = { input: node.input?.map(rename), output: node.output?.map(rename) };
  return withGraphs({ ...called, ...inputs }, (graph) => ({
    ...graph,
    input: graph.input?.map((port) => ({ ...port, name: rename(port.name ?? "") })),
    output: graph.output?.map((port) => ({ ...port, name: rename(port.name ?? "") })),
    initializer: graph.initializer?.map((tensor) => ({ ...tensor, name: rename(tensor.name ?? "") })),
    node: graph.node?.map((inner) => renamed(inner, rename, given)),
  }));
}

/** The node with its nested graphs changed. */
function withGraphs(node: onnx.INodeProto, change: (graph: OnnxGraph) => OnnxGraph): onnx.INodeProto {
  return {
    ...node,
    attribute: (node.attribute ?? []).map((attribute) =>
      attribute.g ? { ...attribute, g: change(attribute.g) } : attribute,
    ),
  };
}
