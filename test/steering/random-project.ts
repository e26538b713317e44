/** Small projects made of random numbers: an SAE, users, items, biases and interactions that fit together. */

import type { Dataset, Interactions } from "../../src/data/dataset";
import { type Matrix, matrix, transposed } from "../../src/data/matrix";
import { type Random, seededRandom } from "../../src/data/random";
import type { Edit } from "../../src/protocol/steering";
import type { Sae } from "../../src/sae/model";
import { minimalManifest } from "../minimal-manifest";

export interface Shape {
  users: number;
  items: number;
  dimensions: number;
  latents: number;
  tied?: boolean;
  biased?: boolean;
}

export function randomMatrix(random: Random, rows: number, columns: number, deviation = 1): Matrix {
  return matrix(
    rows,
    columns,
    Float32Array.from({ length: rows * columns }, () => deviation * random.normal()),
  );
}

export function randomSae(random: Random, { dimensions, latents, tied = true }: Shape): Sae {
  const encoderWeights = randomMatrix(random, dimensions, latents, 0.4);
  return {
    encoderWeights,
    encoderBias: randomMatrix(random, 1, latents, 0.3).values,
    decoderWeights: tied ? transposed(encoderWeights) : randomMatrix(random, latents, dimensions, 0.4),
    decoderBias: randomMatrix(random, 1, dimensions, 0.2).values,
    settings: {
      latents,
      epochs: 1,
      batch: 2,
      learningRate: 0.001,
      predictionWeight: 1,
      reconstructionWeight: 0.1,
      klWeight: 0.01,
      seed: 0,
    },
  };
}

function ids(n: number, prefix: string) {
  const names = Array.from({ length: n }, (_, row) => `${prefix}${row}`);
  return { ids: names, rowOfId: new Map(names.map((id, row) => [id, row])) };
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

export function randomDataset(random: Random, { users, items, dimensions, biased = true }: Shape): Dataset {
  const bias = (n: number) => (biased ? randomMatrix(random, 1, n, 0.5).values : null);
  return {
    manifest: minimalManifest("random"),
    folder: "random",
    users: {
      ...ids(users, "u"),
      embeddings: randomMatrix(random, users, dimensions),
      bias: bias(users),
      attributes: [],
    },
    items: {
      ...ids(items, "i"),
      embeddings: randomMatrix(random, items, dimensions),
      bias: bias(items),
      titles: Array.from({ length: items }, (_, item) => `Title ${item}`),
      years: Array.from({ length: items }, (_, item) => 1950 + (item % 60)),
      tags: [
        {
          column: "genres",
          values: Array.from({ length: items }, (_, item) => (item % 3 === 0 ? ["Horror"] : ["Drama", "War"])),
        },
      ],
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
