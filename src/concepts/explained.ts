/** How much of a neuron's activation a concept explains: their correlation, whose square is the share of variance. */

/** Activations of one neuron on some rows. */
export interface Activations {
  values: Float32Array;
  mean: number;
  /** Standard deviation, with n; 0 where all are alike. */
  deviation: number;
}

export function withMoments(values: Float32Array): Activations {
  let sum = 0;
  for (const value of values) sum += value;
  const mean = values.length === 0 ? 0 : sum / values.length;
  let squares = 0;
  for (const value of values) squares += (value - mean) ** 2;
  return { values, mean, deviation: values.length === 0 ? 0 : Math.sqrt(squares / values.length) };
}

/**
 * Point-biserial correlation of activation and concept: (mean of bearers - mean) / deviation * sqrt(share / (1 - share)).
 *
 * A concept that is a part of what excites a neuron explains less than the whole, and one that holds more than excites
 * it explains less too; so neither rare nor common concepts are preferred.
 *
 * @param bearers positions of the rows that bear it
 * @returns in [-1, 1]; 0 where nothing varies
 */
export function correlation({ values, mean, deviation }: Activations, bearers: Uint32Array): number {
  const n = values.length;
  const p = bearers.length;
  if (deviation === 0 || p === 0 || p === n) return 0;
  let sum = 0;
  for (let i = 0; i < p; i++) sum += values[bearers[i]];
  return ((sum / p - mean) / deviation) * Math.sqrt(p / (n - p));
}

/**
 * z of the difference of two concepts' correlations with one neuron, on the same rows: positive where `a` explains more.
 *
 * Its variance is that of the difference of influence functions x y - r (x^2 + y^2) / 2 of standardised x and y (Devlin,
 * Gnanadesikan and Kettenring 1975), which asks for no distribution and takes in that the concepts overlap.
 */
export function differenceInCorrelation(activations: Activations, a: Uint32Array, b: Uint32Array): number {
  const { values, mean, deviation } = activations;
  const n = values.length;
  const [rA, rB] = [correlation(activations, a), correlation(activations, b)];
  if (deviation === 0 || rA === rB) return 0;
  const [standardA, standardB] = [standardised(a, n), standardised(b, n)];
  let squares = 0;
  let nextA = 0;
  let nextB = 0;
  for (let position = 0; position < n; position++) {
    const inA = a[nextA] === position;
    const inB = b[nextB] === position;
    if (inA) nextA++;
    if (inB) nextB++;
    const x = (values[position] - mean) / deviation;
    const yA = inA ? standardA.bearer : standardA.other;
    const yB = inB ? standardB.bearer : standardB.other;
    const influence = x * yA - (rA * (x * x + yA * yA)) / 2 - x * yB + (rB * (x * x + yB * yB)) / 2;
    squares += influence * influence;
  }
  return squares === 0 ? 0 : ((rA - rB) * n) / Math.sqrt(squares);
}

/** Values that bearers and others have once a concept is standardised. */
function standardised(bearers: Uint32Array, rows: number): { bearer: number; other: number } {
  const share = bearers.length / rows;
  const deviation = Math.sqrt(share * (1 - share));
  return deviation === 0 ? { bearer: 0, other: 0 } : { bearer: (1 - share) / deviation, other: -share / deviation };
}
