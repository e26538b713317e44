/** What chance alone would do: tails of the binomial distribution, quantiles of the normal one. */

/** P(X >= successes) for X ~ Binomial(trials, share). */
export function binomialTail(trials: number, successes: number, share: number): number {
  if (successes <= 0) return 1;
  if (share <= 0 || successes > trials) return 0;
  if (share >= 1) return 1;
  let tail = 0;
  for (let k = successes; k <= trials; k++) tail += choose(trials, k) * share ** k * (1 - share) ** (trials - k);
  return Math.min(1, tail);
}

function choose(n: number, k: number): number {
  let ways = 1;
  for (let i = 1; i <= k; i++) ways = (ways * (n - k + i)) / i;
  return ways;
}

/**
 * z with P(Z > z) = level for a standard normal Z.
 *
 * Abramowitz and Stegun 26.2.23, off by less than .00045.
 *
 * @param level in (0, .5]
 */
export function normalQuantile(level: number): number {
  const t = Math.sqrt(-2 * Math.log(level));
  const above = 2.515517 + 0.802853 * t + 0.010328 * t * t;
  const below = 1 + 1.432788 * t + 0.189269 * t * t + 0.001308 * t * t * t;
  return t - above / below;
}
