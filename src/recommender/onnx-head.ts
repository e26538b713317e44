/** A recommender that is an ONNX model of user-item pairs: its file ranks, its import into our graphs is differentiated. */
import { resolve } from "node:path";
import { type Matrix, matrix, type Rows } from "../data/matrix";
import type { GraphBuilder } from "../graph/graph-builder";
import { type ImportableModel, importable, importModel } from "../graph/import/import-model";
import { openModel } from "../graph/session";
import { elementCount, fixedShape, type Value } from "../graph/value";
import { checkHead } from "./head-check";
import { headFault, headInvalid } from "./head-fault";
import { readHeadFile } from "./head-file";
import { type HeadManifest, type HeadPorts, headPorts, type VectorInput } from "./head-ports";
import { HeadSession } from "./head-session";
import type { GraphScorer, Recommender } from "./recommender";

/**
 * Opens the model and makes sure, on pairs of these embeddings, that it gives each pair one score that is a number, and
 * that its import gives the same.
 *
 * @param head   what the manifest says of it
 * @param folder the manifest's, to which its path is relative
 * @throws RecPrismError "head-invalid" or a file's fault
 */
export async function openHead(
  head: HeadManifest,
  folder: string,
  embeddings: { users: Rows; items: Rows },
): Promise<Recommender> {
  const { file, bytes, model } = await readHeadFile(resolve(folder, head.model));
  const dimensions = embeddings.items.columns;
  const ports = headPorts(file, model, head, dimensions);
  try {
    const session = new HeadSession(file, await openModel(bytes), ports, dimensions);
    try {
      const pairs = pairsInGraph(file, await importable(model, ports.output), ports);
      const { probabilities } = await checkHead(file, model, session, pairs, embeddings);
      return {
        kind: "onnx",
        inGraph: { probabilities, pairs, all: null },
        scorer: ({ embeddings: items }) => ({
          scoreItems: (user) => session.scoreItems(user, items),
          scoreVectors: (user, _, vectors) => session.scoreItems(user, matrixOf(vectors, dimensions)),
        }),
        release: () => session.release(),
      };
    } catch (thrown) {
      await session.release();
      throw thrown;
    }
  } catch (thrown) {
    throw headFault(file, thrown);
  }
}

function matrixOf(vectors: readonly ArrayLike<number>[], dimensions: number): Matrix {
  const rows = matrix(vectors.length, dimensions);
  vectors.forEach((vector, at) => {
    rows.values.set(vector, at * dimensions);
  });
  return rows;
}

function pairsInGraph(file: string, model: ImportableModel, { inputs, fixedRows }: HeadPorts): GraphScorer["pairs"] {
  return (graph, users, items) => {
    const wanted = fixedShape(users)[0];
    const bound = new Map(
      "pairs" in inputs
        ? [binding(graph, inputs.pairs, graph.op("Concat", [users, items], { axis: { kind: "int", value: 1 } }))]
        : [binding(graph, inputs.users, users), binding(graph, inputs.items, items)],
    );
    try {
      const scores = importModel(graph, model, bound, { exported: fixedRows, wanted });
      const shape = fixedShape(scores);
      if (elementCount(shape) === wanted) return graph.reshaped(scores, [wanted]);
      throw headInvalid(file, `For ${wanted} pairs its output ${model.output} has the shape [${shape}].`, model.output);
    } catch (thrown) {
      throw headFault(file, thrown, fixedRows === null ? "" : fixedBatch(fixedRows));
    }
  };
}

function fixedBatch(rows: number): string {
  return `It was exported for batches of exactly ${rows}: export it with a dynamic batch axis.`;
}

function binding(graph: GraphBuilder, { name, between }: VectorInput, vectors: Value): [string, Value] {
  const [rows, width] = fixedShape(vectors);
  return [name, between === 0 ? vectors : graph.reshaped(vectors, [rows, 1, width])];
}
