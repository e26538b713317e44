/** Bootstrap intervals: how far a mean may be off because these users or neurons were measured and not others. */

import { seededRandom } from "../data/random";
import type { Estimate, Interval } from "../protocol/artifact";

const RESAMPLES = 1_000;
/** Two-sided; 95% lie between. */
const TAIL = 0.025;

/** Of the positions drawn, as many as there are values. */
export type Statistic = (drawn: Uint32Array) => number;

/**
 * 95% percentile interval (Efron 1979): the statistic of 1,000 samples drawn with replacement.
 *
 * @param size how many values were measured
 * @returns null where fewer than two values say nothing of their spread, or where the statistic is not always a number
 */
export function bootstrapInterval(size: number, seed: number, statistic: Statistic): Interval | null {
  return bootstrapIntervals(size, seed, [statistic])[0];
}

/** The same of several statistics of the same samples. */
export function bootstrapIntervals(size: number, seed: number, statistics: readonly Statistic[]): (Interval | null)[] {
  if (size < 2) return statistics.map(() => null);
  const random = seededRandom(seed);
  const drawn = new Uint32Array(size);
  const found = statistics.map(() => new Float64Array(RESAMPLES));
  for (let sample = 0; sample < RESAMPLES; sample++) {
    for (let i = 0; i < size; i++) drawn[i] = random.integer(size);
    for (const [at, statistic] of statistics.entries()) found[at][sample] = statistic(drawn);
  }
  return found.map((values) => {
    if (!values.every(Number.isFinite)) return null;
    values.sort();
    return [quantile(values, TAIL), quantile(values, 1 - TAIL)];
  });
}

/** Means of columns of values that are of the same users each, with intervals; all of one length, at least 1. */
export function meanEstimates(columns: readonly Float64Array[], seed: number): Estimate[] {
  const size = columns[0]?.length ?? 0;
  // What is the same for all has no spread to be found.
  const constant = columns.map((column) => column.every((value) => value === column[0]));
  const varying = columns.filter((_, at) => !constant[at]);
  const found = bootstrapIntervals(
    size,
    seed,
    varying.map((column) => (drawn) => meanOfDrawn(column, drawn)),
  );
  const intervals = columns.map(([first], at): Interval | null =>
    constant[at] ? (size < 2 ? null : [first, first]) : found.shift()!,
  );
  return columns.map((column, at) => ({
    value: column.reduce((sum, value) => sum + value, 0) / size,
    interval: intervals[at],
  }));
}

/** Mean of the values with its interval; null where there are none. */
export function meanEstimate(values: ArrayLike<number>, seed: number): Estimate | null {
  if (values.length === 0) return null;
  const measured = Float64Array.from(values);
  return {
    value: measured.reduce((sum, value) => sum + value, 0) / measured.length,
    interval: bootstrapInterval(measured.length, seed, (drawn) => meanOfDrawn(measured, drawn)),
  };
}

/**
 * mean(after) / mean(before) - 1, where value n of both is of the same user: users are drawn, not values, so that what
 * makes a user easy or hard to serve cancels out.
 *
 * @returns null where there are no values or the mean before is 0
 */
export function relativeChange(before: ArrayLike<number>, after: ArrayLike<number>, seed: number): Estimate | null {
  const [from, to] = [Float64Array.from(before), Float64Array.from(after)];
  const change = (drawn: Uint32Array) => meanOfDrawn(to, drawn) / meanOfDrawn(from, drawn) - 1;
  const value = change(Uint32Array.from(from.keys()));
  return Number.isFinite(value) ? { value, interval: bootstrapInterval(from.length, seed, change) } : null;
}

function meanOfDrawn(values: Float64Array, drawn: Uint32Array): number {
  let sum = 0;
  for (let i = 0; i < drawn.length; i++) sum += values[drawn[i]];
  return sum / drawn.length;
}

/** Interpolated between the two nearest. */
function quantile(sorted: Float64Array, share: number): number {
  const position = share * (sorted.length - 1);
  const below = Math.floor(position);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (position - below) * (sorted[above] - sorted[below]);
}
