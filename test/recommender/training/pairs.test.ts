/** What is held out of interactions. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Pairs, splitPairs } from "../../../src/recommender/training/pairs";

/** Distinct pairs of up to 12 users and 15 items. */
const somePairs = fc
  .uniqueArray(fc.tuple(fc.nat(11), fc.nat(14)), { minLength: 1, maxLength: 120, selector: ([u, i]) => `${u} ${i}` })
  .map((drawn) => ({
    users: Uint32Array.from(drawn, ([user]) => user),
    items: Uint32Array.from(drawn, ([, item]) => item),
  }));

const keys = ({ users, items }: Pairs) => Array.from(users, (user, pair) => `${user} ${items[pair]}`);

describe("held-out pairs", () => {
  it("and those to train on are all pairs, each in one part, with every user in training", () => {
    fc.assert(
      fc.property(
        somePairs,
        fc.double({ min: 0, max: 0.9, noNaN: true }),
        fc.nat(),
        fc.boolean(),
        (pairs, share, seed, timed) => {
          const times = timed ? Float64Array.from(pairs.users, (_, pair) => (pair * 7) % 5) : null;
          const { train, heldOut } = splitPairs(pairs, times, share, seed);
          expect([...keys(train), ...keys(heldOut)].sort()).toEqual(keys(pairs).sort());
          expect(new Set(train.users)).toEqual(new Set(pairs.users));
          expect(heldOut.users.length).toBeLessThanOrEqual(Math.ceil(share * pairs.users.length) + 12);
        },
      ),
    );
  });

  it("are as many as asked for, and the same for the same seed alone", () => {
    const pairs = {
      users: Uint32Array.from({ length: 1000 }, (_, n) => n % 20),
      items: Uint32Array.from({ length: 1000 }, (_, n) => n),
    };
    const held = (seed: number) => keys(splitPairs(pairs, null, 0.2, seed).heldOut);
    expect(held(1)).toHaveLength(200);
    expect(held(1)).toEqual(held(1));
    expect(held(1)).not.toEqual(held(2));
  });

  it("are each user's last where there are times, and never one whose time is not known before one whose time is", () => {
    const users = Uint32Array.from([0, 0, 0, 0, 0, 1, 1, 1, 1, 1]);
    const items = Uint32Array.from([0, 1, 2, 3, 4, 0, 1, 2, 3, 4]);
    const times = Float64Array.from([50, 10, 20, 30, 40, -Infinity, 1, 3, 2, -Infinity]);
    expect(keys(splitPairs({ users, items }, times, 0.4, 0).heldOut).sort()).toEqual(["0 0", "0 4", "1 2", "1 3"]);
  });
});
