/** Steering one user: from edited latents back to a user vector, in double precision throughout. */
import type { Edit, SteeringMode } from "../protocol/steering";
import { encodeStandardised, type Sae } from "../sae/model";
import { standardised } from "../sae/standardise";
import { editedLatents } from "./edits";

/** A steered row and the latent activations on the way. */
export interface Steered {
  /** x', d values. */
  vector: Float64Array;
  /** z, m values. */
  before: Float64Array;
  /** z', m values. */
  after: Float64Array;
  /** What a change of the latents is multiplied by on its way to the row. */
  scale: number;
}

/**
 * Applies edits to one row.
 *
 *  - `delta`: x' = x + scale (z' - z) W_dec. What the SAE does not explain stays, and edits that change nothing leave x
 *    as it is, to the bit.
 *  - `reconstruct`: x' = scale (z' W_dec + b_dec) + mean. Adds the SAE's reconstruction error even without edits.
 *
 * @param x user embedding, d values
 * @throws RecPrismError "config-invalid" for an edit that this SAE cannot carry out
 */
export function steered(sae: Sae, x: ArrayLike<number>, edits: readonly Edit[], mode: SteeringMode): Steered {
  const { values, mean, scale } = standardised(x, sae.normalisation);
  const before = encodeStandardised(sae, values);
  const after = editedLatents(before, edits);
  const vector = mode === "delta" ? shifted(sae, x, scale, before, after) : decoded(sae, after, mean, scale);
  return { vector, before, after, scale };
}

/** x' alone; see `steered`. */
export function steeredVector(
  sae: Sae,
  x: ArrayLike<number>,
  edits: readonly Edit[],
  mode: SteeringMode,
): Float64Array {
  return steered(sae, x, edits, mode).vector;
}

function shifted(
  sae: Sae,
  x: ArrayLike<number>,
  scale: number,
  before: Float64Array,
  after: Float64Array,
): Float64Array {
  const difference = new Float64Array(before.length);
  for (let k = 0; k < before.length; k++) difference[k] = after[k] - before[k];
  const vector = Float64Array.from(x);
  if (difference.every((change) => change === 0)) return vector;
  const change = timesDecoder(sae, difference);
  for (let c = 0; c < vector.length; c++) vector[c] += scale * change[c];
  return vector;
}

function decoded(sae: Sae, z: Float64Array, mean: number, scale: number): Float64Array {
  const vector = timesDecoder(sae, z);
  for (let c = 0; c < vector.length; c++) vector[c] = scale * (vector[c] + sae.decoderBias[c]) + mean;
  return vector;
}

/** z W_dec, d values; zeros in z cost nothing. */
function timesDecoder(sae: Sae, z: Float64Array): Float64Array {
  const { columns, values } = sae.decoderWeights;
  const sum = new Float64Array(columns);
  for (let k = 0; k < z.length; k++) {
    if (z[k] === 0) continue;
    const start = k * columns;
    for (let c = 0; c < columns; c++) sum[c] += z[k] * values[start + c];
  }
  return sum;
}
