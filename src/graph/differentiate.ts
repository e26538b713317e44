/** Reverse-mode differentiation: each operator's vector-Jacobian rule adds ONNX nodes to the same graph. */
import { RecPrismError } from "../protocol/error";
import type { GraphBuilder } from "./graph-builder";
import { differentiableOperators, operators } from "./operators/registry";
import { fixedShape, type Value } from "./value";

/**
 * Gradients of a scalar loss with respect to values of the same graph.
 *
 * @returns one value per variable, of its shape; zeros where the loss does not depend on it
 * @throws RecPrismError "graph-invalid" naming the operator and node that has no gradient rule
 */
export function gradients(graph: GraphBuilder, loss: Value, variables: readonly Value[]): Value[] {
  if (loss.shape.length !== 0) throw new Error(`the loss ${loss.name} must be a scalar, not [${loss.shape}]`);
  const forward = [...graph.nodes];

  // Only what lies between a variable and the loss is differentiated.
  const dependent = new Set(variables.map((variable) => variable.name));
  for (const node of forward) {
    if (node.inputs.some((input) => dependent.has(input.name))) {
      for (const output of node.outputs) dependent.add(output.name);
    }
  }

  // A variable may itself be the result of a node; what led to it is of no concern.
  const accumulated = new Map<string, Value>([[loss.name, graph.scalar(1)]]);
  for (const node of forward.reverse()) {
    const upstreams = node.outputs.map((output) => accumulated.get(output.name) ?? null);
    const needed = node.inputs.map((input) => dependent.has(input.name));
    if (!needed.includes(true) || upstreams.every((upstream) => upstream === null)) continue;
    const rule = operators[node.operator]?.gradient;
    if (!rule) {
      throw new RecPrismError(
        "graph-invalid",
        `The operator ${node.operator} (node ${node.name}) has no gradient rule. Supported: ${differentiableOperators().join(", ")}.`,
        { key: node.name },
      );
    }
    const upstream = upstreams[0] ?? graph.zeros(fixedShape(node.outputs[0]));
    rule({ graph, node, upstream, upstreams, needed }).forEach((gradient, index) => {
      if (!gradient || !needed[index]) return;
      const name = node.inputs[index].name;
      const before = accumulated.get(name);
      accumulated.set(name, before ? graph.add(before, gradient) : gradient);
    });
  }
  return variables.map(
    (variable) => accumulated.get(variable.name) ?? graph.zeros(variable.shape as readonly number[]),
  );
}
