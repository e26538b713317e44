/**
 * Reverse-mode differentiation: each operator's vector-Jacobian rule adds ONNX nodes to the same graph.
 *
 * On its way a gradient may be narrower than its value: whatever broadcasts to the value's shape stands for it, so that
 * the gradient of a sum stays one number until something needs it whole.
 */
import { RecPrismError } from "../protocol/error";
import type { GraphBuilder } from "./graph-builder";
import { differentiableOperators, operators } from "./operators/registry";
import { broadcastsTo, fixedShape, isFloat, type Node, type Value } from "./value";

/**
 * Gradients of a scalar loss with respect to values of the same graph.
 *
 * @param frozen values that count as constants, whatever they were made of
 * @returns one value per variable, of its shape; zeros where the loss does not depend on it
 * @throws RecPrismError "graph-invalid" naming the operator and node that has no gradient rule
 */
export function gradients(
  graph: GraphBuilder,
  loss: Value,
  variables: readonly Value[],
  frozen: readonly Value[] = [],
): Value[] {
  if (loss.shape.length !== 0) throw new Error(`the loss ${loss.name} must be a scalar, not [${loss.shape}]`);
  const forward = [...graph.nodes];

  // Only what lies between a variable and the loss is differentiated; integers and booleans carry no derivative.
  const constant = new Set(frozen.map((value) => value.name));
  const dependent = new Set(variables.map((variable) => variable.name));
  for (const node of forward) {
    if (node.inputs.some((input) => dependent.has(input.name))) {
      for (const output of node.outputs) {
        if (isFloat(output) && !constant.has(output.name)) dependent.add(output.name);
      }
    }
  }

  // A variable may itself be the result of a node; what led to it is of no concern.
  const accumulated = new Map<string, Value>([[loss.name, graph.scalar(1)]]);
  for (const node of forward.reverse()) {
    const arrived = node.outputs.map((output) => accumulated.get(output.name) ?? null);
    const stated = graph.statedGradient(node);
    const inputs = stated?.of ?? node.inputs;
    const needed = inputs.map((input) => dependent.has(input.name));
    if (!needed.includes(true) || arrived.every((upstream) => upstream === null)) continue;
    const arrive = (gradient: Value | null, index: number) => {
      if (!gradient || !needed[index]) return;
      const input = inputs[index];
      if (!broadcastsTo(gradient.shape, input.shape)) throw misshapen(node, gradient, input);
      const before = accumulated.get(input.name);
      accumulated.set(input.name, before ? graph.add(before, gradient) : gradient);
    };
    if (stated) {
      stated.gradient(graph.expanded(arrived[0]!, node.outputs[0].shape)).forEach(arrive);
      continue;
    }
    const { gradient: rule, takesNarrowUpstream } = operators[node.operator] ?? {};
    if (!rule) {
      throw new RecPrismError(
        "graph-invalid",
        `The operator ${node.operator} (node ${node.name}) has no gradient rule. Supported: ${differentiableOperators().join(", ")}.`,
        { key: node.name },
      );
    }
    const upstreams = takesNarrowUpstream
      ? arrived
      : arrived.map((upstream, index) => upstream && graph.expanded(upstream, node.outputs[index].shape));
    const upstream = upstreams[0] ?? graph.zeros(fixedShape(node.outputs[0]));
    rule({ graph, node, upstream, upstreams, needed }).forEach(arrive);
  }
  return variables.map((variable) => {
    const gradient = accumulated.get(variable.name);
    return gradient ? graph.expanded(gradient, variable.shape) : graph.zeros(fixedShape(variable));
  });
}

function misshapen(node: Node, gradient: Value, input: Value): Error {
  return new Error(
    `the rule of ${node.operator} (node ${node.name}) gives a gradient [${gradient.shape}] for ${input.name} [${input.shape}]`,
  );
}
