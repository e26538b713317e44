/** Matrices: in memory, row-major float32, the form every computation of ours takes; or rows that stay where they are stored. */

export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  /** Row-major, rows x columns. */
  readonly values: Float32Array;
}

/** Rows too large for memory, read when they are asked for. */
export interface StoredRows {
  readonly rows: number;
  readonly columns: number;
  /** Reads rows [from, to) into `values`, row-major, from its element `at` on. */
  readInto(values: Float32Array, at: number, from: number, to: number): void;
  /** Closes what they are stored in; they cannot be read any more. */
  close?(): Promise<void>;
}

export type Rows = Matrix | StoredRows;

/** Values that are read at once when rows are gone through: 16 MiB. */
const BLOCK_VALUES = 1 << 22;

export function matrix(rows: number, columns: number, values: Float32Array = new Float32Array(rows * columns)): Matrix {
  if (values.length !== rows * columns) {
    throw new RangeError(`a ${rows} x ${columns} matrix needs ${rows * columns} values, not ${values.length}`);
  }
  return { rows, columns, values };
}

export function isInMemory(of: Rows): of is Matrix {
  return "values" in of;
}

/** Closes the file where rows stayed in one. */
export async function closeRows(of: Rows): Promise<void> {
  if (!isInMemory(of)) await of.close?.();
}

/** One row. Of a matrix it is a view: writing to it writes to the matrix. */
export function row(of: Rows, index: number): Float32Array {
  if (isInMemory(of)) return of.values.subarray(index * of.columns, (index + 1) * of.columns);
  const values = new Float32Array(of.columns);
  of.readInto(values, 0, index, index + 1);
  return values;
}

/** Rows [from, to). Of a matrix they are a view, as in `row`. */
export function rowsBetween(of: Rows, from: number, to: number): Matrix {
  const { columns } = of;
  if (isInMemory(of)) return matrix(to - from, columns, of.values.subarray(from * columns, to * columns));
  const result = matrix(to - from, columns);
  of.readInto(result.values, 0, from, to);
  return result;
}

/** Copies of some rows, in the order given. */
export function gatheredRows(of: Rows, rows: ArrayLike<number>): Matrix {
  const { columns } = of;
  const result = matrix(rows.length, columns);
  for (let r = 0; r < rows.length; r++) {
    if (isInMemory(of)) result.values.set(row(of, rows[r]), r * columns);
    else of.readInto(result.values, r * columns, rows[r], rows[r] + 1);
  }
  return result;
}

/** All rows in order, as many at a time as memory bears; a matrix comes whole. */
export function* rowBlocks(of: Rows): Generator<{ start: number; block: Matrix }> {
  const size = isInMemory(of) ? of.rows : Math.max(1, Math.floor(BLOCK_VALUES / Math.max(1, of.columns)));
  for (let start = 0; start < of.rows; start += size) {
    yield { start, block: rowsBetween(of, start, Math.min(of.rows, start + size)) };
  }
}

/** All rows as a matrix: the matrix itself, or a copy of what is stored. */
export function inMemory(of: Rows): Matrix {
  return isInMemory(of) ? of : rowsBetween(of, 0, of.rows);
}

/** The rows of one above those of the other, without a copy of either. */
export function stackedRows(above: Rows, below: Rows): StoredRows {
  const { rows: border, columns } = above;
  const part = (of: Rows, values: Float32Array, at: number, from: number, to: number) => {
    if (from >= to) return;
    if (isInMemory(of)) values.set(of.values.subarray(from * columns, to * columns), at);
    else of.readInto(values, at, from, to);
  };
  return {
    rows: border + below.rows,
    columns,
    readInto(values, at, from, to) {
      part(above, values, at, from, Math.min(to, border));
      part(below, values, at + Math.max(0, border - from) * columns, Math.max(0, from - border), to - border);
    },
  };
}

/** Row numbers 0 .. count - 1. */
export function allRows(count: number): Uint32Array {
  const rows = new Uint32Array(count);
  for (let r = 0; r < count; r++) rows[r] = r;
  return rows;
}

/** Copy of one column. */
export function column(of: Matrix, index: number): Float32Array {
  const values = new Float32Array(of.rows);
  for (let r = 0; r < of.rows; r++) values[r] = of.values[r * of.columns + index];
  return values;
}

export function transposed(of: Matrix): Matrix {
  const result = matrix(of.columns, of.rows);
  for (let r = 0; r < of.rows; r++) {
    for (let c = 0; c < of.columns; c++) {
      result.values[c * of.rows + r] = of.values[r * of.columns + c];
    }
  }
  return result;
}
