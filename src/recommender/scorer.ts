/** The frozen recommender as a function: the score of every item for a user vector. */
import type { Items, Users } from "../data/dataset";

export interface Scorer {
  /**
   * Scores of all items, in double precision so that other float64 implementations (NumPy) rank alike.
   *
   * @param user d values; may be a steered vector
   * @param userRow whose bias to add
   */
  scoreItems(user: ArrayLike<number>, userRow: number): Float64Array;
}

/** s(u, i) = u . i + b_u + b_i; biases that are absent count as 0. */
export function dotScorer(users: Pick<Users, "bias">, items: Pick<Items, "embeddings" | "bias">): Scorer {
  const { rows, columns, values } = items.embeddings;
  return {
    scoreItems(user, userRow) {
      const scores = new Float64Array(rows);
      const userBias = users.bias?.[userRow] ?? 0;
      for (let item = 0; item < rows; item++) {
        let score = 0;
        const start = item * columns;
        for (let c = 0; c < columns; c++) score += user[c] * values[start + c];
        scores[item] = score + (items.bias?.[item] ?? 0) + userBias;
      }
      return scores;
    },
  };
}
