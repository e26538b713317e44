/** Small SAEs and data for tests of the SAE folder and those built on it. */
import type { Dataset } from "../../src/data/dataset";
import { listedIds } from "../../src/data/ids";
import { byUser } from "../../src/data/interactions-file";
import { type Matrix, matrix } from "../../src/data/matrix";
import { type Random, seededRandom } from "../../src/data/random";
import { type Activation, type Sae, saeFromTiedWeights } from "../../src/sae/model";
import type { Normalisation } from "../../src/sae/standardise";
import { minimalManifest } from "../minimal-manifest";
import { completeSettings } from "./settings";

export function randomMatrix(rows: number, columns: number, random: Random, deviation = 1): Matrix {
  return matrix(
    rows,
    columns,
    Float32Array.from({ length: rows * columns }, () => deviation * random.normal()),
  );
}

/** One way for an SAE to compute. */
export interface SaeVariant {
  activation: Activation["kind"];
  normalisation: Normalisation;
  tied: boolean;
}

/** Every way there is. */
export const SAE_VARIANTS: SaeVariant[] = (["relu", "topk", "jumprelu"] as const).flatMap((activation) =>
  (["none", "layer", "norm"] as const).flatMap((normalisation) =>
    [true, false].map((tied) => ({ activation, normalisation, tied })),
  ),
);

export function variantName({ activation, normalisation, tied }: SaeVariant): string {
  return `${tied ? "tied" : "untied"} ${activation}, normalisation ${normalisation}`;
}

/** Top-k keeps a third of the neurons; some thresholds of jumprelu are below 0. */
export function randomActivation(kind: Activation["kind"], latents: number, random: Random): Activation {
  switch (kind) {
    case "relu":
      return { kind };
    case "topk":
      return { kind, k: Math.ceil(latents / 3) };
    case "jumprelu":
      return { kind, thresholds: randomMatrix(1, latents, random, 0.5).values };
  }
}

export function randomSae(
  dimensions: number,
  latents: number,
  seed = 1,
  { activation = "relu", normalisation = "layer", tied = true }: Partial<SaeVariant> = {},
): Sae {
  const random = seededRandom(seed);
  const encoderWeights = randomMatrix(dimensions, latents, random);
  const sae = saeFromTiedWeights(
    encoderWeights,
    randomMatrix(1, latents, random).values,
    randomMatrix(1, dimensions, random).values,
    {
      activation: randomActivation(activation, latents, random),
      normalisation,
      settings: completeSettings({ latents, activation, k: Math.ceil(latents / 3), tied }),
    },
  );
  return tied ? sae : { ...sae, decoderWeights: randomMatrix(latents, dimensions, random) };
}

/** Most tests change embeddings, or look at all of them. */
export type DatasetInMemory = Dataset & { users: { embeddings: Matrix }; items: { embeddings: Matrix } };

/** Users who like items near them, without tables. */
export function randomDataset(users: number, items: number, dimensions: number, seed = 1): DatasetInMemory {
  const random = seededRandom(seed);
  const names = (prefix: string, count: number) => Array.from({ length: count }, (_, i) => `${prefix}${i}`);
  const entities = (prefix: string, count: number) => ({
    ids: listedIds(names(prefix, count)),
    embeddings: randomMatrix(count, dimensions, random),
    bias: null,
  });
  const pairs = Array.from({ length: users * 6 }, (_, i) => [Math.floor(i / 6), (i * 7) % items]);
  return {
    manifest: minimalManifest("random"),
    folder: "random",
    users: { ...entities("u", users), attributes: [] },
    items: {
      ...entities("i", items),
      titles: names("Item ", items),
      years: null,
      tags: [],
      numbers: [],
      texts: [],
    },
    interactions: byUser(
      pairs.map(([user]) => user),
      pairs.map(([, item]) => item),
      users,
    ),
    warnings: [],
  };
}
