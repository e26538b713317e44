/** Which users and which pairs an SAE is trained on, and which users are kept aside to measure it. */
import { type Dataset, type Interactions, itemsOfUser } from "../data/dataset";
import { allRows } from "../data/matrix";
import { derivedSeed, seededRandom } from "../data/random";

/** What one epoch draws its pairs from: parallel arrays of user and item rows. */
export interface TrainPairs {
  users: Uint32Array;
  items: Uint32Array;
}

const HELD_OUT_SHARE = 0.2;
/** Pairs per row and epoch where there are no interactions to draw from; an SAE needs no more to know millions of rows. */
const RANDOM_PAIRS_PER_ROW = 16;
const MOST_RANDOM_PAIRS = 4_000_000;

/** Rows of the fifth of the users, chosen by seed, that training never sees; ascending. */
export function heldOutUsers(users: number, seed: number): Uint32Array {
  const order = seededRandom(derivedSeed(seed, "held-out users")).shuffle(allRows(users));
  return order.slice(0, heldOutCount(users)).sort();
}

function heldOutCount(users: number): number {
  return Math.floor(users * HELD_OUT_SHARE);
}

/** How many pairs `trainingPairs` gives, without making them. */
export function countTrainingPairs(dataset: Dataset, seed: number): number {
  const { interactions, users, items } = dataset;
  const count = users.ids.length;
  if (interactions === null) return randomPairCount(count - heldOutCount(count), items.ids.length);
  const { offsets } = interactions;
  return heldOutUsers(count, seed).reduce(
    (count, user) => count - (offsets[user + 1] - offsets[user]),
    interactions.items.length,
  );
}

/** The interactions of the training users; without interactions, random users with random items. */
export function trainingPairs(dataset: Dataset, seed: number): TrainPairs {
  const users = dataset.users.ids.length;
  const isHeldOut = new Uint8Array(users);
  for (const user of heldOutUsers(users, seed)) isHeldOut[user] = 1;
  const trainable = allRows(users).filter((user) => isHeldOut[user] === 0);
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
  return Math.min(MOST_RANDOM_PAIRS, RANDOM_PAIRS_PER_ROW * Math.max(users, items));
}

function randomPairs(trainable: Uint32Array, items: number, count: number, seed: number): TrainPairs {
  const random = seededRandom(derivedSeed(seed, "random pairs"));
  return {
    users: Uint32Array.from({ length: count }, () => trainable[random.integer(trainable.length)]),
    items: Uint32Array.from({ length: count }, () => random.integer(items)),
  };
}
