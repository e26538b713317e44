/** Activation functions of one argument. */
import type { GraphBuilder } from "../graph-builder";
import { broadcastsTo, type Value } from "../value";
import { like, masked, unary } from "./elementwise";
import { floatAttribute, type Operator } from "./operator";

/** Fixed by the definition of Selu. */
const SELU_ALPHA = 1.6732631921768188;
const SELU_GAMMA = 1.0507010221481323;

/** A sixth, as single precision holds it. */
const HARD_SWISH_ALPHA = Math.fround(1 / 6);

/** One slope right of zero, another at zero and left of it. */
function eitherSide(graph: GraphBuilder, x: Value, right: Value, left: Value): Value {
  return graph.op("Where", [graph.op("Greater", [x, graph.scalar(0)]), right, left]);
}

export const activations: Record<string, Operator> = {
  // The mask min(1, y * 1e30) takes less time than a sign, or a comparison and a Where; 0 at x = 0, as in PyTorch.
  Relu: unary(({ graph, upstream }, _x, y) =>
    graph.mul(upstream, graph.op("Min", [graph.scalar(1), graph.mul(y, graph.scalar(1e30))])),
  ),
  LeakyRelu: unary(({ graph, node, upstream }, x) => {
    const alpha = graph.scalar(floatAttribute(node.attributes, "alpha", 0.01));
    return graph.mul(upstream, eitherSide(graph, x, graph.scalar(1), alpha));
  }),
  /** x where positive, slope * x elsewhere; the slope broadcasts to x. */
  PRelu: {
    infer({ inputs: [x, slope] }) {
      if (!broadcastsTo(slope.shape, x.shape)) throw new Error("the slope must broadcast to the input");
      return like({ inputs: [x] });
    },
    gradient({ graph, node, upstream, needed }) {
      const [x, slope] = node.inputs;
      return [
        needed[0] ? graph.mul(upstream, eitherSide(graph, x, graph.scalar(1), slope)) : null,
        needed[1]
          ? graph.summedTo(graph.mul(upstream, graph.op("Min", [x, graph.scalar(0)])), slope.shape, x.shape)
          : null,
      ];
    },
    takesNarrowUpstream: true,
  },
  // Left of zero y = alpha (e^x - 1), whose slope alpha e^x is y + alpha.
  Elu: unary(({ graph, node, upstream }, x, y) => {
    const alpha = graph.scalar(floatAttribute(node.attributes, "alpha", 1));
    return graph.mul(upstream, eitherSide(graph, x, graph.scalar(1), graph.add(y, alpha)));
  }),
  Selu: unary(({ graph, node, upstream }, x, y) => {
    const gamma = floatAttribute(node.attributes, "gamma", SELU_GAMMA);
    const left = graph.add(y, graph.scalar(gamma * floatAttribute(node.attributes, "alpha", SELU_ALPHA)));
    return graph.mul(upstream, eitherSide(graph, x, graph.scalar(gamma), left));
  }),
  // Left of zero y = alpha (e^(x / alpha) - 1), whose slope y / alpha + 1 exceeds 1 nowhere but right of zero.
  Celu: unary(({ graph, node, upstream }, _x, y) => {
    const slope = graph.add(
      graph.mul(y, graph.scalar(1 / floatAttribute(node.attributes, "alpha", 1))),
      graph.scalar(1),
    );
    return graph.mul(upstream, graph.op("Min", [graph.scalar(1), slope]));
  }),
  Sigmoid: unary(({ graph, upstream }, _x, y) => graph.mul(upstream, graph.mul(y, graph.sub(graph.scalar(1), y)))),
  // No slope at the bounds, as in PyTorch.
  HardSigmoid: unary((context, _x, y) => {
    const { graph, node, upstream } = context;
    const alpha = graph.scalar(floatAttribute(node.attributes, "alpha", 0.2));
    const inside = graph.op("And", [graph.op("Greater", [y, graph.scalar(0)]), graph.op("Less", [y, graph.scalar(1)])]);
    return masked({ ...context, upstream: graph.mul(upstream, alpha) }, inside);
  }),
  // x * min(1, max(0, x / 6 + 1 / 2)): between -3 and 3 the slope is x / 3 + 1 / 2.
  HardSwish: unary(({ graph, upstream }, x) => {
    const rising = graph.add(graph.mul(x, graph.scalar(2 * HARD_SWISH_ALPHA)), graph.scalar(1 / 2));
    const upper = graph.op("Where", [graph.op("Less", [x, graph.scalar(3)]), rising, graph.scalar(1)]);
    return graph.mul(upstream, graph.op("Where", [graph.op("Greater", [x, graph.scalar(-3)]), upper, graph.scalar(0)]));
  }),
  Tanh: unary(({ graph, upstream }, _x, y) => graph.mul(upstream, graph.sub(graph.scalar(1), graph.mul(y, y)))),
  Softplus: unary(({ graph, upstream }, x) => graph.mul(upstream, graph.op("Sigmoid", [x]))),
  // 2 / sqrt(pi) e^(-x^2)
  Erf: unary(({ graph, upstream }, x) => {
    const density = graph.op("Exp", [graph.op("Neg", [graph.mul(x, x)])]);
    return graph.mul(upstream, graph.mul(graph.scalar(2 / Math.sqrt(Math.PI)), density));
  }),
};
