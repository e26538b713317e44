/**
 * A map of the catalogue: items in the plane along which their embeddings differ most.
 *
 * Of unit-length embeddings: as they are, a few long ones (of much used items) would squeeze all others into a blob, and
 * what an item is about is in its direction.
 */
import { gatheredRows, isInMemory, type Matrix, matrix, type Rows, row } from "../data/matrix";
import { derivedSeed, sampledRows } from "../data/random";
import type { ItemMap } from "../protocol/neurons";
import { unitRows } from "../sae/monosemanticity";
import type { Pace } from "./pace";
import { principalDirections } from "./principal-directions";

/** More points than these nobody tells apart. */
const MOST_POINTS = 50_000;
/** Of the embeddings of the items drawn: 64 MiB. */
const MOST_VALUES = 2 ** 24;
/** Along an axis, of unit vectors: less is what rounding makes of equal ones. */
const LEAST_RANGE = 1e-6;
/** Rows that are read between two turns of the event loop. */
const READ_ROWS = 1_024;

/** Items that are drawn, and their embeddings, row by row. */
export interface DrawnItems {
  /** Rows in the catalogue, ascending. */
  rows: Uint32Array;
  embeddings: Matrix;
}

/**
 * All items, or a random sample of a catalogue that is too large.
 *
 * @param seed of the sample
 */
export async function drawnItems(catalogue: Rows, seed: number, pace: Pace): Promise<DrawnItems> {
  const most = Math.min(MOST_POINTS, Math.floor(MOST_VALUES / catalogue.columns));
  const rows = sampledRows(catalogue.rows, most, derivedSeed(seed, "item map"));
  if (rows.length === catalogue.rows && isInMemory(catalogue)) return { rows, embeddings: catalogue };
  return { rows, embeddings: await readRows(catalogue, rows, pace) };
}

/** @param of items of the whole catalogue */
export async function itemMap({ rows, embeddings }: DrawnItems, of: number, pace: Pace): Promise<ItemMap> {
  const unit = unitRows(embeddings);
  const { mean, directions } = await principalDirections(unit, 2, pace);
  const x = projected(unit, mean, directions[0]);
  const y = projected(unit, mean, directions[1]);
  const total = squaredDistances(unit, mean);
  const held = squaredLength(x) + squaredLength(y);
  return { rows, x: scaled(x), y: scaled(y), of, variance: total > rows.length * LEAST_RANGE ** 2 ? held / total : 0 };
}

async function readRows(of: Rows, rows: Uint32Array, pace: Pace): Promise<Matrix> {
  const result = matrix(rows.length, of.columns);
  for (let start = 0; start < rows.length; start += READ_ROWS) {
    result.values.set(gatheredRows(of, rows.subarray(start, start + READ_ROWS)).values, start * of.columns);
    await pace(start / rows.length);
  }
  return result;
}

function projected(of: Matrix, mean: Float64Array, direction: Float64Array): Float64Array {
  const places = new Float64Array(of.rows);
  for (let r = 0; r < of.rows; r++) {
    const values = row(of, r);
    for (let c = 0; c < values.length; c++) places[r] += (values[c] - mean[c]) * direction[c];
  }
  return places;
}

function squaredDistances(of: Matrix, mean: Float64Array): number {
  let sum = 0;
  for (let r = 0; r < of.rows; r++) {
    const values = row(of, r);
    for (let c = 0; c < values.length; c++) sum += (values[c] - mean[c]) ** 2;
  }
  return sum;
}

function squaredLength(places: Float64Array): number {
  return places.reduce((sum, place) => sum + place * place, 0);
}

/** To [0, 1]; places that are all the same go to the middle. */
function scaled(places: Float64Array): Float32Array {
  let [least, largest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const place of places) {
    least = Math.min(least, place);
    largest = Math.max(largest, place);
  }
  const range = largest - least;
  return Float32Array.from(places, (place) => (range > LEAST_RANGE ? (place - least) / range : 0.5));
}
