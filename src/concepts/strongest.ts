/** The most active items of a neuron. */

/**
 * Positions of the `limit` largest values above 0, largest first; ties: lower position first.
 *
 * Insertion into a short list: the list is ten or so long, the values are many and mostly 0.
 */
export function strongest(values: ArrayLike<number>, limit: number): number[] {
  const found: number[] = [];
  for (let position = 0; position < values.length; position++) {
    const value = values[position];
    if (!(value > 0)) continue;
    if (found.length === limit && value <= values[found[limit - 1]]) continue;
    let place = found.length;
    while (place > 0 && values[found[place - 1]] < value) place--;
    found.splice(place, 0, position);
    if (found.length > limit) found.pop();
  }
  return found;
}
