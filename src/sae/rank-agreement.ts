/** How alike two ranked lists are: rank-biased overlap and Kendall's tau-b. */

/**
 * Rank-biased overlap of two lists of equal depth (Webber, Moffat, Zobel 2010).
 *
 * @returns `raw` is the truncated sum, whose `ceiling` is 1 - p^depth (.958 at depth 30, p = .9);
 *   `extrapolated` assumes the agreement at the last depth goes on, with ceiling 1
 */
export function rankBiasedOverlap(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  p = 0.9,
): { raw: number; extrapolated: number; ceiling: number } {
  const depth = Math.min(a.length, b.length);
  if (depth === 0) return { raw: 0, extrapolated: 0, ceiling: 0 };
  const seenInA = new Set<number>();
  const seenInB = new Set<number>();
  let overlap = 0;
  let raw = 0;
  let weight = 1 - p;
  for (let d = 0; d < depth; d++) {
    if (a[d] === b[d]) {
      overlap++;
    } else {
      if (seenInB.has(a[d])) overlap++;
      if (seenInA.has(b[d])) overlap++;
    }
    seenInA.add(a[d]);
    seenInB.add(b[d]);
    raw += (weight * overlap) / (d + 1);
    weight *= p;
  }
  return { raw, extrapolated: raw + (overlap / depth) * p ** depth, ceiling: 1 - p ** depth };
}

/**
 * Kendall's tau-b over the union of two lists, where an item missing from a list takes the rank after its last.
 *
 * Under this rule two disjoint lists of 30 score -.674, not -1.
 */
export function kendallTau(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const rankInA = new Map(Array.from(a, (item, rank) => [item, rank]));
  const rankInB = new Map(Array.from(b, (item, rank) => [item, rank]));
  const union = [...new Set([...rankInA.keys(), ...rankInB.keys()])];
  const x = union.map((item) => rankInA.get(item) ?? a.length);
  const y = union.map((item) => rankInB.get(item) ?? b.length);
  let balance = 0;
  let untiedInX = 0;
  let untiedInY = 0;
  for (let i = 0; i < union.length; i++) {
    for (let j = i + 1; j < union.length; j++) {
      const dx = Math.sign(x[i] - x[j]);
      const dy = Math.sign(y[i] - y[j]);
      balance += dx * dy;
      untiedInX += dx * dx;
      untiedInY += dy * dy;
    }
  }
  return untiedInX === 0 || untiedInY === 0 ? 1 : balance / Math.sqrt(untiedInX * untiedInY);
}
