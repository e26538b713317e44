/** From vectors to activations and back, as ONNX nodes in double precision. */
import type { GraphBuilder } from "../graph/graph-builder";
import type { Value } from "../graph/value";
import type { Edit, SteeringMode } from "../protocol/steering";
import type { SteeringWeights } from "../steering/weights";

/** An edit step: what becomes of z, for the rows of a mask; null stands for all rows. */
export interface OnnxStep {
  edits: readonly Edit[];
  /** [rows, 1] or [1, 1], bool. */
  mask: Value | null;
}

/** Which rows are in a mode: all, none, or those of a mask. */
export type RowsOf = "all" | "none" | Value;

export class OnnxLatents {
  /** Rows of W_enc transposed: [encoded, d]. */
  private readonly encoder: Value;
  private readonly scale: Value | null;
  private readonly mean: Value | null;
  /** Activations of the weights' neurons, [rows, neurons]. */
  readonly z: Value;

  /** @param x [rows, d] in double precision */
  constructor(
    private readonly graph: GraphBuilder,
    private readonly weights: SteeringWeights,
    private readonly x: Value,
  ) {
    this.encoder = this.stacked(weights.encoder);
    const { values, mean, scale } = this.standardised();
    this.mean = mean;
    this.scale = scale;
    this.z = this.activations(values);
  }

  /** A number in double precision. */
  private number(value: number): Value {
    return this.graph.constant(Float64Array.of(value), [1, 1]);
  }

  /** Weights are stored as the float32 that they are and widened when the model is loaded. */
  private vector(values: Float32Array): Value {
    return this.graph.cast(this.graph.constant(values, [1, values.length]), "float64");
  }

  private stacked(rows: readonly Float32Array[]): Value {
    const { dimensions } = this.weights;
    const values = new Float32Array(rows.length * dimensions);
    for (const [r, row] of rows.entries()) values.set(row, r * dimensions);
    return this.graph.cast(this.graph.constant(values, [rows.length, dimensions]), "float64");
  }

  private standardised(): { values: Value; mean: Value | null; scale: Value | null } {
    const { graph, x } = this;
    const { dimensions, normalisation, epsilon } = this.weights;
    const total = (value: Value) => graph.sum(value, [1], true);
    switch (normalisation) {
      case "none":
        return { values: x, mean: null, scale: null };
      case "layer": {
        const mean = graph.div(total(x), this.number(dimensions));
        const centred = graph.sub(x, mean);
        const squares = total(graph.mul(centred, centred));
        const scale = graph.op("Sqrt", [graph.div(squares, this.number(Math.max(1, dimensions - 1)))]);
        return { values: graph.div(centred, graph.add(scale, this.number(epsilon))), mean, scale };
      }
      case "norm": {
        const length = graph.op("Sqrt", [graph.div(total(graph.mul(x, x)), this.number(dimensions))]);
        const isZero = graph.op("Equal", [length, this.number(0)]);
        const scale = graph.op("Where", [isZero, this.number(1), length]);
        return { values: graph.div(x, scale), mean: null, scale };
      }
    }
  }

  private activations(standardised: Value): Value {
    const { graph, weights } = this;
    const centred = graph.sub(standardised, this.vector(weights.decoderBias));
    const products = graph.matmul(centred, graph.transposed(this.encoder));
    const before = graph.add(products, this.vector(weights.encoderBias));
    const { activation, encoded, neurons } = weights;
    switch (activation.kind) {
      case "relu":
        return graph.op("Max", [before, this.number(0)]);
      case "jumprelu": {
        const active = graph.op("Greater", [before, this.vector(activation.thresholds)]);
        return graph.op("Where", [active, before, this.number(0)]);
      }
      case "topk": {
        const k = graph.ints([Math.min(activation.k, encoded.length)]);
        const [values, indices] = graph.ops("TopK", [before, k]);
        const kept = graph.op(
          "ScatterElements",
          [graph.mul(before, this.number(0)), indices, graph.op("Max", [values, this.number(0)])],
          { axis: { kind: "int", value: 1 } },
        );
        return encoded.length === neurons.length
          ? kept
          : graph.op("Gather", [kept, graph.ints(neurons)], { axis: { kind: "int", value: 1 } });
      }
    }
  }

  /**
   * The rows after the edits of the steps, in order.
   *
   * @param concerned the rows that any step or rule is for; others stay as they are
   * @param reconstructed of those the ones that become their reconstruction
   */
  steered(steps: readonly OnnxStep[], concerned: RowsOf, reconstructed: RowsOf): Value {
    if (concerned === "none") return this.x;
    const edited = steps.reduce((z, step) => this.edited(z, step), this.z);
    const steered = this.chosen(
      reconstructed,
      () => this.decoded(edited),
      () => this.moved(edited),
    );
    return this.chosen(
      concerned,
      () => steered,
      () => this.x,
    );
  }

  private chosen(rows: RowsOf, these: () => Value, others: () => Value): Value {
    if (rows === "all") return these();
    if (rows === "none") return others();
    return this.graph.op("Where", [rows, these(), others()]);
  }

  private edited(z: Value, { edits, mask }: OnnxStep): Value {
    if (edits.length === 0) return z;
    const { graph } = this;
    const { factors, summands } = this.affine(edits);
    const size = [1, this.weights.neurons.length];
    const all = graph.add(graph.mul(z, graph.constant(factors, size)), graph.constant(summands, size));
    return mask === null ? all : graph.op("Where", [mask, all, z]);
  }

  /** Edits in order are one product and one sum for each neuron. */
  private affine(edits: readonly Edit[]): { factors: Float64Array; summands: Float64Array } {
    const { neurons } = this.weights;
    const factors = new Float64Array(neurons.length).fill(1);
    const summands = new Float64Array(neurons.length);
    for (const edit of edits) {
      const at = neurons.indexOf(edit.neuron);
      switch (edit.operation) {
        case "suppress":
          factors[at] = 0;
          summands[at] = 0;
          break;
        case "scale":
          factors[at] *= edit.value;
          summands[at] *= edit.value;
          break;
        case "set":
          factors[at] = 0;
          summands[at] = edit.value;
          break;
        case "add":
          summands[at] += edit.value;
          break;
      }
    }
    return { factors, summands };
  }

  /** x + scale (z' - z) W_dec; x itself, to the bit, where nothing changes. */
  private moved(edited: Value): Value {
    const { graph, x, z } = this;
    const change = graph.sub(edited, z);
    const changes = graph.op("Greater", [graph.sum(graph.op("Abs", [change]), [1], true), this.number(0)]);
    return graph.op("Where", [changes, graph.add(x, this.scaled(graph.matmul(change, this.decoder()))), x]);
  }

  /** scale (z' W_dec + b_dec) + mean */
  private decoded(edited: Value): Value {
    const { graph } = this;
    const sum = graph.add(graph.matmul(edited, this.decoder()), this.vector(this.weights.decoderBias));
    return this.mean === null ? this.scaled(sum) : graph.add(this.scaled(sum), this.mean);
  }

  private scaled(value: Value): Value {
    return this.scale === null ? value : this.graph.mul(value, this.scale);
  }

  private decoder(): Value {
    const { tied, encoded, neurons, decoder } = this.weights;
    if (!tied) return this.stacked(decoder);
    return encoded.length === neurons.length
      ? this.encoder
      : this.graph.op("Gather", [this.encoder, this.graph.ints(neurons)], { axis: { kind: "int", value: 0 } });
  }
}

/** What several say together: all as soon as one says so. */
export function eitherRows(graph: GraphBuilder, parts: readonly RowsOf[]): RowsOf {
  if (parts.includes("all")) return "all";
  const masks = parts.filter((part) => typeof part !== "string");
  return masks.length === 0 ? "none" : masks.reduce((a, b) => graph.op("Or", [a, b]));
}

export function isReconstructing({ mode }: { mode: SteeringMode }): boolean {
  return mode === "reconstruct";
}
