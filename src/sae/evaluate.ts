/** Measures an SAE while it trains: cheap enough to be asked for many times. */
import { type Dataset, itemsOfUser } from "../data/dataset";
import { gatheredRows, type Matrix, matrix, row } from "../data/matrix";
import { derivedSeed, sampledRows } from "../data/random";
import { topRows } from "../recommender/ranking";
import type { Recommender } from "../recommender/recommender";
import { type Encoder, openEncoder } from "./encode";
import { decode, type Sae } from "./model";
import { rankBiasedOverlap } from "./rank-agreement";
import { standardised } from "./standardise";
import { heldOutUsers } from "./training-set";

export interface Evaluation {
  /** Mean number of active neurons a row. */
  l0: number;
  /** Per neuron, 1 where some row of those measured activates it. */
  live: Uint8Array;
  /** Mean raw RBO of top-30 lists of held-out users; null where there are none. */
  rbo: number | null;
}

const DEPTH = 30;
const MOST_USERS = 100;
const MOST_ITEMS = 20_000;
const MOST_OTHER_USERS = 5_000;

export interface Evaluator {
  /** @param sae of the same shape and kind each time */
  evaluate(sae: Sae): Promise<Evaluation>;
  release(): Promise<void>;
}

/** Chooses, by seed, what is measured on, and ranks it with the original embeddings once. */
export async function openEvaluator(dataset: Dataset, recommender: Recommender, seed: number): Promise<Evaluator> {
  const { users, items, interactions } = dataset;
  const sampled = (rows: number, most: number, what: string) =>
    sampledRows(rows, most, derivedSeed(seed, `evaluated ${what}`));
  const itemRows = sampled(items.ids.length, MOST_ITEMS, "items");
  const placeOfItem = new Map(Array.from(itemRows, (item, place) => [item, place]));
  const held = heldOutUsers(users.ids.length, seed);
  const rankedUsers = sampled(held.length, MOST_USERS, "users").map((place) => held[place]);
  const catalogue = gatheredRows(items.embeddings, itemRows);
  const bias = items.bias && Float32Array.from(itemRows, (item) => items.bias![item]);
  const userVectors = gatheredRows(users.embeddings, rankedUsers);
  const otherUsers = gatheredRows(users.embeddings, sampled(users.ids.length, MOST_OTHER_USERS, "user rows"));
  const seen = Array.from(rankedUsers, (user) =>
    Array.from(itemsOfUser(interactions, user)).flatMap((item) => placeOfItem.get(item) ?? []),
  );
  const lists = async (vectors: Matrix, embeddings: Matrix) => {
    const scorer = recommender.scorer({ embeddings, bias });
    const found: Uint32Array[] = [];
    for (const [index, user] of rankedUsers.entries()) {
      found.push(topRows(await scorer.scoreItems(row(vectors, index), user), DEPTH, seen[index]));
    }
    return found;
  };
  const before = await lists(userVectors, catalogue);
  let encoder: Encoder | null = null;

  return {
    async evaluate(sae) {
      encoder ??= await openEncoder(sae);
      const live = new Uint8Array(sae.encoderBias.length);
      let active = 0;
      const throughSae = async (rows: Matrix) => {
        const reconstructed = matrix(rows.rows, rows.columns);
        for await (const { start, activations } of encoder!.blocks(sae, rows)) {
          for (let r = 0; r < activations.rows; r++) {
            const z = row(activations, r);
            for (let neuron = 0; neuron < z.length; neuron++) {
              if (z[neuron] <= 0) continue;
              active++;
              live[neuron] = 1;
            }
            const how = standardised(row(rows, start + r), sae.normalisation);
            reconstructed.values.set(decode(sae, z, how), (start + r) * rows.columns);
          }
        }
        return reconstructed;
      };
      const items = await throughSae(catalogue);
      const users = await throughSae(userVectors);
      await throughSae(otherUsers);
      const l0 = active / (catalogue.rows + userVectors.rows + otherUsers.rows);
      if (rankedUsers.length === 0) return { l0, live, rbo: null };
      const after = await lists(users, items);
      const overlaps = before.map((list, index) => rankBiasedOverlap(list, after[index]).raw);
      return { l0, live, rbo: overlaps.reduce((sum, overlap) => sum + overlap, 0) / overlaps.length };
    },
    release: async () => encoder?.release(),
  };
}
