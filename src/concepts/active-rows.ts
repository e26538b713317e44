/** Which rows activate each neuron: activations without their zeros. */
import type { Matrix } from "../data/matrix";

/** What neuron k does is in entries `offsets[k] .. offsets[k + 1]` of `row` and `activation`. */
export interface ActiveRows {
  /** How many rows were looked at. */
  rows: number;
  /** m + 1 */
  offsets: Uint32Array;
  /** Ascending for each neuron. */
  row: Uint32Array;
  /** Above 0. */
  activation: Float32Array;
}

/** @param activations [rows, m] */
export function activeRows({ rows, columns, values }: Matrix): ActiveRows {
  const offsets = new Uint32Array(columns + 1);
  for (let r = 0; r < rows; r++) {
    for (let k = 0; k < columns; k++) if (values[r * columns + k] > 0) offsets[k + 1]++;
  }
  for (let k = 0; k < columns; k++) offsets[k + 1] += offsets[k];
  const next = offsets.slice(0, columns);
  const row = new Uint32Array(offsets[columns]);
  const activation = new Float32Array(offsets[columns]);
  for (let r = 0; r < rows; r++) {
    for (let k = 0; k < columns; k++) {
      const value = values[r * columns + k];
      if (!(value > 0)) continue;
      row[next[k]] = r;
      activation[next[k]++] = value;
    }
  }
  return { rows, offsets, row, activation };
}

/** How many rows activate a neuron. */
export function activeCount({ offsets }: ActiveRows, neuron: number): number {
  return offsets[neuron + 1] - offsets[neuron];
}

/** The rows that activate a neuron, ascending, and their activations; views. */
export function rowsOf({ offsets, row, activation }: ActiveRows, neuron: number) {
  const [from, to] = [offsets[neuron], offsets[neuron + 1]];
  return { row: row.subarray(from, to), activation: activation.subarray(from, to) };
}

/** The neurons that are active on row r, ascending: entries `offsets[r] .. offsets[r + 1]`. */
export interface NeuronsOfRows {
  offsets: Uint32Array;
  neuron: Uint32Array;
}

export function neuronsOfRows(active: ActiveRows): NeuronsOfRows {
  const offsets = new Uint32Array(active.rows + 1);
  for (const r of active.row) offsets[r + 1]++;
  for (let r = 0; r < active.rows; r++) offsets[r + 1] += offsets[r];
  const next = offsets.slice(0, active.rows);
  const neuron = new Uint32Array(active.row.length);
  for (let k = 0; k + 1 < active.offsets.length; k++) for (const r of rowsOf(active, k).row) neuron[next[r]++] = k;
  return { offsets, neuron };
}

/** The same of some rows, which are numbered anew. */
export function activeRowsAmong(active: ActiveRows, kept: Uint32Array): ActiveRows {
  if (kept.length === active.rows) return active;
  const place = new Int32Array(active.rows).fill(-1);
  for (const [at, r] of kept.entries()) place[r] = at;
  const offsets = new Uint32Array(active.offsets.length);
  const row: number[] = [];
  const activation: number[] = [];
  for (let k = 0; k + 1 < offsets.length; k++) {
    for (let entry = active.offsets[k]; entry < active.offsets[k + 1]; entry++) {
      const at = place[active.row[entry]];
      if (at < 0) continue;
      row.push(at);
      activation.push(active.activation[entry]);
    }
    offsets[k + 1] = row.length;
  }
  return { rows: kept.length, offsets, row: Uint32Array.from(row), activation: Float32Array.from(activation) };
}
