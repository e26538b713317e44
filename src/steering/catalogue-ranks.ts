/** Ranks of a few items among all that could be listed, without sorting the catalogue. */

/** Of the range of the scores that are asked for: with so many there is seldom more than one of them in a bin. */
const BINS = 1_024;

/**
 * 1-based rank of each of `rows` by score, best first, ties: lower row first. About one comparison an item.
 *
 * @param excluded rows that are not ranked, ascending; none of them in `rows`
 */
export function catalogueRanks(
  scores: Float64Array,
  rows: ArrayLike<number>,
  excluded: ArrayLike<number> = [],
): number[] {
  if (rows.length === 0) return [];
  const ordered = Uint32Array.from(rows).sort((a, b) => scores[b] - scores[a] || a - b);
  const overtaking = new Overtaking(scores, ordered);
  let from = 0;
  for (let next = 0; next < excluded.length; next++) {
    overtaking.countBetween(from, Math.min(excluded[next], scores.length));
    from = excluded[next] + 1;
  }
  overtaking.countBetween(from, scores.length);
  const rankOf = new Map<number, number>();
  let ahead = 0;
  ordered.forEach((item, place) => {
    ahead += overtaking.counts[place];
    rankOf.set(item, ahead + 1);
  });
  return Array.from(rows, (item) => rankOf.get(item)!);
}

class Overtaking {
  /** counts[p]: how many items are better than ordered[p] but not than ordered[p - 1]. */
  readonly counts: Uint32Array;
  private readonly limits: Float64Array;
  /** By bin of a score: a place that it may be better than, and none before it. */
  private readonly starts = new Uint32Array(BINS);
  private readonly lowest: number;
  private readonly binsPerScore: number;

  /** @param ordered rows, best first; at least one */
  constructor(
    private readonly scores: Float64Array,
    private readonly ordered: Uint32Array,
  ) {
    this.counts = new Uint32Array(ordered.length);
    this.limits = Float64Array.from(ordered, (item) => scores[item]);
    this.lowest = this.limits[ordered.length - 1];
    const width = BINS / (this.limits[0] - this.lowest);
    // Scores that are all alike, or lie too far apart for a number, are in one bin.
    this.binsPerScore = Number.isFinite(width) ? width : 0;
    const bins = Array.from(this.limits, (score) => this.bin(score));
    let place = ordered.length - 1;
    for (let bin = 0; bin < BINS; bin++) {
      while (place > 0 && bins[place - 1] <= bin) place--;
      this.starts[bin] = place;
    }
  }

  countBetween(from: number, to: number): void {
    const { scores, ordered, limits, starts, counts, lowest } = this;
    const last = ordered[ordered.length - 1];
    for (let item = from; item < to; item++) {
      const score = scores[item];
      if (!(score > lowest || (score === lowest && item < last))) continue;
      let place = starts[this.bin(score)];
      while (!(score > limits[place] || (score === limits[place] && item < ordered[place]))) place++;
      counts[place]++;
    }
  }

  /** Rises with the score. */
  private bin(score: number): number {
    const bin = (score - this.lowest) * this.binsPerScore;
    // Not a number where an infinite score meets one bin for all.
    return bin >= BINS ? BINS - 1 : bin | 0;
  }
}
