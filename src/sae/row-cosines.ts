/** Cosines of all rows of one matrix with all rows of another, a block at a time: the whole table may be too large. */
import { type Matrix, matrix, transposed } from "../data/matrix";
import { GraphBuilder } from "../graph/graph-builder";
import { openSession } from "../graph/session";
import { unitRows } from "./monosemanticity";

/** Cosines of one block. */
const BLOCK_VALUES = 1 << 24;

export interface CosineBlock {
  /** First row of `a` in this block. */
  start: number;
  /** [rows of the block, rows of b] */
  cosines: Matrix;
}

/** @returns blocks of rows of `a`, in order; a row of zeros has cosine 0 with everything */
export async function* rowCosines(a: Matrix, b: Matrix): AsyncGenerator<CosineBlock> {
  if (a.rows === 0 || b.rows === 0) return;
  const graph = new GraphBuilder("row-cosines");
  const x = graph.input("x", ["rows", a.columns]);
  const y = graph.input("y", [b.columns, b.rows]);
  graph.output("cosines", graph.matmul(x, y));
  const [left, right] = [unitRows(a), transposed(unitRows(b))];
  const batch = Math.max(1, Math.floor(BLOCK_VALUES / b.rows));
  const session = await openSession(graph.content());
  try {
    for (let start = 0; start < a.rows; start += batch) {
      const end = Math.min(a.rows, start + batch);
      const { cosines } = await session.run({
        x: { data: left.values.subarray(start * a.columns, end * a.columns), shape: [end - start, a.columns] },
        y: { data: right.values, shape: [b.columns, b.rows] },
      });
      yield { start, cosines: matrix(end - start, b.rows, cosines) };
    }
  } finally {
    await session.release();
  }
}
