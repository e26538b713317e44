/** Seeded random numbers, the same on every machine (mulberry32). */
import { allRows } from "./matrix";

export interface Random {
  /** In [0, 1). */
  uniform(): number;
  /** Standard normal. */
  normal(): number;
  /** 0 .. n - 1. */
  integer(n: number): number;
  /** Shuffles in place (Fisher-Yates). */
  shuffle<Values extends { length: number; [index: number]: unknown }>(values: Values): Values;
}

export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  const uniform = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const integer = (n: number) => Math.floor(uniform() * n);
  return {
    uniform,
    integer,
    // Box-Muller; 1 - uniform() keeps the logarithm finite.
    normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
    shuffle(values) {
      for (let last = values.length - 1; last > 0; last--) {
        const other = integer(last + 1);
        [values[last], values[other]] = [values[other], values[last]];
      }
      return values;
    },
  };
}

/** `most` of the rows 0 .. rows - 1 (Floyd's algorithm), or all where there are no more; ascending. */
export function sampledRows(rows: number, most: number, seed: number): Uint32Array {
  if (rows <= most) return allRows(rows);
  const random = seededRandom(seed);
  const chosen = new Set<number>();
  for (let last = rows - most; last < rows; last++) {
    const row = random.integer(last + 1);
    chosen.add(chosen.has(row) ? last : row);
  }
  return Uint32Array.from(chosen).sort();
}

/** A seed for one part of a run (an epoch, a split) that depends on the run's seed and the part's name alone. */
export function derivedSeed(seed: number, part: string): number {
  let hash = (seed ^ 0x811c9dc5) >>> 0;
  for (const letter of part) hash = Math.imul(hash ^ letter.charCodeAt(0), 0x01000193) >>> 0;
  return hash;
}
