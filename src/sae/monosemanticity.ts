/** Monosemanticity score (MS): do the items that excite a neuron most resemble each other? */
import { type Matrix, matrix, row } from "../data/matrix";
import { topRows } from "../recommender/ranking";

/** Copies rows to unit L2 norm; zero rows stay zero. */
export function unitRows(of: Matrix): Matrix {
  const result = matrix(of.rows, of.columns, of.values.slice());
  for (let r = 0; r < of.rows; r++) {
    const values = row(result, r);
    let squares = 0;
    for (let c = 0; c < values.length; c++) squares += values[c] * values[c];
    if (squares === 0) continue;
    const norm = Math.sqrt(squares);
    for (let c = 0; c < values.length; c++) values[c] /= norm;
  }
  return result;
}

/**
 * MS of every neuron: activation-weighted mean cosine among its `top` most active items.
 *
 * @param activations item activations, row-major [items, neurons]; of any sign, since each neuron is min-max scaled
 * @param unitItems L2-normalised ORIGINAL item embeddings, row-major [items, dims]
 * @returns one score per neuron in [-1, 1]; null where no two of the neuron's top items are active
 * @see arXiv 2511.18024, "Monosemanticity score"
 */
export function monosemanticity(activations: Matrix, unitItems: Matrix, top = 30): (number | null)[] {
  return Array.from({ length: activations.columns }, (_, neuron) => {
    const { rows, weights } = strongestItems(activations, neuron, top);
    return weightedPairCosine(rows, weights, unitItems);
  });
}

/** The neuron's `top` most active items and their activations, min-max scaled over all items to [0, 1]. */
function strongestItems(activations: Matrix, neuron: number, top: number): { rows: number[]; weights: number[] } {
  const ofItems = new Float64Array(activations.rows);
  let least = Number.POSITIVE_INFINITY;
  for (let item = 0; item < ofItems.length; item++) {
    ofItems[item] = activations.values[item * activations.columns + neuron];
    least = Math.min(least, ofItems[item]);
  }
  const rows = Array.from(topRows(ofItems, top)).filter((item) => ofItems[item] > least);
  const range = ofItems[rows[0]] - least;
  return { rows, weights: rows.map((item) => (ofItems[item] - least) / range) };
}

/**
 * sum_{p != q} a_p a_q cos(p, q) / sum_{p != q} a_p a_q.
 *
 * Both sums follow from the weighted sum of the unit vectors: |sum a_p x_p|^2 less its diagonal.
 */
function weightedPairCosine(rows: number[], weights: number[], unitItems: Matrix): number | null {
  const sum = new Float64Array(unitItems.columns);
  let total = 0;
  let diagonal = 0;
  let diagonalCosine = 0;
  rows.forEach((item, index) => {
    const weight = weights[index];
    const x = row(unitItems, item);
    let squared = 0;
    for (let c = 0; c < sum.length; c++) {
      sum[c] += weight * x[c];
      squared += x[c] * x[c];
    }
    total += weight;
    diagonal += weight * weight;
    diagonalCosine += weight * weight * squared;
  });
  const pairs = total * total - diagonal;
  if (rows.length < 2 || pairs <= 0) return null;
  return (sum.reduce((norm, value) => norm + value * value, 0) - diagonalCosine) / pairs;
}
