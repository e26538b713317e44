/** One score for two aims: neurons that mean one thing each, and lists that stay as they were. */
import type { Report } from "../protocol/artifact";

/** Of the raw RBO of top-30 lists at p = .9. */
const RBO_CEILING = 1 - 0.9 ** 30;

/**
 * MS^w (RBO / .958)^(1 - w): the weighted geometric mean, which is low where either measure is.
 *
 * @param tradeOff w, in [0, 1]
 * @returns in [0, 1]; null where a measure that counts is missing
 */
export function tradeOffScore({ ms, rbo30 }: Pick<Report, "ms" | "rbo30">, tradeOff: number): number | null {
  const clarity = weighted(ms, tradeOff);
  const fidelity = weighted(rbo30 === null ? null : rbo30 / RBO_CEILING, 1 - tradeOff);
  return clarity === null || fidelity === null ? null : clarity * fidelity;
}

/** 1 where it counts for nothing, whether it was measured or not. */
function weighted(measure: number | null, weight: number): number | null {
  if (weight === 0) return 1;
  return measure === null ? null : Math.max(0, measure) ** weight;
}
