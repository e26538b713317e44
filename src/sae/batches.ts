/** The order in which training sees the pairs. */
import { allRows } from "../data/matrix";
import { derivedSeed, seededRandom } from "../data/random";
import type { TrainPairs } from "./training-set";

/** Steps of one epoch: the last partial batch is dropped, since the graph's batch is fixed. */
export function stepsPerEpoch(pairs: TrainPairs, batch: number): number {
  return Math.floor(pairs.users.length / batch);
}

/** Pairs of one epoch, shuffled; depends on seed and epoch alone. */
export function epochOrder(pairs: TrainPairs, seed: number, epoch: number): Uint32Array {
  return seededRandom(derivedSeed(seed, `epoch ${epoch}`)).shuffle(allRows(pairs.users.length));
}

/**
 * Rows of some steps of an epoch, items numbered after the users.
 *
 * @param users how many there are
 * @param from the first step
 * @returns [turns, 2 batch], per step the users first
 */
export function batchRows(
  pairs: TrainPairs,
  order: Uint32Array,
  users: number,
  batch: number,
  from: number,
  turns: number,
): Int32Array {
  const rows = new Int32Array(turns * 2 * batch);
  for (let turn = 0; turn < turns; turn++) {
    for (let position = 0; position < batch; position++) {
      const pair = order[(from + turn) * batch + position];
      rows[2 * turn * batch + position] = pairs.users[pair];
      rows[(2 * turn + 1) * batch + position] = users + pairs.items[pair];
    }
  }
  return rows;
}
