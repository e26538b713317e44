/** Normalisation of single rows before an SAE sees them, and its inverse. */
import { type Matrix, row } from "../data/matrix";

/** Added to the standard deviation that a row is divided by, though not to the one it is multiplied by, as in SAELens. */
export const STANDARDISATION_EPSILON = 1e-5;

/**
 *  - `none`: the row as it is
 *  - `layer`: minus its mean, over its standard deviation
 *  - `norm`: scaled to the length sqrt(d), SAELens' `constant_norm_rescale`
 */
export type Normalisation = "none" | "layer" | "norm";

/** x~, and what takes it back: x = x~ * scale + mean, under `layer` but for the epsilon. */
export interface Standardised {
  values: Float64Array;
  mean: number;
  scale: number;
}

/** A constant row becomes zeros under `layer`, a row of zeros stays one under `norm`. */
export function standardised(x: ArrayLike<number>, normalisation: Normalisation): Standardised {
  const { mean, scale, divisor } = moments(x, normalisation);
  const values = new Float64Array(x.length);
  for (let c = 0; c < x.length; c++) values[c] = (x[c] - mean) / divisor;
  return { values, mean, scale };
}

function moments(x: ArrayLike<number>, normalisation: Normalisation): { mean: number; scale: number; divisor: number } {
  const d = x.length;
  if (normalisation === "none") return { mean: 0, scale: 1, divisor: 1 };
  let mean = 0;
  if (normalisation === "layer") {
    for (let c = 0; c < d; c++) mean += x[c];
    mean /= d;
  }
  let squares = 0;
  for (let c = 0; c < d; c++) squares += (x[c] - mean) ** 2;
  if (normalisation === "layer") {
    const deviation = Math.sqrt(squares / Math.max(1, d - 1));
    return { mean, scale: deviation, divisor: deviation + STANDARDISATION_EPSILON };
  }
  const scale = squares === 0 ? 1 : Math.sqrt(squares / d);
  return { mean, scale, divisor: scale };
}

/** @returns values row-major, as many as those of the matrix, and mean and scale of each row */
export function standardisedRows(
  of: Matrix,
  normalisation: Normalisation,
): { values: Float32Array; mean: Float32Array; scale: Float32Array } {
  const d = of.columns;
  const values = new Float32Array(of.rows * d);
  const mean = new Float32Array(of.rows);
  const scale = new Float32Array(of.rows);
  for (let r = 0; r < of.rows; r++) {
    const x = row(of, r);
    const found = moments(x, normalisation);
    const start = r * d;
    for (let c = 0; c < d; c++) values[start + c] = (x[c] - found.mean) / found.divisor;
    mean[r] = found.mean;
    scale[r] = found.scale;
  }
  return { values, mean, scale };
}
