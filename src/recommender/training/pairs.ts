/** User-item pairs by their rows, and what of them is held out. */
import { allRows } from "../../data/matrix";
import { derivedSeed, seededRandom } from "../../data/random";

/** Pair n is user `users[n]` with item `items[n]`; no two are alike. */
export interface Pairs {
  users: Uint32Array;
  items: Uint32Array;
}

export interface PairSplit {
  train: Pairs;
  heldOut: Pairs;
}

/**
 * Holds out a share of the pairs: of each user the last by time, or any where there are no times. No user is left
 * without a pair to train on.
 *
 * @param times of the pairs, in any unit
 */
export function splitPairs(pairs: Pairs, times: Float64Array | null, share: number, seed: number): PairSplit {
  const { users } = pairs;
  const held = new Uint8Array(users.length);
  const left = pairsPerUser(pairs);
  const order = seededRandom(derivedSeed(seed, "held-out pairs")).shuffle(allRows(users.length));
  // Of how many pairs each user, or all users together, may be relieved.
  const byUser = times === null ? null : left.map((count) => Math.round(share * count));
  let total = Math.round(share * users.length);
  // Sorting is stable: pairs of the same time stay shuffled.
  if (times !== null) order.sort((a, b) => times[b] - times[a]);
  for (const pair of order) {
    const user = users[pair];
    if (left[user] < 2 || (byUser === null ? total : byUser[user]) === 0) continue;
    held[pair] = 1;
    left[user]--;
    if (byUser === null) total--;
    else byUser[user]--;
  }
  return { train: selected(pairs, held, 0), heldOut: selected(pairs, held, 1) };
}

function pairsPerUser({ users }: Pairs): Uint32Array {
  const counts = new Uint32Array(users.reduce((most, user) => Math.max(most, user + 1), 0));
  for (const user of users) counts[user]++;
  return counts;
}

function selected({ users, items }: Pairs, held: Uint8Array, which: 0 | 1): Pairs {
  const of = (_: number, pair: number) => held[pair] === which;
  return { users: users.filter(of), items: items.filter(of) };
}
