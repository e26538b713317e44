/** A random SAE: one that was never trained, to show what training adds. */
import { type Matrix, matrix, transposed } from "../data/matrix";
import { derivedSeed, seededRandom } from "../data/random";
import type { Activation, Sae } from "./model";
import { unitRows } from "./monosemanticity";

/**
 * An SAE of the same shape, activation and normalisation with the weights that training starts from, of another seed:
 * encoder uniform in +-1/sqrt(d), the decoder its transpose (with rows of unit norm where untied), biases 0. Where
 * embeddings are not standardised row by row, b_dec is the mean row, so that random directions start at its centre.
 *
 * Thresholds of JumpReLU mean nothing without the weights they were learned with: there the random SAE keeps as many
 * latents a row as the trained one does on average.
 *
 * @param l0 mean number of active latents of the trained SAE
 * @param embeddings users and items, for the mean row
 */
export function randomSae(sae: Sae, l0: number, embeddings: readonly Matrix[], seed: number): Sae {
  const { rows: d, columns: m } = sae.encoderWeights;
  const random = seededRandom(derivedSeed(seed, "random SAE"));
  const bound = 1 / Math.sqrt(d);
  const encoderWeights = matrix(
    d,
    m,
    Float32Array.from({ length: d * m }, () => bound * (2 * random.uniform() - 1)),
  );
  const decoderWeights = transposed(encoderWeights);
  const activation: Activation =
    sae.activation.kind === "jumprelu" ? { kind: "topk", k: Math.min(m, Math.max(1, Math.round(l0))) } : sae.activation;
  return {
    encoderWeights,
    encoderBias: new Float32Array(m),
    decoderWeights: sae.settings?.tied ? decoderWeights : unitRows(decoderWeights),
    decoderBias: isCentred(sae) ? meanRow(embeddings, d) : new Float32Array(d),
    activation,
    normalisation: sae.normalisation,
    settings: null,
  };
}

function isCentred({ settings, normalisation }: Sae): boolean {
  return settings === null ? normalisation === "none" : settings.standardisation === "center";
}

function meanRow(parts: readonly Matrix[], columns: number): Float32Array {
  const rows = parts.reduce((count, part) => count + part.rows, 0);
  const sums = new Float64Array(columns);
  for (const { values } of parts) for (let i = 0; i < values.length; i++) sums[i % columns] += values[i];
  return Float32Array.from(sums, (sum) => (rows === 0 ? 0 : sum / rows));
}
