/** Revival of dead neurons by pointing them at rows that are badly reconstructed (Bricken et al. 2023). */
import { type Rows, row } from "../data/matrix";
import { derivedSeed, seededRandom } from "../data/random";
import type { SaeSettings } from "../protocol/manifest";
import { decodeStandardised, encodeStandardised, type Sae } from "./model";
import { type ParameterName, partsOf } from "./parameters";
import { standardised } from "./standardise";

/** Length of a revived encoder column, beside that of the live ones. */
const REVIVED_LENGTH = 0.2;
/** Rows that a badly reconstructed one is chosen from. */
const CANDIDATES = 2_000;

export interface OptimiserVectors {
  parameters: Float32Array;
  firstMoment: Float32Array;
  secondMoment: Float32Array;
}

/**
 * Overwrites weights of dead neurons: the encoder column, and an untied decoder row, become the direction of a row drawn
 * by its squared error; the bias 0; Adam forgets what it knew of them.
 *
 * @param live per neuron, 1 where it is active on some row
 * @param rows original embeddings to choose from
 * @returns how many neurons were revived
 */
export function resampleDead(
  vectors: OptimiserVectors,
  sae: Sae,
  live: Uint8Array,
  rows: Rows,
  settings: SaeSettings,
  step: number,
): number {
  const dead = Array.from(live.keys()).filter((neuron) => live[neuron] === 0);
  if (dead.length === 0 || rows.rows === 0) return 0;
  const random = seededRandom(derivedSeed(settings.seed, `resample ${step}`));
  const candidates = Array.from({ length: Math.min(CANDIDATES, rows.rows) }, () => random.integer(rows.rows));
  const cumulative = new Float64Array(candidates.length);
  let sum = 0;
  candidates.forEach((candidate, index) => {
    sum += squaredError(sae, row(rows, candidate)) ** 2;
    cumulative[index] = sum;
  });
  if (!(sum > 0)) return 0;

  const d = rows.columns;
  const m = settings.latents;
  const length = REVIVED_LENGTH * meanLiveLength(sae, live);
  const part = (vector: Float32Array) => partsOf(vector, d, settings);
  const write = (name: ParameterName, index: number, value: number) => {
    part(vectors.parameters)(name)[index] = value;
    part(vectors.firstMoment)(name)[index] = 0;
    part(vectors.secondMoment)(name)[index] = 0;
  };
  for (const neuron of dead) {
    const drawn = random.uniform() * sum;
    const chosen =
      candidates[
        Math.min(
          candidates.length - 1,
          cumulative.findIndex((total) => total > drawn),
        )
      ];
    const direction = unit(
      standardised(row(rows, chosen), sae.normalisation).values.map((value, c) => value - sae.decoderBias[c]),
    );
    for (let c = 0; c < d; c++) {
      write("encoderWeights", c * m + neuron, length * direction[c]);
      if (!settings.tied) write("decoderWeights", neuron * d + c, direction[c]);
    }
    write("encoderBias", neuron, 0);
  }
  return dead.length;
}

function squaredError(sae: Sae, x: ArrayLike<number>): number {
  const { values } = standardised(x, sae.normalisation);
  const decoded = decodeStandardised(sae, encodeStandardised(sae, values));
  return decoded.reduce((sum, value, c) => sum + (value - values[c]) ** 2, 0);
}

/** Mean length of the live neurons' encoder columns; 1 where none is live. */
function meanLiveLength({ encoderWeights: { rows: d, columns: m, values } }: Sae, live: Uint8Array): number {
  let sum = 0;
  let count = 0;
  for (let neuron = 0; neuron < m; neuron++) {
    if (live[neuron] === 0) continue;
    let squares = 0;
    for (let c = 0; c < d; c++) squares += values[c * m + neuron] ** 2;
    sum += Math.sqrt(squares);
    count++;
  }
  return count === 0 ? 1 : sum / count;
}

function unit(x: Float64Array): Float64Array {
  const norm = Math.hypot(...x);
  return norm === 0 ? x : x.map((value) => value / norm);
}
