/** Sets of rows, as ascending lists of them. */

export function holds(rows: Uint32Array, wanted: number): boolean {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (rows[middle] < wanted) low = middle + 1;
    else high = middle;
  }
  return rows[low] === wanted;
}

/** Rows that are in either, ascending. */
export function union(a: Uint32Array, b: Uint32Array): Uint32Array {
  if (a.length === 0) return b;
  if (b.length === 0) return a;
  const all = new Uint32Array(a.length + b.length);
  let next = 0;
  for (let i = 0, j = 0; i < a.length || j < b.length; ) {
    const value = j >= b.length || (i < a.length && a[i] <= b[j]) ? a[i] : b[j];
    if (a[i] === value) i++;
    if (b[j] === value) j++;
    all[next++] = value;
  }
  return all.subarray(0, next);
}
