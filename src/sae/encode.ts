/** Encodes whole matrices on onnxruntime, in batches of bounded memory. */
import { type Matrix, matrix, type Rows, rowsBetween } from "../data/matrix";
import { GraphBuilder } from "../graph/graph-builder";
import { openSession, type TensorIn } from "../graph/session";
import type { SubgraphContent } from "../graph/value";
import type { Sae } from "./model";
import { standardisedRows } from "./standardise";

/** Enough to keep two threads busy; more would only take more memory. */
const BATCH_ROWS = 4_096;
/** Activations of one batch: what bounds its rows for an SAE with many latents. */
const BATCH_VALUES = 1 << 23;

/**
 * Inputs: `x` [rows, d], standardised, and the weights, so that SAEs of one shape share a session. Output `z` [rows, m];
 * for top-k `values` and `neurons` [rows, k], which are a small part of it.
 */
function encoderGraph(sae: Sae): SubgraphContent {
  const graph = new GraphBuilder("encode");
  const { rows: d, columns: m } = sae.encoderWeights;
  const x = graph.input("x", ["rows", d]);
  const centred = graph.sub(x, graph.input("decoderBias", [d]));
  const weighted = graph.matmul(centred, graph.input("encoderWeights", [d, m]));
  const preactivations = graph.add(weighted, graph.input("encoderBias", [m]));
  const { activation } = sae;
  switch (activation.kind) {
    case "relu":
      graph.output("z", graph.op("Relu", [preactivations]));
      break;
    case "jumprelu": {
      const jumped = graph.op("Greater", [preactivations, graph.input("thresholds", [m])]);
      graph.output("z", graph.op("Where", [jumped, preactivations, graph.scalar(0)]));
      break;
    }
    case "topk": {
      const [values, neurons] = graph.ops("TopK", [preactivations, graph.ints([Math.min(activation.k, m)])]);
      graph.output("values", graph.op("Relu", [values]));
      graph.output("neurons", graph.op("Cast", [neurons], { to: { kind: "int", value: 1 } }));
      break;
    }
  }
  return graph.content();
}

function weightTensors({ encoderWeights, encoderBias, decoderBias, activation }: Sae): Record<string, TensorIn> {
  const { rows: d, columns: m, values } = encoderWeights;
  const tensors: Record<string, TensorIn> = {
    encoderWeights: { data: values, shape: [d, m] },
    encoderBias: { data: encoderBias, shape: [m] },
    decoderBias: { data: decoderBias, shape: [d] },
  };
  if (activation.kind === "jumprelu") {
    tensors.thresholds = { data: activation.thresholds.map((threshold) => Math.max(0, threshold)), shape: [m] };
  }
  return tensors;
}

/** Activations of the rows from `start` on, [rows, m]; overwritten by the next block. */
export interface ActivationBlock {
  start: number;
  activations: Matrix;
}

/** The k largest activations of the rows from `start` on, [rows, k] each. */
export interface LargestBlock {
  start: number;
  rows: number;
  /** Largest first; 0 where fewer than k are positive. */
  values: Float32Array;
  neurons: Int32Array;
}

/** Encodes with any SAE of one shape and kind. */
export interface Encoder {
  /**
   * Latent activations, a block of rows at a time.
   *
   * @param rows original embeddings, [n, d]; standardised here
   */
  blocks(sae: Sae, rows: Rows): AsyncGenerator<ActivationBlock>;
  /** The same of a top-k SAE, without the zeros. */
  largest(sae: Sae, rows: Rows): AsyncGenerator<LargestBlock>;
  release(): Promise<void>;
}

/** @param like an SAE of the shape and kind that it is for */
export async function openEncoder(like: Sae): Promise<Encoder> {
  const session = await openSession(encoderGraph(like), 0);
  const m = like.encoderWeights.columns;

  async function* results(sae: Sae, rows: Rows) {
    const batch = Math.max(1, Math.min(BATCH_ROWS, Math.floor(BATCH_VALUES / m)));
    const weights = weightTensors(sae);
    for (let start = 0; start < rows.rows; start += batch) {
      const count = Math.min(batch, rows.rows - start);
      const { values } = standardisedRows(rowsBetween(rows, start, start + count), sae.normalisation);
      const result = await session.run({ ...weights, x: { data: values, shape: [count, rows.columns] } });
      yield { start, count, result };
    }
  }

  return {
    async *blocks(sae, rows) {
      for await (const { start, count, result } of results(sae, rows)) {
        const z = "z" in result ? result.z : scattered(result.values, result.neurons, count, m);
        yield { start, activations: matrix(count, m, z) };
      }
    },
    async *largest(sae, rows) {
      for await (const { start, count, result } of results(sae, rows)) {
        yield { start, rows: count, values: result.values, neurons: new Int32Array(result.neurons) };
      }
    },
    release: () => session.release(),
  };
}

/** The blocks of an encoder that is opened for them alone. */
export async function* encodedBlocks(sae: Sae, rows: Rows): AsyncGenerator<ActivationBlock> {
  const encoder = await openEncoder(sae);
  try {
    yield* encoder.blocks(sae, rows);
  } finally {
    await encoder.release();
  }
}

/** @returns [n, m] */
export async function encodeRows(sae: Sae, rows: Rows): Promise<Matrix> {
  const m = sae.encoderWeights.columns;
  const result = matrix(rows.rows, m);
  for await (const { start, activations } of encodedBlocks(sae, rows)) result.values.set(activations.values, start * m);
  return result;
}

function scattered(values: Float32Array, neurons: Float32Array, rows: number, m: number): Float32Array {
  const k = values.length / rows;
  const z = new Float32Array(rows * m);
  for (let i = 0; i < values.length; i++) z[Math.floor(i / k) * m + neurons[i]] = values[i];
  return z;
}
