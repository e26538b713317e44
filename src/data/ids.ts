/** How rows are called: by ids of a table, or by their number. */

export interface Ids extends Iterable<string> {
  readonly length: number;
  /** The number of row 0 where row n is called by this number plus n; null where ids are listed. */
  readonly first: number | null;
  at(row: number): string;
  rowOf(id: string): number | undefined;
}

/** @param ids of the rows; where two are alike, the first is meant */
export function listedIds(ids: readonly string[]): Ids {
  const rows = new Map<string, number>();
  for (const [row, id] of ids.entries()) if (!rows.has(id)) rows.set(id, row);
  return {
    length: ids.length,
    first: null,
    at: (row) => ids[row],
    rowOf: (id) => rows.get(id),
    [Symbol.iterator]: () => ids[Symbol.iterator](),
  };
}

/** Row n is called n plus `first`. Ten million of these take no memory. */
export function numberedIds(length: number, first: number): Ids {
  const at = (row: number) => String(first + row);
  return {
    length,
    first,
    at,
    rowOf(id) {
      const row = Number(id) - first;
      // Only the number as it is written here: neither 007 nor 7.0.
      return Number.isInteger(row) && row >= 0 && row < length && at(row) === id ? row : undefined;
    },
    *[Symbol.iterator]() {
      for (let row = 0; row < length; row++) yield at(row);
    },
  };
}
