/** The trained tensors of an SAE as one vector, which a step then updates as one tensor. */
import { type Matrix, matrix } from "../data/matrix";
import { derivedSeed, seededRandom } from "../data/random";
import { elementCount } from "../graph/value";
import type { SaeSettings } from "../protocol/manifest";
import { type Activation, type Sae, saeFromTiedWeights } from "./model";
import type { Normalisation } from "./standardise";

export type ParameterName =
  | "encoderWeights"
  | "encoderBias"
  | "decoderBias"
  /** Untied SAEs: [m, d], rows of unit norm. */
  | "decoderWeights"
  /** JumpReLU: logarithm of each neuron's threshold, so that it stays positive. */
  | "logThresholds";

/** Where a tensor lies in the vector. */
export interface ParameterPlace {
  name: ParameterName;
  shape: number[];
  start: number;
  end: number;
}

/** Thresholds of JumpReLU before training, on the scale of standardised rows. */
const FIRST_THRESHOLD = 0.01;

export function parameterLayout(dimensions: number, { latents, tied, activation }: SaeSettings): ParameterPlace[] {
  const tensors: [ParameterName, number[]][] = [
    ["encoderWeights", [dimensions, latents]],
    ["encoderBias", [latents]],
    ["decoderBias", [dimensions]],
  ];
  if (!tied) tensors.push(["decoderWeights", [latents, dimensions]]);
  if (activation === "jumprelu") tensors.push(["logThresholds", [latents]]);
  let end = 0;
  return tensors.map(([name, shape]) => {
    const start = end;
    end += elementCount(shape);
    return { name, shape, start, end };
  });
}

export function parameterCount(dimensions: number, settings: SaeSettings): number {
  return parameterLayout(dimensions, settings).at(-1)!.end;
}

/** Rows are standardised one by one only under `layer`; what `center` does goes into the weights, see `Centre`. */
export function normalisationOf({ standardisation }: Pick<SaeSettings, "standardisation">): Normalisation {
  return standardisation === "layer" ? "layer" : "none";
}

/**
 * What `center` takes from every row and divides it by, so that weights of losses mean the same whatever the scale of the
 * embeddings; a mean of 0 and a scale of 1 for other standardisations.
 */
export interface Centre {
  /** d values. */
  mean: Float32Array;
  /** Root mean square of what the mean leaves over. */
  scale: number;
}

/**
 * Encoder weights uniform in +-1/sqrt(d), as a linear layer of PyTorch; an untied decoder starts as their transpose with
 * rows of unit norm; biases are zero.
 */
export function initialParameters(dimensions: number, settings: SaeSettings): Float32Array {
  const { latents } = settings;
  const random = seededRandom(derivedSeed(settings.seed, "weights"));
  const bound = 1 / Math.sqrt(dimensions);
  const parameters = new Float32Array(parameterCount(dimensions, settings));
  const part = partsOf(parameters, dimensions, settings);
  const encoder = part("encoderWeights");
  for (let i = 0; i < encoder.length; i++) encoder[i] = bound * (2 * random.uniform() - 1);
  if (!settings.tied) {
    const decoder = part("decoderWeights");
    for (let k = 0; k < latents; k++) {
      for (let c = 0; c < dimensions; c++) decoder[k * dimensions + c] = encoder[c * latents + k];
    }
    scaleRowsToUnit(matrix(latents, dimensions, decoder));
  }
  if (settings.activation === "jumprelu") part("logThresholds").fill(Math.log(FIRST_THRESHOLD));
  return parameters;
}

/** Views into the vector, by name. */
export function partsOf(
  parameters: Float32Array,
  dimensions: number,
  settings: SaeSettings,
): (name: ParameterName) => Float32Array {
  const layout = parameterLayout(dimensions, settings);
  return (name) => {
    const place = layout.find((candidate) => candidate.name === name);
    if (!place) throw new Error(`an SAE with these settings has no ${name}`);
    return parameters.subarray(place.start, place.end);
  };
}

/**
 * The SAE that a vector of parameters is, on embeddings as they are.
 *
 * With s the scale and mu the mean of the centre, s act((x - mu) / s W + b) = act((x - mu) W + s b): activations are then
 * in the unit of the embeddings, weights stay, and biases and thresholds grow by s.
 *
 * @param batchThreshold what batch-top-k lets through, learned beside the parameters; others ignore it
 */
export function saeOfParameters(
  parameters: Float32Array,
  dimensions: number,
  settings: SaeSettings,
  { mean, scale }: Centre,
  batchThreshold: number,
): Sae {
  const { latents } = settings;
  const part = partsOf(parameters, dimensions, settings);
  const copy = (name: ParameterName) => part(name).slice();
  const how = {
    activation: activationOf(settings, scale * batchThreshold, () =>
      part("logThresholds").map((logarithm) => scale * Math.exp(logarithm)),
    ),
    normalisation: normalisationOf(settings),
    settings,
  };
  const encoderWeights = matrix(dimensions, latents, copy("encoderWeights"));
  const encoderBias = part("encoderBias").map((bias) => scale * bias);
  const decoderBias = part("decoderBias").map((bias, c) => mean[c] + scale * bias);
  if (settings.tied) return saeFromTiedWeights(encoderWeights, encoderBias, decoderBias, how);
  const decoderWeights = matrix(latents, dimensions, copy("decoderWeights"));
  return { encoderWeights, encoderBias, decoderWeights, decoderBias, ...how };
}

function activationOf(
  { activation, k, latents }: SaeSettings,
  batchThreshold: number,
  thresholds: () => Float32Array,
): Activation {
  switch (activation) {
    case "relu":
      return { kind: "relu" };
    case "topk":
      return { kind: "topk", k };
    case "batchtopk":
      return { kind: "jumprelu", thresholds: new Float32Array(latents).fill(batchThreshold) };
    case "jumprelu":
      return { kind: "jumprelu", thresholds: thresholds() };
  }
}

function scaleRowsToUnit({ rows, columns, values }: Matrix): void {
  for (let r = 0; r < rows; r++) {
    const norm = Math.hypot(...values.subarray(r * columns, (r + 1) * columns)) || 1;
    for (let c = 0; c < columns; c++) values[r * columns + c] /= norm;
  }
}
