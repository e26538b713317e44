/** The sparse autoencoder itself: weights, and encoding and decoding single rows in double precision. */
import { type Matrix, transposed } from "../data/matrix";
import type { SaeSettings } from "../protocol/manifest";
import { activated } from "./activation";
import { type Normalisation, type Standardised, standardised } from "./standardise";

/**
 * What turns pre-activations into activations.
 *
 *  - `relu`: max(x, 0)
 *  - `topk`: the k largest of the row, where positive; 0 elsewhere
 *  - `jumprelu`: x where it is above the neuron's threshold (at least 0), else 0. Batch-top-k training ends in this form.
 */
export type Activation =
  | { kind: "relu" }
  | { kind: "topk"; k: number }
  | { kind: "jumprelu"; thresholds: Float32Array };

/** d dimensions, m latents (neurons). */
export interface Sae {
  /** W_enc, d x m. */
  encoderWeights: Matrix;
  /** b_enc, m. */
  encoderBias: Float32Array;
  /** W_dec, m x d. */
  decoderWeights: Matrix;
  /** b_dec, d; also subtracted from the encoder's input. */
  decoderBias: Float32Array;
  activation: Activation;
  /** What is done to a row before encoding and undone after decoding. Centring is part of b_dec. */
  normalisation: Normalisation;
  /** How it was trained; null for one that was trained elsewhere. */
  settings: SaeSettings | null;
}

/** An SAE whose decoder is the transposed encoder. */
export function saeFromTiedWeights(
  encoderWeights: Matrix,
  encoderBias: Float32Array,
  decoderBias: Float32Array,
  how: Pick<Sae, "activation" | "normalisation" | "settings">,
): Sae {
  return { encoderWeights, encoderBias, decoderWeights: transposed(encoderWeights), decoderBias, ...how };
}

/** z = act((x~ - b_dec) W_enc + b_enc), m values. */
export function encodeStandardised(sae: Sae, x: Float64Array): Float64Array {
  const m = sae.encoderBias.length;
  const z = Float64Array.from(sae.encoderBias);
  const weights = sae.encoderWeights.values;
  for (let c = 0; c < x.length; c++) {
    const centred = x[c] - sae.decoderBias[c];
    const start = c * m;
    for (let k = 0; k < m; k++) z[k] += centred * weights[start + k];
  }
  return activated(sae.activation, z);
}

export function encode(sae: Sae, x: ArrayLike<number>): Float64Array {
  return encodeStandardised(sae, standardised(x, sae.normalisation).values);
}

/** x~^ = z W_dec + b_dec, still standardised. */
export function decodeStandardised(sae: Sae, z: ArrayLike<number>): Float64Array {
  const d = sae.decoderBias.length;
  const x = Float64Array.from(sae.decoderBias);
  const weights = sae.decoderWeights.values;
  for (let k = 0; k < z.length; k++) {
    if (z[k] === 0) continue;
    for (let c = 0; c < d; c++) x[c] += z[k] * weights[k * d + c];
  }
  return x;
}

/** x^ = decode(z) back on the scale of the original row. */
export function decode(
  sae: Sae,
  z: ArrayLike<number>,
  { mean, scale }: Pick<Standardised, "mean" | "scale">,
): Float64Array {
  return decodeStandardised(sae, z).map((value) => value * scale + mean);
}

/** x^ = decode(encode(x)). */
export function reconstruct(sae: Sae, x: ArrayLike<number>): Float64Array {
  const { values, mean, scale } = standardised(x, sae.normalisation);
  return decode(sae, encodeStandardised(sae, values), { mean, scale });
}
