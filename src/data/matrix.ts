/** A dense matrix in memory: row-major float32, the form every computation of ours takes. */

export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  /** Row-major, rows x columns. */
  readonly values: Float32Array;
}

export function matrix(rows: number, columns: number, values: Float32Array = new Float32Array(rows * columns)): Matrix {
  if (values.length !== rows * columns) {
    throw new RangeError(`a ${rows} x ${columns} matrix needs ${rows * columns} values, not ${values.length}`);
  }
  return { rows, columns, values };
}

/** View of one row; writing to it writes to the matrix. */
export function row(of: Matrix, index: number): Float32Array {
  return of.values.subarray(index * of.columns, (index + 1) * of.columns);
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
