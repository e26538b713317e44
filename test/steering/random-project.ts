/** Small projects made of random numbers: an SAE, users, items, biases and interactions that fit together. */

import type { Interactions } from "../../src/data/dataset";
import { listedIds } from "../../src/data/ids";
import { transposed } from "../../src/data/matrix";
import { type Random, seededRandom } from "../../src/data/random";
import type { Edit } from "../../src/protocol/steering";
import type { Sae } from "../../src/sae/model";
import { minimalManifest } from "../minimal-manifest";
import { type DatasetInMemory, randomActivation, randomMatrix, type SaeVariant } from "../sae/fixtures";
import { completeSettings } from "../sae/settings";

export interface Shape extends Partial<SaeVariant> {
  users: number;
  items: number;
  dimensions: number;
  latents: number;
  biased?: boolean;
}

function randomSae(
  random: Random,
  { dimensions, latents, activation = "relu", normalisation = "layer", tied = true }: Shape,
): Sae {
  const encoderWeights = randomMatrix(dimensions, latents, random, 0.4);
  return {
    encoderWeights,
    encoderBias: randomMatrix(1, latents, random, 0.3).values,
    decoderWeights: tied ? transposed(encoderWeights) : randomMatrix(latents, dimensions, random, 0.4),
    decoderBias: randomMatrix(1, dimensions, random, 0.2).values,
    activation: randomActivation(activation, latents, random),
    normalisation,
    settings: completeSettings({ latents, activation, tied }),
  };
}

function ids(n: number, prefix: string) {
  return listedIds(Array.from({ length: n }, (_, row) => `${prefix}${row}`));
}

function randomInteractions(random: Random, users: number, items: number): Interactions {
  const lists = Array.from({ length: users }, () =>
    Array.from({ length: items }, (_, item) => item).filter(() => random.uniform() < 0.15),
  );
  const offsets = new Uint32Array(users + 1);
  lists.forEach((list, user) => {
    offsets[user + 1] = offsets[user] + list.length;
  });
  return { offsets, items: Uint32Array.from(lists.flat()) };
}

export function randomDataset(random: Random, { users, items, dimensions, biased = true }: Shape): DatasetInMemory {
  const bias = (n: number) => (biased ? randomMatrix(1, n, random, 0.5).values : null);
  return {
    manifest: minimalManifest("random"),
    folder: "random",
    users: {
      ids: ids(users, "u"),
      embeddings: randomMatrix(users, dimensions, random),
      bias: bias(users),
      attributes: [],
    },
    items: {
      ids: ids(items, "i"),
      embeddings: randomMatrix(items, dimensions, random),
      bias: bias(items),
      titles: Array.from({ length: items }, (_, item) => `Title ${item}`),
      years: Array.from({ length: items }, (_, item) => 1950 + (item % 60)),
      tags: [
        {
          column: "genres",
          values: Array.from({ length: items }, (_, item) => (item % 3 === 0 ? ["Horror"] : ["Drama", "War"])),
        },
      ],
      numbers: [],
      texts: [],
    },
    interactions: randomInteractions(random, users, items),
    warnings: [],
  };
}

export function randomProject(seed: number, shape: Shape) {
  const random = seededRandom(seed);
  return { random, sae: randomSae(random, shape), dataset: randomDataset(random, shape) };
}

export function randomEdits(random: Random, latents: number, count: number): Edit[] {
  return Array.from({ length: count }, (): Edit => {
    const neuron = random.integer(latents);
    const value = 2 * random.normal();
    const edits: Edit[] = [
      { neuron, operation: "suppress" },
      { neuron, operation: "scale", value },
      { neuron, operation: "set", value },
      { neuron, operation: "add", value, label: `concept ${neuron}` },
    ];
    return edits[random.integer(edits.length)];
  });
}
