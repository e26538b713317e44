/** Ranks of a few items among all that could be listed, without sorting the catalogue. */

/**
 * 1-based rank of each of `rows` by score, best first, ties: lower row first. O(n log k) for k rows of n.
 *
 * @param excluded rows that are not ranked, ascending; none of them in `rows`
 */
export function catalogueRanks(
  scores: Float64Array,
  rows: ArrayLike<number>,
  excluded: ArrayLike<number> = [],
): number[] {
  const better = (a: number, b: number) => scores[a] > scores[b] || (scores[a] === scores[b] && a < b);
  const ordered = Array.from(rows).sort((a, b) => (a === b ? 0 : better(a, b) ? -1 : 1));
  if (ordered.length === 0) return [];
  const last = ordered.length - 1;
  // overtaking[p]: how many items are better than ordered[p] but not than ordered[p - 1].
  const overtaking = new Uint32Array(ordered.length);
  let nextExcluded = 0;
  for (let item = 0; item < scores.length; item++) {
    if (nextExcluded < excluded.length && excluded[nextExcluded] === item) {
      nextExcluded++;
      continue;
    }
    if (!better(item, ordered[last])) continue;
    let low = 0;
    let high = last;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (better(item, ordered[middle])) high = middle;
      else low = middle + 1;
    }
    overtaking[low]++;
  }
  const rankOf = new Map<number, number>();
  let ahead = 0;
  ordered.forEach((item, position) => {
    ahead += overtaking[position];
    rankOf.set(item, ahead + 1);
  });
  return Array.from(rows, (item) => rankOf.get(item)!);
}
