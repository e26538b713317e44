/** `layer` standardisation: each row minus its mean, over its standard deviation. */
import { type Matrix, row } from "../data/matrix";

/** Added to the standard deviation, as SAELens does in its `layer_norm` mode. */
export const STANDARDISATION_EPSILON = 1e-5;

export interface Standardised {
  values: Float64Array;
  mean: number;
  /** Unbiased standard deviation plus epsilon: what values were divided by. */
  scale: number;
}

/** A constant row becomes zeros. */
export function standardised(x: ArrayLike<number>): Standardised {
  const d = x.length;
  let mean = 0;
  for (let c = 0; c < d; c++) mean += x[c];
  mean /= d;
  let squares = 0;
  for (let c = 0; c < d; c++) squares += (x[c] - mean) ** 2;
  const scale = Math.sqrt(squares / Math.max(1, d - 1)) + STANDARDISATION_EPSILON;
  const values = new Float64Array(d);
  for (let c = 0; c < d; c++) values[c] = (x[c] - mean) / scale;
  return { values, mean, scale };
}

/**
 * Rows [from, to) of a matrix, standardised.
 *
 * @returns values row-major [to - from, d], and the scale of each row
 */
export function standardisedRows(of: Matrix, from = 0, to = of.rows): { values: Float32Array; scale: Float32Array } {
  const values = new Float32Array((to - from) * of.columns);
  const scale = new Float32Array(to - from);
  for (let r = from; r < to; r++) {
    const result = standardised(row(of, r));
    values.set(result.values, (r - from) * of.columns);
    scale[r - from] = result.scale;
  }
  return { values, scale };
}
