/** Scoring a catalogue for one user by dot product or cosine, plus biases. */
import type { Items, Users } from "../data/dataset";
import { type Matrix, type Rows, row, rowBlocks } from "../data/matrix";
import type { Scorer } from "./recommender";

export type Catalogue = Pick<Items, "embeddings" | "bias">;

/** s(u, i) = u . i + b_u + b_i; biases that are absent count as 0. */
export function dotScorer(users: Pick<Users, "bias">, { embeddings, bias }: Catalogue): Scorer {
  const biasOf = (userRow: number) => users.bias?.[userRow] ?? 0;
  return {
    scoreItems: async (user, userRow) => dotScores(user, embeddings, bias, biasOf(userRow), null),
    scoreVectors: async (user, userRow, vectors, itemRows) =>
      Float64Array.from(vectors, (x, n) => dot(user, x) + (bias?.[itemRows[n]] ?? 0) + biasOf(userRow)),
  };
}

/** s(u, i) = u . i / (|u| |i|) + b_u + b_i; a vector of zeros has cosine 0 with everything. */
export function cosineScorer(users: Pick<Users, "bias">, { embeddings, bias }: Catalogue): Scorer {
  /** Of each item, once it is needed; until then NaN. */
  const inverseNorms = new Float64Array(embeddings.rows).fill(Number.NaN);
  const biasOf = (userRow: number) => users.bias?.[userRow] ?? 0;
  return {
    scoreItems: async (user, userRow) => dotScores(unit(user), embeddings, bias, biasOf(userRow), inverseNorms),
    async scoreVectors(user, userRow, vectors, itemRows) {
      const unitUser = unit(user);
      return Float64Array.from(
        vectors,
        (x, n) => dot(unitUser, x) * inverseNorm(x) + (bias?.[itemRows[n]] ?? 0) + biasOf(userRow),
      );
    },
  };
}

export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let c = 0; c < a.length; c++) sum += a[c] * b[c];
  return sum;
}

function unit(x: ArrayLike<number>): Float64Array {
  const scale = inverseNorm(x);
  return Float64Array.from(x, (value) => value * scale);
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
