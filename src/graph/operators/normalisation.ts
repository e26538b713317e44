/** Softmax, and operators that bring a tensor to unit scale. */
import type { GraphBuilder } from "../graph-builder";
import { broadcastsTo, fixedShape, isGiven, sameShape, type Value } from "../value";
import { like } from "./elementwise";
import { axisAttribute, floatAttribute, intAttribute, type Operator } from "./operator";

/** Normalises along one axis, the last by default. */
function alongAxis(gradient: Operator["gradient"]): Operator {
  return {
    infer({ inputs: [x], attributes }) {
      axisAttribute(attributes, x.shape.length, -1);
      return like({ inputs: [x] });
    },
    gradient,
    takesNarrowUpstream: true,
  };
}

export const normalisation: Record<string, Operator> = {
  Softmax: alongAxis(({ graph, node, upstream }) => {
    const [y] = node.outputs;
    const axis = axisAttribute(node.attributes, y.shape.length, -1);
    return [graph.mul(y, graph.sub(upstream, graph.sum(graph.mul(upstream, y), [axis], true)))];
  }),
  LogSoftmax: alongAxis(({ graph, node, upstream }) => {
    const [y] = node.outputs;
    const axis = axisAttribute(node.attributes, y.shape.length, -1);
    const kept = y.shape.map((length, at) => (at === axis ? 1 : length));
    return [graph.sub(upstream, graph.mul(graph.op("Exp", [y]), graph.summedTo(upstream, kept, y.shape)))];
  }),
  /** x / |x|, and zeros for zeros, whose gradient is 0 too. */
  LpNormalization: alongAxis(({ graph, node, upstream }) => {
    const [x] = node.inputs;
    const [y] = node.outputs;
    const axis = axisAttribute(node.attributes, y.shape.length, -1);
    const p = intAttribute(node.attributes, "p", 2);
    const keep = { keepdims: { kind: "int", value: 1 } } as const;
    const norm = graph.op(p === 1 ? "ReduceL1" : "ReduceL2", [x, graph.ints([axis])], keep);
    const inverse = graph.op("Where", [
      graph.op("Greater", [norm, graph.scalar(0)]),
      graph.op("Reciprocal", [norm]),
      graph.scalar(0),
    ]);
    const direction = p === 1 ? graph.op("Sign", [x]) : y;
    const along = graph.sum(graph.mul(upstream, y), [axis], true);
    return [graph.mul(graph.sub(upstream, graph.mul(direction, along)), inverse)];
  }),
  /** Over all axes from `axis` on: (x - mean) / sqrt(variance + epsilon) * scale + bias. */
  LayerNormalization: {
    infer({ inputs: [x, ...affine], attributes }) {
      axisAttribute(attributes, x.shape.length, -1);
      const misfit = affine.find(({ shape }) => !broadcastsTo(shape, x.shape));
      if (misfit) throw new Error(`${misfit.name} does not broadcast to [${x.shape}]`);
      return like({ inputs: [x] });
    },
    gradient({ graph, node, upstream, needed }) {
      const [x, scale, bias] = node.inputs;
      const first = axisAttribute(node.attributes, x.shape.length, -1);
      const axes = x.shape.map((_, axis) => axis).slice(first);
      const mean = (value: Value) => graph.mean(value, axes, true);
      const centred = graph.sub(x, mean(x));
      const epsilon = graph.scalar(floatAttribute(node.attributes, "epsilon", 1e-5));
      const deviation = graph.op("Sqrt", [graph.add(mean(graph.mul(centred, centred)), epsilon)]);
      const normalised = graph.div(centred, deviation);
      const ofInput = () => {
        const scaled = graph.mul(upstream, scale);
        const along = graph.mul(normalised, mean(graph.mul(scaled, normalised)));
        return graph.div(graph.sub(graph.sub(scaled, mean(scaled)), along), deviation);
      };
      return [
        needed[0] ? ofInput() : null,
        needed[1] ? graph.summedTo(graph.mul(upstream, normalised), scale.shape) : null,
        isGiven(bias) && needed[2] ? graph.summedTo(upstream, bias.shape) : null,
      ];
    },
    note: "first output only",
  },
  /** Per channel, the second axis: (x - mean) / sqrt(variance + epsilon) * scale + bias. */
  BatchNormalization: {
    infer({ inputs: [x, ...perChannel], attributes }) {
      const training = intAttribute(attributes, "training_mode", 0) === 1;
      if (training) throw new Error("it is in training mode; export it for inference");
      if (x.shape.length < 2) throw new Error("need [n, channels, ...]");
      const misfit = perChannel.find(({ shape }) => !sameShape(shape, [x.shape[1]]));
      if (misfit) throw new Error(`${misfit.name} does not have one number a channel`);
      return like({ inputs: [x] });
    },
    gradient({ graph, node, upstream, needed }) {
      const [x, scale, , mean, variance] = node.inputs;
      const epsilon = graph.scalar(floatAttribute(node.attributes, "epsilon", 1e-5));
      const deviation = graph.op("Sqrt", [graph.add(variance, epsilon)]);
      const factor = graph.div(scale, deviation);
      const total = () => summedPerChannel(graph, upstream);
      // The scale's gradient, but for its division by the deviation.
      const weighted = () => summedPerChannel(graph, graph.mul(upstream, graph.sub(x, perChannel(graph, mean, x))));
      const ofVariance = () =>
        graph.div(graph.mul(weighted(), factor), graph.mul(graph.scalar(-2), graph.add(variance, epsilon)));
      return [
        needed[0] ? graph.mul(upstream, perChannel(graph, factor, x)) : null,
        needed[1] ? graph.div(weighted(), deviation) : null,
        needed[2] ? total() : null,
        needed[3] ? graph.op("Neg", [graph.mul(total(), factor)]) : null,
        needed[4] ? ofVariance() : null,
      ];
    },
    note: "as at inference, by running statistics",
  },
};

/** One number a channel, shaped to broadcast along the second axis of x. */
function perChannel(graph: GraphBuilder, numbers: Value, x: Value): Value {
  return graph.reshaped(numbers, [fixedShape(numbers)[0], ...x.shape.slice(2).map(() => 1)]);
}

function summedPerChannel(graph: GraphBuilder, x: Value): Value {
  return graph.sum(
    x,
    x.shape.flatMap((_, axis) => (axis === 1 ? [] : [axis])),
  );
}
