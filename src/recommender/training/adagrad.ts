/**
 * Adagrad (Duchi, Hazan and Singer 2011) with one length of step for each row: what is seldom seen learns in longer steps,
 * and a step costs as much as its batch however large the table.
 */

/** A table of parameters that is trained, row-major. */
export interface TrainedTable {
  readonly values: Float32Array;
  readonly columns: number;
  /** Of each row, the sum over its steps so far of the mean square of its gradient. */
  readonly squares: Float32Array;
  /** Gradients of the step at hand; zero between steps. */
  readonly gradients: Float32Array;
  /** 1 for the rows that have some; 0 between steps. */
  readonly touched: Uint8Array;
}

/** Keeps the first step finite. */
const EPSILON = 1e-8;

export function trainedTable(values: Float32Array, columns: number): TrainedTable {
  return {
    values,
    columns,
    squares: new Float32Array(values.length / columns),
    gradients: new Float32Array(values.length),
    touched: new Uint8Array(values.length / columns),
  };
}

/** Copies of rows, in order. */
export function gather({ values, columns }: TrainedTable, rows: Uint32Array, into: Float32Array): void {
  for (let r = 0, at = 0; r < rows.length; r++) {
    for (let from = rows[r] * columns, end = from + columns; from < end; ) into[at++] = values[from++];
  }
}

/**
 * One step of descent.
 *
 * @param rows that the gradients are of; repeated ones are summed
 * @param gradients [rows.length, columns]
 * @param l2 weight of a row's squares, counted as often as the row occurs
 */
export function descend(
  { values, columns, squares, gradients: sums, touched }: TrainedTable,
  rows: Uint32Array,
  gradients: Float32Array,
  learningRate: number,
  l2: number,
): void {
  const distinct: number[] = [];
  for (let r = 0, from = 0; r < rows.length; r++) {
    const row = rows[r];
    if (touched[row] === 0) distinct.push(row);
    touched[row] = 1;
    for (let at = row * columns, end = at + columns; at < end; at++) sums[at] += gradients[from++] + l2 * values[at];
  }
  for (const row of distinct) {
    touched[row] = 0;
    const start = row * columns;
    const end = start + columns;
    let square = 0;
    for (let at = start; at < end; at++) square += sums[at] * sums[at];
    squares[row] += square / columns;
    const rate = learningRate / (Math.sqrt(squares[row]) + EPSILON);
    for (let at = start; at < end; at++) {
      values[at] -= rate * sums[at];
      sums[at] = 0;
    }
  }
}
