/** The part of an SAE that rules need: what exported code has to carry along. */
import { column, row } from "../data/matrix";
import type { Activation, Sae } from "../sae/model";
import { type Normalisation, STANDARDISATION_EPSILON } from "../sae/standardise";
import { checkEdits, checkFilters } from "./edits";
import type { ResolvedRule } from "./resolved";

export interface SteeringWeights {
  /** d */
  dimensions: number;
  normalisation: Normalisation;
  /** Added to the standard deviation that an embedding is divided by under `layer`. */
  epsilon: number;
  /** Ascending: those that are edited or filter; all of them where a rule reconstructs. */
  neurons: number[];
  /** Row of W_dec of each of `neurons`. */
  decoder: Float32Array[];
  /** b_dec, d values. */
  decoderBias: Float32Array;
  /** Neurons to encode, ascending: `neurons`, or all where the k largest are to be found among them. */
  encoded: number[];
  /** Column of W_enc, and b_enc, of each of `encoded`. */
  encoder: Float32Array[];
  encoderBias: Float32Array;
  /** Thresholds are of `encoded`, and at least 0. */
  activation: Activation;
  /** Every decoder row equals its neuron's encoder column. */
  tied: boolean;
}

/** @throws RecPrismError "config-invalid" for neurons that this SAE does not have */
export function steeringWeights(sae: Sae, rules: readonly ResolvedRule[]): SteeringWeights {
  const all = Array.from(sae.encoderBias.keys());
  checkRules(rules, all.length);
  const named = namedNeurons(rules);
  const reconstructs = rules.some(({ mode }) => mode === "reconstruct");
  const neurons = reconstructs ? all : all.filter((neuron) => named.has(neuron));
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
    encoderBias: Float32Array.from(encoded, (neuron) => sae.encoderBias[neuron]),
    activation: activationOf(sae.activation, encoded),
    tied: neurons.every((neuron, j) =>
      column(sae.encoderWeights, neuron).every((weight, c) => weight === decoder[j][c]),
    ),
  };
}

function checkRules(rules: readonly ResolvedRule[], latents: number): void {
  for (const [index, { edits, itemEdits, filters }] of rules.entries()) {
    const within = (part: string) => ({ key: `rules[${index}].${part}` });
    checkEdits(edits, latents, within("edits"));
    checkFilters(filters, latents, within("filters"));
    for (const [entry, of] of itemEdits.entries()) checkEdits(of.edits, latents, within(`items[${entry}].edits`));
  }
}

function namedNeurons(rules: readonly ResolvedRule[]): Set<number> {
  const naming = rules.flatMap(({ edits, itemEdits, filters }) => [
    ...edits,
    ...itemEdits.flatMap((entry) => entry.edits),
    ...filters,
  ]);
  return new Set(naming.map(({ neuron }) => neuron));
}

function activationOf(activation: Activation, neurons: number[]): Activation {
  if (activation.kind !== "jumprelu") return activation;
  return { kind: "jumprelu", thresholds: Float32Array.from(neurons, (k) => Math.max(0, activation.thresholds[k])) };
}
