/** What chance alone would do: tails and quantiles of distributions, and false discovery rates of many tests. */

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

/**
 * P(Z > z) for a standard normal Z, to seven digits however small; 0 beyond z = 38.
 *
 * By the Chebyshev fit of erfc (Press et al., Numerical Recipes, 6.2).
 */
export function normalTail(z: number): number {
  const x = Math.abs(z) / Math.SQRT2;
  const t = 1 / (1 + x / 2);
  const polynomial = [
    -1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806, 0.27886807, -1.13520398, 1.48851587, -0.82215223,
    0.17087277,
  ].reduceRight((sum, coefficient) => sum * t + coefficient, 0);
  const tail = (t * Math.exp(-x * x + polynomial)) / 2;
  return z >= 0 ? tail : 1 - tail;
}

const BIN = 0.01;
const LARGEST_Z = 40;

/**
 * False discovery rates by Benjamini and Hochberg (1995) of one-sided tests, any number of them in constant memory.
 *
 * Tests are counted by z in bins of .01; each is taken to lie at the lower edge of its bin, so that a rate is never told
 * smaller than it is, and at most a few hundredths too large. Tests of one neuron, and of concepts that overlap, depend
 * on each other positively, under which the procedure holds (Benjamini and Yekutieli 2001).
 */
export class FalseDiscovery {
  private readonly counts = new Float64Array(Math.round(LARGEST_Z / BIN) + 1);
  private tests = 0;
  private rates: Float64Array | null = null;

  /** @param z of a test, large where the effect is */
  add(z: number): void {
    this.counts[binOf(z)]++;
    this.tests++;
    this.rates = null;
  }

  /** Rate at which all tests with so large a z, or a larger one, would be called discoveries; in [0, 1]. */
  rate(z: number): number {
    this.rates ??= this.allRates();
    return this.rates[binOf(z)];
  }

  private allRates(): Float64Array {
    const rates = new Float64Array(this.counts.length);
    // Tests with at least this z, from the largest down; then the smallest rate of any smaller z.
    let atLeast = 0;
    for (let bin = rates.length - 1; bin >= 0; bin--) {
      atLeast += this.counts[bin];
      const tail = bin === 0 ? 1 : normalTail(bin * BIN);
      rates[bin] = Math.min(1, (this.tests * tail) / Math.max(1, atLeast));
    }
    for (let bin = 1; bin < rates.length; bin++) rates[bin] = Math.min(rates[bin], rates[bin - 1]);
    return rates;
  }
}

function binOf(z: number): number {
  return z > 0 ? Math.min(Math.floor(z / BIN), Math.round(LARGEST_Z / BIN)) : 0;
}
