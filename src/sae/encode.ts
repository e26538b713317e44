/** Encodes whole matrices on onnxruntime, in batches of bounded memory. */
import { type Matrix, matrix } from "../data/matrix";
import { GraphBuilder } from "../graph/graph-builder";
import { openSession } from "../graph/session";
import type { Sae } from "./model";
import { standardisedRows } from "./standardise";

const BATCH_ROWS = 16_384;

function encoderGraph(sae: Sae) {
  const graph = new GraphBuilder("encode");
  const { rows: d, columns: m } = sae.encoderWeights;
  const x = graph.input("x", ["rows", d]);
  const centred = graph.sub(x, graph.constant(sae.decoderBias, [d]));
  const weighted = graph.matmul(centred, graph.constant(sae.encoderWeights.values, [d, m]));
  graph.output("z", graph.op("Relu", [graph.add(weighted, graph.constant(sae.encoderBias, [m]))]));
  return graph.content();
}

/**
 * Latent activations of every row.
 *
 * @param rows original embeddings, [n, d]; standardised here
 * @returns [n, m]
 */
export async function encodeRows(sae: Sae, rows: Matrix): Promise<Matrix> {
  const d = rows.columns;
  const m = sae.encoderWeights.columns;
  const result = matrix(rows.rows, m);
  const session = await openSession(encoderGraph(sae), 0);
  try {
    for (let start = 0; start < rows.rows; start += BATCH_ROWS) {
      const count = Math.min(BATCH_ROWS, rows.rows - start);
      const { values } = standardisedRows(rows, start, start + count);
      const { z } = await session.run({ x: { data: values, shape: [count, d] } });
      result.values.set(z, start * m);
    }
  } finally {
    await session.release();
  }
  return result;
}
