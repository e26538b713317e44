/** A project in which everything can be counted, opened for configs. */
import { shownLabel } from "../../src/concepts/shown-label";
import { row } from "../../src/data/matrix";
import type { ConfigProject, Watched } from "../../src/engine/config-recipes";
import type { Recipe } from "../../src/protocol/steering";
import { plantedContext } from "../steering/planted-context";
import { neuronRow } from "./labelled-neurons";

export const HASH = "0123456789abcdef0123456789abcdef";

/** Ten users who like horror most, then crime. */
const TASTES = Array.from({ length: 10 }, () => [1, 0.3, 0.1]);

export function plantedProject({ hash = HASH, tastes = TASTES } = {}): ConfigProject {
  const steering = plantedContext(tastes);
  const rows = steering.labels.map((label, neuron) =>
    neuronRow({ neuron, label: shownLabel(label).label, kind: label.kind, confidence: label.confidence }),
  );
  const artifact = { hash, sae: steering.sae, labels: { version: 2, sae: hash, neurons: steering.labels } };
  return {
    dataset: steering.dataset,
    steering,
    saeFolder: "planted/sae",
    sae: { artifact, rows },
  } as unknown as ConfigProject;
}

/** The same SAE with its neurons in another order: `order[n]` is what neuron n was. */
export function reordered(project: ConfigProject, order: readonly number[], hash: string): ConfigProject {
  const { artifact, rows } = project.sae;
  const { sae } = artifact;
  const { columns } = sae.decoderWeights;
  const decoder = { ...sae.decoderWeights, values: sae.decoderWeights.values.slice() };
  const encoder = { ...sae.encoderWeights, values: sae.encoderWeights.values.slice() };
  const m = order.length;
  for (const [now, before] of order.entries()) {
    decoder.values.set(row(sae.decoderWeights, before), now * columns);
    for (let c = 0; c < columns; c++) encoder.values[c * m + now] = sae.encoderWeights.values[c * m + before];
  }
  const moved = {
    ...sae,
    decoderWeights: decoder,
    encoderWeights: encoder,
    encoderBias: Float32Array.from(order, (before) => sae.encoderBias[before]),
  };
  const neurons = order.map((before, neuron) => ({ ...artifact.labels.neurons[before], neuron }));
  return {
    ...project,
    steering: Object.create(project.steering, {
      sae: { value: moved },
      labels: { value: neurons },
      decoderProducts: { value: (neuron: number) => project.steering.decoderProducts(order[neuron]) },
      itemActivations: { value: (neuron: number) => project.steering.itemActivations(order[neuron]) },
      userActivations: { value: (neuron: number) => project.steering.userActivations(order[neuron]) },
    }),
    sae: {
      artifact: { hash, sae: moved, labels: { version: 2, sae: hash, neurons } },
      rows: order.map((before, neuron) => ({ ...rows[before], neuron })),
    },
  } as unknown as ConfigProject;
}

export function recipe(changes: Partial<Recipe> = {}): Recipe {
  return {
    name: "Less horror",
    mode: "delta",
    audience: { kind: "everyone" },
    edits: [{ neuron: 0, operation: "suppress" }],
    items: [],
    filters: [],
    ...changes,
  };
}

export const unwatched: Watched = { pace: async () => {} };
