/** Where to put labels that would lie on each other. */

/**
 * Moves positions apart until neighbours are `gap` apart, within [0, length] where that is long enough for all.
 *
 * @param positions wanted, in any order
 * @returns positions, in the order given
 */
export function spreadLabels(positions: readonly number[], gap: number, length: number): number[] {
  const order = positions.map((_, label) => label).sort((a, b) => positions[a] - positions[b]);
  const spread = positions.slice();
  order.forEach((label, place) => {
    const least = place === 0 ? 0 : spread[order[place - 1]] + gap;
    spread[label] = Math.max(spread[label], least);
  });
  for (let place = order.length - 1; place >= 0; place--) {
    const most = place === order.length - 1 ? length : spread[order[place + 1]] - gap;
    spread[order[place]] = Math.max(0, Math.min(spread[order[place]], most));
  }
  return spread;
}
