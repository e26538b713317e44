/** Users of two tastes: nine of ten items that a user chose are of its own. */
import { seededRandom } from "../../../src/data/random";
import type { Pairs } from "../../../src/recommender/training/pairs";

export const PLANTED_USERS = 120;
export const PLANTED_ITEMS = 80;
const ITEMS_PER_USER = 20;

export const tasteOfUser = (user: number) => user % 2;
export const tasteOfItem = (item: number) => item % 2;

export function plantedPairs(): Pairs {
  const random = seededRandom(7);
  const users: number[] = [];
  const items: number[] = [];
  for (let user = 0; user < PLANTED_USERS; user++) {
    const chosen = new Set<number>();
    while (chosen.size < ITEMS_PER_USER) {
      const taste = random.uniform() < 0.9 ? tasteOfUser(user) : 1 - tasteOfUser(user);
      chosen.add(2 * random.integer(PLANTED_ITEMS / 2) + taste);
    }
    for (const item of chosen) {
      users.push(user);
      items.push(item);
    }
  }
  return { users: Uint32Array.from(users), items: Uint32Array.from(items) };
}
