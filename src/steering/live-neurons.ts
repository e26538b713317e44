/** Neurons that do anything at all. */
import type { SteeringContext } from "./context";

/** Those that are not labelled as dead, ascending; all where there are no labels. */
export function liveNeurons({ labels, sae }: Pick<SteeringContext, "labels" | "sae">): number[] {
  return Array.from(sae.encoderBias.keys()).filter((neuron) => labels[neuron]?.kind !== "dead");
}
