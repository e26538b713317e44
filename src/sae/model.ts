/** The sparse autoencoder itself: weights, and encoding and decoding single rows in double precision. */
import { type Matrix, transposed } from "../data/matrix";
import type { SaeSettings } from "../protocol/manifest";
import { type Standardised, standardised } from "./standardise";

/** ReLU SAE with `layer` standardisation; d dimensions, m latents (neurons). */
export interface Sae {
  /** W_enc, d x m. */
  encoderWeights: Matrix;
  /** b_enc, m. */
  encoderBias: Float32Array;
  /** W_dec, m x d. */
  decoderWeights: Matrix;
  /** b_dec, d; also subtracted from the encoder's input. */
  decoderBias: Float32Array;
  settings: SaeSettings;
}

/** An SAE whose decoder is the transposed encoder. */
export function saeFromTiedWeights(
  encoderWeights: Matrix,
  encoderBias: Float32Array,
  decoderBias: Float32Array,
  settings: SaeSettings,
): Sae {
  return { encoderWeights, encoderBias, decoderWeights: transposed(encoderWeights), decoderBias, settings };
}

/** z = relu((x~ - b_dec) W_enc + b_enc), m values. */
export function encodeStandardised(sae: Sae, x: Float64Array): Float64Array {
  const m = sae.encoderBias.length;
  const z = Float64Array.from(sae.encoderBias);
  const weights = sae.encoderWeights.values;
  for (let c = 0; c < x.length; c++) {
    const centred = x[c] - sae.decoderBias[c];
    const start = c * m;
    for (let k = 0; k < m; k++) z[k] += centred * weights[start + k];
  }
  for (let k = 0; k < m; k++) if (!(z[k] > 0)) z[k] = 0;
  return z;
}

export function encode(sae: Sae, x: ArrayLike<number>): Float64Array {
  return encodeStandardised(sae, standardised(x).values);
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
  const { values, mean, scale } = standardised(x);
  return decode(sae, encodeStandardised(sae, values), { mean, scale });
}
