/** Which users and which pairs an SAE is trained on, and which users are kept aside to measure it. */
import type { Dataset } from "../data/dataset";
import { derivedSeed, seededRandom } from "../data/random";
import type { TrainPairs } from "./train";

const HELD_OUT_SHARE = 0.2;
/** Pairs per row and epoch where there are no interactions to draw from. */
const RANDOM_PAIRS_PER_ROW = 16;

/** Rows of the fifth of the users, chosen by seed, that training never sees; ascending. */
export function heldOutUsers(users: number, seed: number): Uint32Array {
  const order = Uint32Array.from({ length: users }, (_, index) => index);
  seededRandom(derivedSeed(seed, "held-out users")).shuffle(order);
  return order.slice(0, Math.floor(users * HELD_OUT_SHARE)).sort();
}

/** The interactions of the training users; without interactions, random users with random items. */
export function trainingPairs(dataset: Dataset, seed: number): TrainPairs {
  const held = new Uint8Array(dataset.users.ids.length);
  for (const user of heldOutUsers(held.length, seed)) held[user] = 1;
  return dataset.interactions === null ? randomPairs(dataset, held, seed) : observedPairs(dataset.interactions, held);
}

function observedPairs({ offsets, items }: NonNullable<Dataset["interactions"]>, held: Uint8Array): TrainPairs {
  const users = new Uint32Array(items.length);
  for (let user = 0; user < held.length; user++) users.fill(user, offsets[user], offsets[user + 1]);
  const kept = Uint32Array.from(items.keys()).filter((pair) => held[users[pair]] === 0);
  return { users: kept.map((pair) => users[pair]), items: kept.map((pair) => items[pair]) };
}

function randomPairs(dataset: Dataset, held: Uint8Array, seed: number): TrainPairs {
  const random = seededRandom(derivedSeed(seed, "random pairs"));
  const trainable = Uint32Array.from(held.keys()).filter((user) => held[user] === 0);
  const count = RANDOM_PAIRS_PER_ROW * Math.max(trainable.length, dataset.items.ids.length);
  return {
    users: Uint32Array.from({ length: count }, () => trainable[random.integer(trainable.length)]),
    items: Uint32Array.from({ length: count }, () => random.integer(dataset.items.ids.length)),
  };
}
