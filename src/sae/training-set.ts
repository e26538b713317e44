/** Which users and which pairs an SAE is trained on, and which users are kept aside to measure it. */
import { type Dataset, type Interactions, itemsOfUser } from "../data/dataset";
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

/** How many pairs `trainingPairs` gives, without making them. */
export function countTrainingPairs(dataset: Dataset, seed: number): number {
  const { interactions, users, items } = dataset;
  const held = heldOutUsers(users.ids.length, seed);
  if (interactions === null) return randomPairCount(users.ids.length - held.length, items.ids.length);
  const { offsets } = interactions;
  return held.reduce((count, user) => count - (offsets[user + 1] - offsets[user]), interactions.items.length);
}

/** The interactions of the training users; without interactions, random users with random items. */
export function trainingPairs(dataset: Dataset, seed: number): TrainPairs {
  const isHeldOut = new Uint8Array(dataset.users.ids.length);
  for (const user of heldOutUsers(isHeldOut.length, seed)) isHeldOut[user] = 1;
  const trainable = Uint32Array.from(isHeldOut.keys()).filter((user) => isHeldOut[user] === 0);
  const count = countTrainingPairs(dataset, seed);
  return dataset.interactions === null
    ? randomPairs(trainable, dataset.items.ids.length, count, seed)
    : observedPairs(dataset.interactions, trainable, count);
}

function observedPairs(interactions: Interactions, trainable: Uint32Array, count: number): TrainPairs {
  const pairs = { users: new Uint32Array(count), items: new Uint32Array(count) };
  let next = 0;
  for (const user of trainable) {
    const items = itemsOfUser(interactions, user);
    pairs.users.fill(user, next, next + items.length);
    pairs.items.set(items, next);
    next += items.length;
  }
  return pairs;
}

function randomPairCount(users: number, items: number): number {
  return RANDOM_PAIRS_PER_ROW * Math.max(users, items);
}

function randomPairs(trainable: Uint32Array, items: number, count: number, seed: number): TrainPairs {
  const random = seededRandom(derivedSeed(seed, "random pairs"));
  return {
    users: Uint32Array.from({ length: count }, () => trainable[random.integer(trainable.length)]),
    items: Uint32Array.from({ length: count }, () => random.integer(items)),
  };
}
