/** Wilson's interval of a share: sensible for few trials and for shares of 0 and 1. */
import type { Interval } from "../protocol/artifact";

const Z95 = 1.959963984540054;

/** 95% interval of the probability behind `successes` of `trials`; of no trials, all there is. */
export function wilsonInterval(successes: number, trials: number): Interval {
  if (trials === 0) return [0, 1];
  const share = successes / trials;
  const z2 = (Z95 * Z95) / trials;
  const middle = (share + z2 / 2) / (1 + z2);
  const reach = (Z95 / (1 + z2)) * Math.sqrt((share * (1 - share)) / trials + z2 / (4 * trials));
  return [Math.max(0, middle - reach), Math.min(1, middle + reach)];
}
