/** Area under the ROC curve: how well a neuron's activation tells the bearers of a concept from the other items. */

/**
 * 1-based ranks, ascending; equal values share the mean of their ranks.
 *
 * Zeros, the bulk of a ReLU neuron's activations, are counted rather than sorted.
 */
export function midRanks(values: Float32Array): Float64Array {
  const sorted = values.filter((value) => value !== 0).sort();
  const zeros = values.length - sorted.length;
  const negatives = countBelow(sorted, 0);
  const ranks = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (value === 0) {
      ranks[i] = negatives + (zeros + 1) / 2;
    } else {
      const below = countBelow(sorted, value);
      const upTo = countUpTo(sorted, value, below);
      ranks[i] = (below + upTo + 1) / 2 + (value > 0 ? zeros : 0);
    }
  }
  return ranks;
}

function countBelow(sorted: Float32Array, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Ties are short, so the end of a run is walked to, in doubling strides where it is not. */
function countUpTo(sorted: Float32Array, value: number, from: number): number {
  let stride = 1;
  let low = from;
  while (low + stride < sorted.length && sorted[low + stride] <= value) {
    low += stride;
    stride *= 2;
  }
  let high = Math.min(sorted.length, low + stride);
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * AUC from mid-ranks by the Mann-Whitney identity; a tie counts as half a win.
 *
 * @param ranks mid-ranks of all items
 * @param bearers positions of the concept's items
 * @returns in [0, 1]; .5 where either side is empty
 */
export function aucOfRanks(ranks: Float64Array, bearers: Uint32Array): number {
  const positives = bearers.length;
  const negatives = ranks.length - positives;
  if (positives === 0 || negatives === 0) return 0.5;
  let sum = 0;
  for (let i = 0; i < positives; i++) sum += ranks[bearers[i]];
  return (sum - (positives * (positives + 1)) / 2) / (positives * negatives);
}

/**
 * Standard error of an AUC (Hanley and McNeil 1982).
 *
 * The formula gives 0 at an AUC of 1, however few the bearers; so it is taken at an AUC shrunk towards .5 by one
 * pseudo-bearer. Five bearers that all lead are less sure than five hundred.
 */
export function aucStandardError(auc: number, positives: number, negatives: number): number {
  if (positives === 0 || negatives === 0) return 0.5;
  const a = (auc * positives + 0.5) / (positives + 1);
  const q1 = a / (2 - a);
  const q2 = (2 * a * a) / (1 + a);
  const variance = a * (1 - a) + (positives - 1) * (q1 - a * a) + (negatives - 1) * (q2 - a * a);
  return Math.sqrt(variance / (positives * negatives));
}

/**
 * Standard error of an AUC by the spread of its structural components (DeLong, DeLong and Clarke-Pearson 1988), which
 * holds for any distribution, ties included: a neuron that fires on half of a concept's items is such a one. It gives 0
 * where bearers and others are told apart perfectly, so it is never taken smaller than Hanley and McNeil's.
 *
 * @param values activations of all items
 * @param ranks their mid-ranks
 * @param bearers positions of the concept's items, ascending
 */
export function distributionFreeAucError(values: Float32Array, ranks: Float64Array, bearers: Uint32Array): number {
  const positives = bearers.length;
  const negatives = values.length - positives;
  if (positives === 0 || negatives === 0) return 0.5;
  const auc = aucOfRanks(ranks, bearers);
  const ofBearers = Float32Array.from(bearers, (position) => values[position]);
  const ascending = ofBearers.slice().sort();
  const ranksWithin = midRanks(ofBearers);
  let ofPositives = 0;
  for (let i = 0; i < positives; i++) {
    const others = (ranks[bearers[i]] - ranksWithin[i]) / negatives;
    ofPositives += (others - auc) ** 2;
  }
  let ofNegatives = 0;
  for (let position = 0, next = 0; position < values.length; position++) {
    if (next < positives && bearers[next] === position) {
      next++;
      continue;
    }
    const below = countBelow(ascending, values[position]);
    const upTo = countUpTo(ascending, values[position], below);
    ofNegatives += (1 - (below + upTo) / 2 / positives - auc) ** 2;
  }
  const variance =
    ofPositives / Math.max(1, positives - 1) / positives + ofNegatives / Math.max(1, negatives - 1) / negatives;
  return Math.max(Math.sqrt(variance), aucStandardError(auc, positives, negatives));
}

/**
 * Standard error of the AUC of a neuron that knows nothing of the concept: that of the Mann-Whitney test, ties taken into
 * account by the spread of the ranks themselves.
 *
 * @param rankVariance of all items' mid-ranks, with n - 1; (n^2 + n) / 12 without ties
 */
export function aucErrorByChance(
  positives: number,
  negatives: number,
  rankVariance = ((positives + negatives) * (positives + negatives + 1)) / 12,
): number {
  if (positives === 0 || negatives === 0) return 0.5;
  return Math.sqrt(rankVariance / ((positives + negatives) * positives * negatives));
}

/** Of mid-ranks, whose mean is (n + 1) / 2; with n - 1. */
export function varianceOfRanks(ranks: Float64Array): number {
  const mean = (ranks.length + 1) / 2;
  let sum = 0;
  for (const rank of ranks) sum += (rank - mean) ** 2;
  return sum / Math.max(1, ranks.length - 1);
}
