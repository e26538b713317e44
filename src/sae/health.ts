/** SAE health: how many latents are active, which never are, and how faithful the reconstructed embeddings are. */
import { type Matrix, row } from "../data/matrix";

export interface Health {
  /** Mean number of active latents per row, over users and items together and each alone; null where there are none. */
  l0: number;
  l0Users: number | null;
  l0Items: number | null;
  /** Per latent, 1 when active on any row. */
  live: Uint8Array;
  dead: number;
  /** 1 - sum |x - x^|^2 / sum |x - mean|^2; null where all rows are equal. */
  explainedVariance: number | null;
  /** Mean cosine of x and x^ over rows that are not 0; an x^ of 0 counts as 0. Null where all rows are 0. */
  cosine: number | null;
  /**
   * Relative reconstruction bias E|x^|^2 / E[x . x^] of the embeddings as they are, nothing removed: 1 is unbiased, less
   * means that reconstructions are too short. Null where x^ has nothing of x.
   *
   * @see arXiv 2404.16014, "Improving Dictionary Learning with Gated Sparse Autoencoders"
   */
  shrinkage: number | null;
}

/** Rows of users or of items, what they activate and what becomes of them. */
export interface HealthRows {
  /** [rows, d] */
  embeddings: Matrix;
  /** [rows, m], positive where active */
  activations: Matrix;
  /** [rows, d] */
  reconstructed: Matrix;
}

/** Sums over rows that arrive in blocks. */
export class HealthTally {
  private readonly live: Uint8Array;
  private readonly active = { users: 0, items: 0 };
  private readonly rows = { users: 0, items: 0 };
  private readonly cosines = { sum: 0, rows: 0 };
  private unexplained = 0;
  private reconstructedSquares = 0;
  private products = 0;

  constructor(latents: number) {
    this.live = new Uint8Array(latents);
  }

  add(side: "users" | "items", { embeddings, activations, reconstructed }: HealthRows): void {
    this.rows[side] += embeddings.rows;
    for (let r = 0; r < embeddings.rows; r++) {
      const z = row(activations, r);
      for (let k = 0; k < z.length; k++) {
        if (z[k] > 0) {
          this.active[side]++;
          this.live[k] = 1;
        }
      }
      this.compare(row(embeddings, r), row(reconstructed, r));
    }
  }

  private compare(x: Float32Array, reconstructed: Float32Array): void {
    let squares = 0;
    let reconstructedSquares = 0;
    let product = 0;
    for (let c = 0; c < x.length; c++) {
      squares += x[c] * x[c];
      reconstructedSquares += reconstructed[c] * reconstructed[c];
      product += x[c] * reconstructed[c];
      this.unexplained += (x[c] - reconstructed[c]) ** 2;
    }
    this.reconstructedSquares += reconstructedSquares;
    this.products += product;
    if (squares === 0) return;
    this.cosines.rows++;
    if (reconstructedSquares > 0) this.cosines.sum += product / Math.sqrt(squares * reconstructedSquares);
  }

  /** @param embeddings all rows that were added, for their variance */
  health(embeddings: readonly Matrix[]): Health {
    const { active, rows, live } = this;
    const variance = sumOfSquaredDeviations(embeddings);
    return {
      l0: rows.users + rows.items === 0 ? 0 : (active.users + active.items) / (rows.users + rows.items),
      l0Users: rows.users === 0 ? null : active.users / rows.users,
      l0Items: rows.items === 0 ? null : active.items / rows.items,
      live,
      dead: live.reduce((dead, alive) => dead + (alive === 0 ? 1 : 0), 0),
      explainedVariance: variance === 0 ? null : 1 - this.unexplained / variance,
      cosine: this.cosines.rows === 0 ? null : this.cosines.sum / this.cosines.rows,
      shrinkage: this.products > 0 ? this.reconstructedSquares / this.products : null,
    };
  }
}

function sumOfSquaredDeviations(parts: readonly Matrix[]): number {
  const rows = parts.reduce((count, part) => count + part.rows, 0);
  const mean = new Float64Array(parts[0]?.columns ?? 0);
  for (const { values } of parts) for (let i = 0; i < values.length; i++) mean[i % mean.length] += values[i];
  // Divided once: the mean of equal rows is then exactly that row.
  for (let c = 0; c < mean.length; c++) mean[c] /= rows;
  let squares = 0;
  for (const { values } of parts) {
    for (let i = 0; i < values.length; i++) squares += (values[i] - mean[i % mean.length]) ** 2;
  }
  return squares;
}
