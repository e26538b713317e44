/** Items that a user did not choose, drawn to learn from beside those it did. */
import { byUser } from "../../data/interactions-file";
import type { Random } from "../../data/random";
import type { RecommenderSettings } from "../../protocol/recommender";
import type { Pairs } from "./pairs";

/** Draws before an item is taken though the user has it: one who has nearly all of them gets no other. */
const MOST_DRAWS = 8;

/** @returns draws an item for a user, by chance one that is not among the pairs */
export function negativeSampler(
  pairs: Pairs,
  users: number,
  items: number,
  negatives: RecommenderSettings["negatives"],
): (user: number, random: Random) => number {
  const { offsets, items: chosen } = byUser(pairs.users, pairs.items, users);
  // The item of any pair: as likely as it is popular.
  const draw = (random: Random) =>
    negatives === "uniform" ? random.integer(items) : pairs.items[random.integer(pairs.items.length)];
  const has = (user: number, item: number) => {
    let low = offsets[user];
    let high = offsets[user + 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (chosen[middle] < item) low = middle + 1;
      else high = middle;
    }
    return low < offsets[user + 1] && chosen[low] === item;
  };
  return (user, random) => {
    let item = draw(random);
    for (let again = 1; again < MOST_DRAWS && has(user, item); again++) item = draw(random);
    return item;
  };
}
