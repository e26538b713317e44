/** SAE health: how many latents are active, which never are, and how much of the embeddings they explain. */
import { type Matrix, row } from "../data/matrix";
import { reconstruct, type Sae } from "./model";

export interface Health {
  /** Mean number of active latents per row. */
  l0: number;
  /** Per latent, 1 when active on any row. */
  live: Uint8Array;
  dead: number;
  /** 1 - sum |x - x^|^2 / sum |x - mean|^2 over all rows of all matrices. */
  explainedVariance: number;
}

/** @param parts embeddings with their activations: users and items */
export function health(sae: Sae, parts: readonly { embeddings: Matrix; activations: Matrix }[]): Health {
  const m = sae.encoderBias.length;
  const live = new Uint8Array(m);
  let active = 0;
  let rows = 0;
  for (const { activations } of parts) {
    rows += activations.rows;
    for (let i = 0; i < activations.values.length; i++) {
      if (activations.values[i] > 0) {
        active++;
        live[i % m] = 1;
      }
    }
  }
  return {
    l0: active / rows,
    live,
    dead: live.reduce((dead, alive) => dead + (alive === 0 ? 1 : 0), 0),
    explainedVariance: explainedVariance(
      sae,
      parts.map((part) => part.embeddings),
    ),
  };
}

function explainedVariance(sae: Sae, parts: readonly Matrix[]): number {
  const d = sae.decoderBias.length;
  const mean = new Float64Array(d);
  const rows = parts.reduce((sum, part) => sum + part.rows, 0);
  for (const part of parts) {
    for (let i = 0; i < part.values.length; i++) mean[i % d] += part.values[i] / rows;
  }
  let unexplained = 0;
  let variance = 0;
  for (const part of parts) {
    for (let r = 0; r < part.rows; r++) {
      const x = row(part, r);
      const reconstructed = reconstruct(sae, x);
      for (let c = 0; c < d; c++) {
        unexplained += (x[c] - reconstructed[c]) ** 2;
        variance += (x[c] - mean[c]) ** 2;
      }
    }
  }
  return variance === 0 ? 1 : 1 - unexplained / variance;
}

/** Share of rows that activate each latent. */
export function densities(activations: Matrix): Float64Array {
  const result = new Float64Array(activations.columns);
  for (let i = 0; i < activations.values.length; i++) {
    if (activations.values[i] > 0) result[i % activations.columns] += 1 / activations.rows;
  }
  return result;
}
