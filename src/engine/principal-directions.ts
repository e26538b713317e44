/** Principal directions: the axes along which the rows of a matrix differ most. */
import { type Matrix, row } from "../data/matrix";
import { seededRandom } from "../data/random";
import type { Pace } from "./pace";

export interface PrincipalDirections {
  mean: Float64Array;
  /** Orthogonal and of unit length, that of the largest variance first; the largest coordinate of each is positive. */
  directions: Float64Array[];
}

/** Multiplications that the covariance may take: a few tenths of a second. More rows than that allows are passed over. */
const MOST_PRODUCTS = 2 ** 28;
const MOST_ITERATIONS = 1_000;
/** Change of a direction's coordinates from which on it counts as found. */
const CONVERGED = 1e-10;

/** The first `count` of them, by power iteration on the covariance. Awaits `pace` between rows. */
export async function principalDirections(of: Matrix, count: number, pace: Pace): Promise<PrincipalDirections> {
  const stride = Math.max(1, Math.ceil((of.rows * of.columns ** 2) / MOST_PRODUCTS));
  const mean = columnMeans(of, stride);
  const covariance = await covarianceOf(of, mean, stride, pace);
  const directions: Float64Array[] = [];
  for (let found = 0; found < count; found++) directions.push(leadingDirection(covariance, of.columns, directions));
  return { mean, directions };
}

function columnMeans(of: Matrix, stride: number): Float64Array {
  const mean = new Float64Array(of.columns);
  let rows = 0;
  for (let r = 0; r < of.rows; r += stride, rows++) {
    const x = row(of, r);
    for (let c = 0; c < mean.length; c++) mean[c] += x[c];
  }
  return mean.map((sum) => sum / Math.max(1, rows));
}

/** Sums of products, [d, d]; their scale is of no matter. */
async function covarianceOf(of: Matrix, mean: Float64Array, stride: number, pace: Pace): Promise<Float64Array> {
  const d = of.columns;
  const sums = new Float64Array(d * d);
  const centred = new Float64Array(d);
  for (let r = 0; r < of.rows; r += stride) {
    if (r % 256 === 0) await pace(r / of.rows);
    const x = row(of, r);
    for (let c = 0; c < d; c++) centred[c] = x[c] - mean[c];
    for (let a = 0; a < d; a++) {
      for (let b = a; b < d; b++) sums[a * d + b] += centred[a] * centred[b];
    }
  }
  for (let a = 0; a < d; a++) for (let b = 0; b < a; b++) sums[a * d + b] = sums[b * d + a];
  return sums;
}

/** The eigenvector of the largest eigenvalue among vectors orthogonal to `others`. */
function leadingDirection(covariance: Float64Array, d: number, others: Float64Array[]): Float64Array {
  // Each from elsewhere: along equal eigenvalues, what one start leads to leaves nothing of the same start for the next.
  const random = seededRandom(1 + others.length);
  let direction: Float64Array = Float64Array.from({ length: d }, () => random.normal());
  orthonormalise(direction, others);
  for (let iteration = 0; iteration < MOST_ITERATIONS; iteration++) {
    const next = times(covariance, direction);
    // Rows that do not differ any further have no more directions: any will do.
    if (!orthonormalise(next, others)) break;
    let change = 0;
    for (let c = 0; c < d; c++) change = Math.max(change, Math.abs(next[c] - direction[c]));
    direction = next;
    if (change < CONVERGED) break;
  }
  return withLargestPositive(direction);
}

function times(covariance: Float64Array, direction: Float64Array): Float64Array {
  const d = direction.length;
  const product = new Float64Array(d);
  for (let a = 0; a < d; a++) {
    let sum = 0;
    for (let b = 0; b < d; b++) sum += covariance[a * d + b] * direction[b];
    product[a] = sum;
  }
  return product;
}

/** In place. @returns false where nothing is left of the vector */
function orthonormalise(vector: Float64Array, others: Float64Array[]): boolean {
  const before = length(vector);
  for (const other of others) {
    const along = dot(vector, other);
    for (let c = 0; c < vector.length; c++) vector[c] -= along * other[c];
  }
  const norm = length(vector);
  // What rounding leaves is no direction.
  if (norm <= 1e-12 * before || norm === 0) {
    vector.fill(0);
    return false;
  }
  for (let c = 0; c < vector.length; c++) vector[c] /= norm;
  return true;
}

function withLargestPositive(direction: Float64Array): Float64Array {
  let largest = 0;
  for (const value of direction) if (Math.abs(value) > Math.abs(largest)) largest = value;
  return largest < 0 ? direction.map((value) => -value) : direction;
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let c = 0; c < a.length; c++) sum += a[c] * b[c];
  return sum;
}

function length(vector: Float64Array): number {
  return Math.sqrt(dot(vector, vector));
}
