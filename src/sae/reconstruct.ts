/** Embeddings as an SAE gives them back: whole matrices on onnxruntime, a block of rows at a time. */
import { type Matrix, matrix, type Rows, rowsBetween } from "../data/matrix";
import { GraphBuilder } from "../graph/graph-builder";
import { openSession } from "../graph/session";
import type { SubgraphContent } from "../graph/value";
import { encodedBlocks } from "./encode";
import type { Sae } from "./model";
import { standardisedRows } from "./standardise";

/** Some rows on their way through the SAE; matrices are overwritten by the next block. */
export interface ReconstructedBlock {
  start: number;
  /** [rows, d] */
  embeddings: Matrix;
  /** [rows, m] */
  activations: Matrix;
  /** [rows, d], on the scale of the embeddings. */
  reconstructed: Matrix;
}

export async function* reconstructedBlocks(sae: Sae, rows: Rows): AsyncGenerator<ReconstructedBlock> {
  const { columns: d } = rows;
  const session = await openSession(decoderGraph(sae));
  try {
    for await (const { start, activations } of encodedBlocks(sae, rows)) {
      const count = activations.rows;
      const embeddings = rowsBetween(rows, start, start + count);
      const { mean, scale } = standardisedRows(embeddings, sae.normalisation);
      const { x } = await session.run({
        z: { data: activations.values, shape: [count, activations.columns] },
        mean: { data: mean, shape: [count, 1] },
        scale: { data: scale, shape: [count, 1] },
      });
      yield { start, embeddings, activations, reconstructed: matrix(count, d, x) };
    }
  } finally {
    await session.release();
  }
}

/** @returns x^ of every row, [n, d] */
export async function reconstructedRows(
  sae: Sae,
  rows: Rows,
  onBlock: (block: ReconstructedBlock) => void | Promise<void> = () => {},
): Promise<Matrix> {
  const result = matrix(rows.rows, rows.columns);
  for await (const block of reconstructedBlocks(sae, rows)) {
    result.values.set(block.reconstructed.values, block.start * rows.columns);
    await onBlock(block);
  }
  return result;
}

/** Inputs `z` [rows, m], `mean` and `scale` [rows, 1]; output `x` [rows, d]. */
function decoderGraph(sae: Sae): SubgraphContent {
  const graph = new GraphBuilder("decode");
  const { rows: m, columns: d } = sae.decoderWeights;
  const z = graph.input("z", ["rows", m]);
  const mean = graph.input("mean", ["rows", 1]);
  const scale = graph.input("scale", ["rows", 1]);
  const weighted = graph.matmul(z, graph.constant(sae.decoderWeights.values, [m, d]));
  const standardised = graph.add(weighted, graph.constant(sae.decoderBias, [d]));
  graph.output("x", graph.add(graph.mul(standardised, scale), mean));
  return graph.content();
}
