/** Small SAEs and data for tests of the SAE folder and those built on it. */

import type { Dataset } from "../../src/data/dataset";
import { byUser } from "../../src/data/interactions-file";
import { type Matrix, matrix } from "../../src/data/matrix";
import { type Random, seededRandom } from "../../src/data/random";
import type { SaeSettings } from "../../src/protocol/manifest";
import { type Sae, saeFromTiedWeights } from "../../src/sae/model";
import { minimalManifest } from "../minimal-manifest";

export const SETTINGS: SaeSettings = {
  latents: 8,
  epochs: 2,
  batch: 16,
  learningRate: 1e-2,
  predictionWeight: 1,
  reconstructionWeight: 0.1,
  klWeight: 0.01,
  seed: 1,
};

export function randomMatrix(rows: number, columns: number, random: Random): Matrix {
  return matrix(
    rows,
    columns,
    Float32Array.from({ length: rows * columns }, () => random.normal()),
  );
}

export function randomSae(dimensions: number, latents: number, seed = 1): Sae {
  const random = seededRandom(seed);
  return saeFromTiedWeights(
    randomMatrix(dimensions, latents, random),
    randomMatrix(1, latents, random).values,
    randomMatrix(1, dimensions, random).values,
    { ...SETTINGS, latents },
  );
}

/** Users who like items near them, without tables. */
export function randomDataset(users: number, items: number, dimensions: number, seed = 1): Dataset {
  const random = seededRandom(seed);
  const ids = (prefix: string, count: number) => Array.from({ length: count }, (_, i) => `${prefix}${i}`);
  const entities = (prefix: string, count: number) => {
    const names = ids(prefix, count);
    return {
      ids: names,
      rowOfId: new Map(names.map((id, index) => [id, index])),
      embeddings: randomMatrix(count, dimensions, random),
      bias: null,
    };
  };
  const pairs = Array.from({ length: users * 6 }, (_, i) => [Math.floor(i / 6), (i * 7) % items]);
  return {
    manifest: minimalManifest("random"),
    folder: "random",
    users: { ...entities("u", users), attributes: [] },
    items: { ...entities("i", items), titles: ids("Item ", items), years: new Array(items).fill(null), tags: [] },
    interactions: byUser(
      pairs.map(([user]) => user),
      pairs.map(([, item]) => item),
      users,
    ),
    warnings: [],
  };
}
