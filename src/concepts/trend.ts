/** Concepts from times of interactions: items whose use rises, and items whose use falls. */
import type { Interactions } from "../data/dataset";
import { type FoundConcept, rowsWhere } from "./candidates";

/** An item's later interactions; fewer do not tell a trend. */
const LEAST_INTERACTIONS = 5;
/** Two-sided level of 5% for one item. */
const LEAST_Z = 1.96;
/** How far from the middle of the time an item's use must lie on average: half as far as if it grew from nothing, linearly. */
const LEAST_SHIFT = 1 / 12;

/**
 * Laplace's test for trend (Cox and Lewis 1966, The Statistical Analysis of Series of Events), on a clock that advances
 * with the use of all items, and from the item's first interaction on.
 *
 * For an item first used at t0, let u of a later interaction be its mid-rank among all interactions later than t0, in
 * (0, 1). If the item's share of all use is steady, u is uniform: the mean of k of them is 1/2, and
 * z = (mean - 1/2) sqrt(12 k) is standard normal. A busy or a quiet season moves the clock and not the items; an item
 * released late is compared with the time since its release alone, in which others are used too.
 *
 * @returns "Rising" where z >= 1.96 and the mean is at least 1/2 + 1/12, "Falling" likewise; none without times
 */
export function trendConcepts(interactions: Interactions, items: number): FoundConcept[] {
  const trends = useTrends(interactions, items);
  if (trends === null) return [];
  const { shifts, z } = trends;
  const concept = (part: string, label: string, sign: number): FoundConcept => ({
    key: `trend:${part}`,
    label,
    kind: "trend",
    bearers: rowsWhere(items, (item) => sign * z[item] >= LEAST_Z && sign * shifts[item] >= LEAST_SHIFT),
    rows: items,
    column: null,
  });
  return [concept("rising", "Rising", 1), concept("falling", "Falling", -1)];
}

/** Per item; 0 where there are too few interactions to tell. */
export interface UseTrends {
  /** Mean position of the item's use since its first, less 1/2: positive where it rises. */
  shifts: Float64Array;
  z: Float64Array;
}

/** Times are told apart to this part of the whole span: a few hours of some years. */
const TICKS = 2 ** 16;

/** Null without times. */
export function useTrends({ items: itemOf, times }: Interactions, items: number): UseTrends | null {
  if (times === undefined) return null;
  const ticks = ticksOf(times);
  // Interactions before each tick; those of one tick share their mid-rank.
  const before = new Float64Array(TICKS + 1);
  const first = new Uint32Array(items).fill(TICKS);
  for (let pair = 0; pair < ticks.length; pair++) {
    const tick = ticks[pair];
    if (tick === TICKS) continue;
    before[tick + 1]++;
    if (tick < first[itemOf[pair]]) first[itemOf[pair]] = tick;
  }
  for (let tick = 0; tick < TICKS; tick++) before[tick + 1] += before[tick];
  const all = before[TICKS];
  const shifts = new Float64Array(items);
  const counts = new Uint32Array(items);
  for (let pair = 0; pair < ticks.length; pair++) {
    const item = itemOf[pair];
    const tick = ticks[pair];
    if (tick === TICKS || tick <= first[item]) continue;
    const middle = (before[tick] + before[tick + 1]) / 2;
    const start = before[first[item] + 1];
    shifts[item] += (middle - start) / (all - start);
    counts[item]++;
  }
  const z = new Float64Array(items);
  for (let item = 0; item < items; item++) {
    const count = counts[item];
    shifts[item] = count < LEAST_INTERACTIONS ? 0 : shifts[item] / count - 0.5;
    z[item] = shifts[item] * Math.sqrt(12 * count);
  }
  return { shifts, z };
}

/** Of each time its place in the span of all, below `TICKS`; `TICKS` for one that cannot be read. */
function ticksOf(times: Float64Array): Uint32Array {
  let [least, largest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const time of times) {
    if (!Number.isFinite(time)) continue;
    if (time < least) least = time;
    if (time > largest) largest = time;
  }
  const ticks = new Uint32Array(times.length);
  for (let pair = 0; pair < times.length; pair++) {
    const place = largest === least ? 0 : Math.floor(((times[pair] - least) / (largest - least)) * TICKS);
    ticks[pair] = Number.isFinite(times[pair]) ? Math.min(place, TICKS - 1) : TICKS;
  }
  return ticks;
}
