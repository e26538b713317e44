/** A world in which everything can be counted: one dimension and one neuron for each of three genres. */
import { conceptCandidates } from "../../src/concepts/candidates";
import { listedIds } from "../../src/data/ids";
import { matrix } from "../../src/data/matrix";
import type { NeuronLabel } from "../../src/protocol/artifact";
import { dotRecommender } from "../../src/recommender/dot-and-cosine";
import type { Sae } from "../../src/sae/model";
import { type SteeringContext, steeringContext } from "../../src/steering/context";
import { minimalManifest } from "../minimal-manifest";
import { labelOf } from "./random-context";

export const GENRES = ["Horror", "Crime", "Drama"] as const;
export const PER_GENRE = 20;
/** Neuron n is the genre n; this one does nothing. */
export const DEAD = 3;

/**
 * Item n has genre floor(n / 20) and lies on its axis; within a genre the first are the longest, so that they rank first.
 * Every user likes the genres as `tastes` says; user n has seen items n, n + 20 and n + 40, and four more of the first genre.
 */
export function plantedContext(tastes: readonly (readonly number[])[]): SteeringContext {
  const items = GENRES.length * PER_GENRE;
  const embeddings = matrix(items, GENRES.length);
  for (let item = 0; item < items; item++) {
    embeddings.values[item * GENRES.length + Math.floor(item / PER_GENRE)] = 2 - (item % PER_GENRE) / PER_GENRE;
  }
  const users = matrix(tastes.length, GENRES.length, Float32Array.from(tastes.flat()));
  const identity = new Float32Array(GENRES.length * (GENRES.length + 1));
  for (let c = 0; c < GENRES.length; c++) identity[c * (GENRES.length + 1) + c] = 1;
  const decoder = new Float32Array((GENRES.length + 1) * GENRES.length);
  for (let c = 0; c < GENRES.length; c++) decoder[c * GENRES.length + c] = 1;
  const encoderBias = Float32Array.from([0, 0, 0, -1]);
  const sae: Sae = {
    encoderWeights: matrix(GENRES.length, GENRES.length + 1, identity),
    encoderBias,
    decoderWeights: matrix(GENRES.length + 1, GENRES.length, decoder),
    decoderBias: new Float32Array(GENRES.length),
    activation: { kind: "relu" },
    normalisation: "none",
    settings: null,
  };
  const seen = tastes.map((_, user) => [0, 1, 2, 3, 4].map((n) => (user + n) % PER_GENRE).sort((a, b) => a - b));
  const dataset = {
    manifest: minimalManifest("planted"),
    folder: "planted",
    users: {
      ids: listedIds(tastes.map((_, user) => `u${user}`)),
      embeddings: users,
      bias: null,
      attributes: [],
    },
    items: {
      ids: listedIds(Array.from({ length: items }, (_, item) => `i${item}`)),
      embeddings,
      bias: null,
      titles: Array.from({ length: items }, (_, item) => `${GENRES[Math.floor(item / PER_GENRE)]} ${item % PER_GENRE}`),
      years: null,
      tags: [
        {
          column: "genres",
          values: Array.from({ length: items }, (_, item) => [GENRES[Math.floor(item / PER_GENRE)]]),
        },
      ],
      numbers: [],
      texts: [],
    },
    interactions: {
      offsets: Uint32Array.from([0, ...seen.map((_, user) => 5 * (user + 1))]),
      items: Uint32Array.from(seen.flat()),
    },
    warnings: [],
  };
  const labels = Array.from({ length: GENRES.length + 1 }, (_, neuron): NeuronLabel => {
    if (neuron === DEAD) return { ...labelOf(neuron, false), label: "dead", kind: "dead" };
    const named = labelOf(neuron, true);
    const label = GENRES[neuron];
    return { ...named, label, evidence: { ...named.evidence!, concept: `tag:genres:${label}`, label } };
  });
  return steeringContext({
    dataset,
    sae,
    recommender: dotRecommender(dataset.users),
    labels,
    concepts: conceptCandidates(dataset.items, dataset.interactions),
    seed: 1,
    usersWhere: async () => new Uint32Array(0),
  });
}
