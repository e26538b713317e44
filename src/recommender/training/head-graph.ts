/** The head of neural collaborative filtering (He et al. 2017): a small network on a user's and an item's vector side by side. */
import type { Random } from "../../data/random";
import { GraphBuilder } from "../../graph/graph-builder";
import { onnxModel } from "../../graph/model";
import type { Value } from "../../graph/value";

/** Width of each hidden layer. */
const LAYERS = [64, 32, 16];

/** Shapes of weights [in, out] and biases [out], layer by layer, as they lie in one vector. */
export function headShapes(dimensions: number): number[][] {
  const widths = [2 * dimensions, ...LAYERS, 1];
  return widths.slice(1).flatMap((width, layer) => [[widths[layer], width], [width]]);
}

/** He et al. 2015 for the weights, zeros for the biases; one vector. */
export function initialHead(dimensions: number, random: Random): Float32Array {
  const values = headShapes(dimensions).flatMap((shape) => {
    const spread = shape.length === 2 ? Math.sqrt(2 / shape[0]) : 0;
    return Array.from({ length: shape.reduce((size, length) => size * length, 1) }, () => spread * random.normal());
  });
  return Float32Array.from(values);
}

/** Log-odds that each user chooses the item of the same row: [B, d] and [B, d] -> [B, 1]. */
export function headLogits(graph: GraphBuilder, parameters: readonly Value[], users: Value, items: Value): Value {
  let x = graph.op("Concat", [users, items], { axis: { kind: "int", value: 1 } });
  for (let at = 0; at < parameters.length; at += 2) {
    if (at > 0) x = graph.op("Relu", [x]);
    x = graph.add(graph.matmul(x, parameters[at]), parameters[at + 1]);
  }
  return x;
}

/** The head as an ONNX model: `user` [B, d] and `item` [B, d] to `score` [B, 1], a probability. */
export function headModel(dimensions: number, head: Float32Array): Uint8Array {
  const graph = new GraphBuilder("ncf");
  const user = graph.input("user", ["batch", dimensions]);
  const item = graph.input("item", ["batch", dimensions]);
  let start = 0;
  const parameters = headShapes(dimensions).map((shape) => {
    const end = start + shape.reduce((size, length) => size * length, 1);
    const part = graph.constant(head.slice(start, end), shape);
    start = end;
    return part;
  });
  graph.output("score", graph.op("Sigmoid", [headLogits(graph, parameters, user, item)]));
  return onnxModel(graph.content());
}
