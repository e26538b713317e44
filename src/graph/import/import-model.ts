/** Brings an ONNX model into a graph of ours, its weights as constants, where it can be differentiated. */
import type { onnx } from "onnx-proto";
import { RecPrismError } from "../../protocol/error";
import type { GraphBuilder } from "../graph-builder";
import { differentiableOperators, operators, supportedOperators } from "../operators/registry";
import { ABSENT, isFloat, type Node, type Value } from "../value";
import { type Constant, readTensor } from "./constant";
import { folded, foldedOperators } from "./fold";
import { inlinedGraph } from "./inline-functions";
import { lowerings } from "./lowering";
import { isConstant, type NodeCall, nodeCall, type Operand, operandNumbers } from "./node-call";
import { labelOf, type OnnxGraph, type OnnxModel, operatorOf, opsetOf, readNames } from "./onnx-model";
import { staticValues } from "./static-part";

/** A model of which one output was chosen, ready to be imported any number of times. */
export interface ImportableModel {
  /** Version of the operators it is written in. */
  readonly opset: number;
  /** What leads from the inputs to the output, in order. */
  readonly nodes: readonly onnx.INodeProto[];
  /** Weights, and what the model makes of them alone. */
  readonly known: ReadonlyMap<string, Constant>;
  readonly output: string;
}

/** Batch size: the one fixed in the model, if any, and the one to import it with. */
export interface Rows {
  exported: number | null;
  wanted: number;
}

/**
 * Reads what importing a model needs, and computes what depends on its weights alone.
 *
 * @throws RecPrismError "graph-invalid" for weights of an unsupported type or damaged ones
 */
export async function importable(model: OnnxModel, output: string): Promise<ImportableModel> {
  const graph = inlinedGraph(model);
  const computed = await staticValues(model, graph);
  const known = new Map(computed);
  const read = new Set([output]);
  const nodes: onnx.INodeProto[] = [];
  for (const node of (graph.node ?? []).toReversed()) {
    if (!node.output?.some((name) => read.has(name) && !known.has(name))) continue;
    if (operatorOf(node) === "Constant") known.set(node.output[0], constantOf(node));
    else nodes.unshift(node);
    for (const name of readNames(node)) read.add(name);
  }
  for (const tensor of graph.initializer ?? [])
    if (read.has(tensor.name ?? "")) known.set(tensor.name!, readTensor(tensor));
  return { opset: opsetOf(model), nodes, known, output };
}

/** What a model may consist of, each list sorted by name. */
export interface ImportableOperators {
  differentiated: string[];
  /** No gradient passes these: they may make shapes and masks, or whatever depends on weights alone. */
  evaluated: string[];
  /** What a user must know of some of them. */
  notes: Record<string, string>;
}

export function importableOperators(): ImportableOperators {
  const differentiated = [...new Set([...differentiableOperators(), ...Object.keys(lowerings)])].sort();
  const others = new Set(["If", ...foldedOperators(), ...Object.keys(operators)]);
  return {
    differentiated,
    evaluated: [...others].filter((name) => !differentiated.includes(name)).sort(),
    notes: Object.fromEntries(supportedOperators().map(({ name, note }) => [name, note])),
  };
}

/**
 * Adds the model to a graph. A graph that imports the same model twice holds its weights once.
 *
 * @param inputs what the model's inputs are bound to; of fixed shapes
 * @returns the model's output
 * @throws RecPrismError "graph-invalid" naming the node that cannot be imported or differentiated
 */
export function importModel(
  graph: GraphBuilder,
  model: ImportableModel,
  inputs: ReadonlyMap<string, Value>,
  rows: Rows,
): Value {
  const named = new Map<string, Operand>([...model.known, ...inputs]);
  const dependent = new Set([...inputs.values()].map(({ name }) => name));
  new Importing(graph, model.opset, rows, dependent).add(model.nodes, named);
  const output = named.get(model.output);
  if (!output || isConstant(output) || !dependent.has(output.name)) {
    throw new RecPrismError("graph-invalid", `Its output ${model.output} does not change with the vectors.`, {
      key: model.output,
    });
  }
  return output;
}

class Importing {
  constructor(
    private readonly graph: GraphBuilder,
    private readonly opset: number,
    private readonly rows: Rows,
    /** Values through which the output depends on the inputs, so that a gradient must pass them. */
    private readonly dependent: Set<string>,
  ) {}

  /** @param named what names stand for; the nodes' outputs are added */
  add(nodes: readonly onnx.INodeProto[], named: Map<string, Operand>): void {
    for (const node of nodes) {
      try {
        this.addNode(node, named);
      } catch (thrown) {
        throw nodeFault(node, thrown);
      }
    }
  }

  private addNode(node: onnx.INodeProto, named: Map<string, Operand>): void {
    const lookUp = (name: string): Operand => {
      const operand = named.get(name);
      if (operand) return operand;
      throw new Error(`nothing before it makes "${name}"`);
    };
    const call = this.rebound(nodeCall(node, this.opset, lookUp));
    const outputs = call.operator === "If" ? this.branch(call, named) : [this.computed(call)].flat();
    for (const [index, name] of (node.output ?? []).entries()) {
      if (name !== "" && outputs[index]) named.set(name, outputs[index]);
    }
  }

  private computed(call: NodeCall): Operand | Operand[] {
    const known = folded(call);
    if (known) return known;
    const { operator, operands, attributes } = call;
    const value = (index: number) => this.asValue(operands[index]);
    const before = this.graph.nodes.length;
    const lower = lowerings[operator];
    if (!lower && !operators[operator]) throw new Unsupported("which is not supported");
    const outputs = lower
      ? lower(call, this.graph, value)
      : this.graph.ops(
          operator,
          operands.map((_, index) => value(index)),
          attributes.entries(),
        );
    for (const made of this.graph.nodes.slice(before)) this.follow(made);
    return outputs;
  }

  /** The branch that a condition known by now takes, as exporters write "if this axis has length 1". */
  private branch({ operands, attributes }: NodeCall, named: ReadonlyMap<string, Operand>): Operand[] {
    const [condition] = operands;
    if (!condition || !isConstant(condition)) {
      throw new Unsupported("whose condition depends on the vectors; control flow is not supported");
    }
    const taken = attributes.graph(condition.data[0] === 0 ? "else_branch" : "then_branch") as OnnxGraph;
    const inside = new Map(named);
    for (const tensor of taken.initializer ?? []) inside.set(tensor.name ?? "", readTensor(tensor));
    this.add(taken.node ?? [], inside);
    return (taken.output ?? []).map(({ name }) => inside.get(name ?? "")!);
  }

  /** Where a fixed batch was written into a shape, the wanted one takes its place. */
  private rebound(call: NodeCall): NodeCall {
    const { exported, wanted } = this.rows;
    const [x, target, ...others] = call.operands;
    if (exported === null || !["Reshape", "Expand"].includes(call.operator) || !x || !target || isConstant(x))
      return call;
    const lengths = operandNumbers(call, 1)!;
    if (lengths[0] !== exported || x.shape[0] !== wanted) return call;
    const shape: Constant = {
      type: "int64",
      shape: [lengths.length],
      data: Float64Array.from(lengths.with(0, wanted)),
    };
    return { ...call, operands: [x, shape, ...others] };
  }

  /** Keeps account of what depends on the inputs, which must all be differentiable. */
  private follow({ operator, inputs, outputs }: Node): void {
    if (!inputs.some(({ name }) => this.dependent.has(name)) || !outputs.some(isFloat)) return;
    if (!operators[operator].gradient) throw new Unsupported("which has no gradient");
    for (const output of outputs) if (isFloat(output)) this.dependent.add(output.name);
  }

  private asValue(operand: Operand | undefined): Value {
    if (!operand) return ABSENT;
    return isConstant(operand) ? constantIn(this.graph, operand) : operand;
  }
}

const constantsIn = new WeakMap<GraphBuilder, Map<Constant, Value>>();

function constantIn(graph: GraphBuilder, constant: Constant): Value {
  const constants = constantsIn.get(graph) ?? new Map<Constant, Value>();
  constantsIn.set(graph, constants);
  const value = constants.get(constant) ?? addedTo(graph, constant);
  constants.set(constant, value);
  return value;
}

function addedTo(graph: GraphBuilder, { type, shape, data }: Constant): Value {
  if (type === "float32")
    return shape.length === 0 ? graph.scalar(data[0]) : graph.constant(data as Float32Array, shape);
  if (type === "bool") return graph.constant(Uint8Array.from(data), shape);
  return shape.length === 1 ? graph.ints(Array.from(data)) : graph.constant(BigInt64Array.from(data, BigInt), shape);
}

function constantOf(node: onnx.INodeProto): Constant {
  try {
    return folded(nodeCall(node, 0, () => ABSENT))!;
  } catch (thrown) {
    throw nodeFault(node, thrown);
  }
}

class Unsupported extends Error {}

function nodeFault(node: onnx.INodeProto, thrown: unknown): unknown {
  const key = labelOf(node);
  if (thrown instanceof RecPrismError && thrown.where.key !== undefined) return thrown;
  if (thrown instanceof Unsupported) {
    const known = importableOperators().differentiated.join(", ");
    return new RecPrismError(
      "graph-invalid",
      `Its node ${key} is a ${operatorOf(node)}, ${thrown.message}. Supported: ${known}.`,
      { key },
    );
  }
  const why = thrown instanceof Error ? thrown.message : String(thrown);
  return new RecPrismError("graph-invalid", `Its node ${key} (${operatorOf(node)}) cannot be imported: ${why}`, {
    key,
  });
}
