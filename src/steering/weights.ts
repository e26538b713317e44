/** The part of an SAE that a steering config needs: what exported code has to carry along. */
import { column, row } from "../data/matrix";
import type { SteeringConfig } from "../protocol/steering";
import type { Activation, Sae } from "../sae/model";
import { type Normalisation, STANDARDISATION_EPSILON } from "../sae/standardise";
import { checkEdits } from "./edits";

export interface SteeringWeights {
  /** d */
  dimensions: number;
  normalisation: Normalisation;
  /** Added to the standard deviation that a user embedding is divided by under `layer`. */
  epsilon: number;
  /** Ascending: the edited ones in delta mode, all in reconstruct mode. */
  neurons: number[];
  /** Row of W_dec of each of `neurons`. */
  decoder: Float32Array[];
  /** b_dec, d values. */
  decoderBias: Float32Array;
  /** Neurons to encode, ascending: `neurons`, or all where the k largest are to be found among them. */
  encoded: number[];
  /** Column of W_enc, and b_enc, of each of `encoded`. */
  encoder: Float32Array[];
  encoderBias: number[];
  /** Thresholds are of `encoded`, and at least 0. */
  activation: Activation;
  /** Every decoder row equals its neuron's encoder column. */
  tied: boolean;
}

/** @throws RecPrismError "config-invalid" for an edit that this SAE cannot carry out */
export function steeringWeights(sae: Sae, { mode, rules }: SteeringConfig): SteeringWeights {
  const latents = sae.encoderBias.length;
  rules.forEach(({ edits }, rule) => {
    checkEdits(edits, latents, { key: `rules[${rule}].edits` });
  });
  const all = Array.from(sae.encoderBias.keys());
  const edited = new Set(rules.flatMap(({ edits }) => edits.map(({ neuron }) => neuron)));
  const neurons = mode === "reconstruct" ? all : all.filter((neuron) => edited.has(neuron));
  const encoded = sae.activation.kind === "topk" && neurons.length > 0 ? all : neurons;
  const decoder = neurons.map((neuron) => row(sae.decoderWeights, neuron));
  return {
    dimensions: sae.decoderBias.length,
    normalisation: sae.normalisation,
    epsilon: STANDARDISATION_EPSILON,
    neurons,
    decoder,
    decoderBias: sae.decoderBias,
    encoded,
    encoder: encoded.map((neuron) => column(sae.encoderWeights, neuron)),
    encoderBias: encoded.map((neuron) => sae.encoderBias[neuron]),
    activation: activationOf(sae.activation, encoded),
    tied: neurons.every((neuron, j) =>
      column(sae.encoderWeights, neuron).every((weight, c) => weight === decoder[j][c]),
    ),
  };
}

function activationOf(activation: Activation, neurons: number[]): Activation {
  if (activation.kind !== "jumprelu") return activation;
  return { kind: "jumprelu", thresholds: Float32Array.from(neurons, (k) => Math.max(0, activation.thresholds[k])) };
}
