/** The part of an SAE that a steering config needs: what exported code has to carry along. */
import { column, row } from "../data/matrix";
import type { SteeringConfig } from "../protocol/steering";
import type { Sae } from "../sae/model";
import { STANDARDISATION_EPSILON } from "../sae/standardise";
import { checkEdits } from "./edits";

export interface SteeringWeights {
  /** d */
  dimensions: number;
  /** Ascending: the edited ones in delta mode, all in reconstruct mode. Below, entry j belongs to neurons[j]. */
  neurons: number[];
  /** Column of W_enc and b_enc of each neuron. */
  encoder: Float32Array[];
  encoderBias: number[];
  /** Row of W_dec of each neuron. */
  decoder: Float32Array[];
  /** b_dec, d values. */
  decoderBias: Float32Array;
  /** Every encoder column equals its decoder row. */
  tied: boolean;
  /** Added to the standard deviation of a user embedding. */
  epsilon: number;
}

/** @throws RecPrismError "config-invalid" for an edit that this SAE cannot carry out */
export function steeringWeights(sae: Sae, { mode, rules }: SteeringConfig): SteeringWeights {
  const latents = sae.encoderBias.length;
  rules.forEach(({ edits }, rule) => {
    checkEdits(edits, latents, { key: `rules[${rule}].edits` });
  });
  const edited = new Set(rules.flatMap(({ edits }) => edits.map(({ neuron }) => neuron)));
  const neurons = Array.from(sae.encoderBias.keys()).filter((neuron) => mode === "reconstruct" || edited.has(neuron));
  const encoder = neurons.map((neuron) => column(sae.encoderWeights, neuron));
  const decoder = neurons.map((neuron) => row(sae.decoderWeights, neuron));
  return {
    dimensions: sae.decoderBias.length,
    neurons,
    encoder,
    encoderBias: neurons.map((neuron) => sae.encoderBias[neuron]),
    decoder,
    decoderBias: sae.decoderBias,
    tied: encoder.every((weights, j) => weights.every((value, c) => value === decoder[j][c])),
    epsilon: STANDARDISATION_EPSILON,
  };
}
