/** Scoring a catalogue for one user by dot product or cosine, plus biases. */
import type { Items, Users } from "../data/dataset";
import { type Matrix, type Rows, row, rowBlocks } from "../data/matrix";
import type { Scorer } from "./recommender";

export type Catalogue = Pick<Items, "embeddings" | "bias">;

/** s(u, i) = u . i + b_u + b_i; biases that are absent count as 0. */
export function dotScorer(users: Pick<Users, "bias">, { embeddings, bias }: Catalogue): Scorer {
  return {
    scoreItems: async (user, userRow) => dotScores(user, embeddings, bias, users.bias?.[userRow] ?? 0, null),
  };
}

/** s(u, i) = u . i / (|u| |i|) + b_u + b_i; a vector of zeros has cosine 0 with everything. */
export function cosineScorer(users: Pick<Users, "bias">, { embeddings, bias }: Catalogue): Scorer {
  /** Of each item, once it is needed; until then NaN. */
  const inverseNorms = new Float64Array(embeddings.rows).fill(Number.NaN);
  return {
    scoreItems: async (user, userRow) => {
      const scale = inverseNorm(user);
      const unit = Float64Array.from(user, (value) => value * scale);
      return dotScores(unit, embeddings, bias, users.bias?.[userRow] ?? 0, inverseNorms);
    },
  };
}

async function dotScores(
  user: ArrayLike<number>,
  items: Rows,
  bias: Float32Array | null,
  userBias: number,
  inverseNorms: Float64Array | null,
): Promise<Float64Array> {
  const scores = new Float64Array(items.rows);
  for (const { start, block } of rowBlocks(items)) {
    // A catalogue that is read from a file takes seconds: others get their turn.
    if (start > 0) await new Promise((resolve) => setImmediate(resolve));
    const { rows, columns, values } = block;
    if (inverseNorms) fillInverseNorms(inverseNorms, block, start);
    for (let r = 0; r < rows; r++) {
      let score = 0;
      const at = r * columns;
      for (let c = 0; c < columns; c++) score += user[c] * values[at + c];
      if (inverseNorms) score *= inverseNorms[start + r];
      scores[start + r] = score + (bias?.[start + r] ?? 0) + userBias;
    }
  }
  return scores;
}

/** Those of a block that were not needed before. */
function fillInverseNorms(inverseNorms: Float64Array, block: Matrix, start: number): void {
  if (!Number.isNaN(inverseNorms[start])) return;
  for (let r = 0; r < block.rows; r++) inverseNorms[start + r] = inverseNorm(row(block, r));
}

function inverseNorm(x: ArrayLike<number>): number {
  let squares = 0;
  for (let c = 0; c < x.length; c++) squares += x[c] * x[c];
  return squares === 0 ? 0 : 1 / Math.sqrt(squares);
}
