/** Items with planted concepts, and neurons that do or do not know of them. */
import type { Interactions, Items } from "../../src/data/dataset";
import { numberedIds } from "../../src/data/ids";
import { type Matrix, matrix } from "../../src/data/matrix";
import { type Random, seededRandom } from "../../src/data/random";

export interface PlantedItems {
  tags?: { column: string; values: string[][] }[];
  years?: (number | null)[];
  titles?: string[];
  numbers?: Items["numbers"];
  texts?: Items["texts"];
}

export function itemsWith(n: number, { tags = [], years, titles, numbers = [], texts = [] }: PlantedItems = {}): Items {
  return {
    ids: numberedIds(n, 0),
    embeddings: matrix(n, 1),
    bias: null,
    titles: titles ?? null,
    years: years ?? null,
    tags,
    numbers,
    texts,
  };
}

/** One interaction list: user u has the items that `counts` still owes. */
export function interactionsWith(counts: number[]): Interactions {
  const users = Math.max(...counts);
  const lists = Array.from({ length: users }, (_, user) =>
    Array.from(counts.keys()).filter((item) => counts[item] > user),
  );
  const offsets = new Uint32Array(users + 1);
  lists.forEach((list, user) => {
    offsets[user + 1] = offsets[user] + list.length;
  });
  return { offsets, items: Uint32Array.from(lists.flat()) };
}

/** Twelve genres with shares from 2% to 40%; an item may have several. */
export const GENRES = [0.02, 0.03, 0.04, 0.06, 0.08, 0.1, 0.12, 0.15, 0.2, 0.25, 0.3, 0.4].map((share, genre) => ({
  tag: `Genre ${genre}`,
  share,
}));

export function plantedFilms(n: number, seed: number) {
  const random = seededRandom(seed);
  const genres = Array.from({ length: n }, () =>
    GENRES.filter(({ share }) => random.uniform() < share).map(({ tag }) => tag),
  );
  const years = Array.from({ length: n }, () => (random.uniform() < 0.1 ? null : 1930 + random.integer(80)));
  const counts = Array.from({ length: n }, () => Math.floor(300 * random.uniform() ** 4));
  const items = itemsWith(n, { tags: [{ column: "genres", values: genres }], years });
  return { items, interactions: interactionsWith(counts), counts, random };
}

/** Per item, 1 where it bears the concept. */
export function flags({ bearers, rows }: { bearers: Uint32Array; rows: number }): Uint8Array {
  const result = new Uint8Array(rows);
  for (const row of bearers) result[row] = 1;
  return result;
}

/** ReLU of noise, plus `strength` where the neuron's concept is present. */
export function neuronsFor(random: Random, concepts: ArrayLike<number>[], strength: number, n: number): Matrix {
  const activations = matrix(n, concepts.length);
  for (let item = 0; item < n; item++) {
    concepts.forEach((bears, neuron) => {
      const drive = strength * bears[item] + random.normal() - 1;
      activations.values[item * concepts.length + neuron] = Math.max(0, drive);
    });
  }
  return activations;
}
