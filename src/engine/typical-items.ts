/** Items that show what a neuron is about beyond its extremes: those about the middle of its active items, and the weakest. */

export interface Thresholds {
  borderline: number;
  typicalFrom: number;
  typicalTo: number;
}

/** A row and its activation. */
export interface ActiveRow {
  row: number;
  activation: number;
}

/** Typical: from this share of the active items to that, by activation. Borderline: the weakest tenth. */
const TYPICAL_FROM = 0.4;
const TYPICAL_TO = 0.6;
const BORDERLINE = 0.1;

export interface TypicalItems {
  /** Null where nothing is active. */
  thresholds: Thresholds | null;
  /** Those nearest to the median by rank, strongest first; activations are within the thresholds. */
  typical: ActiveRow[];
  /** Weakest first; activations are at or below the threshold. */
  borderline: ActiveRow[];
}

/**
 * @param activations of one neuron
 * @param limit how many of each to list
 */
export function typicalItems(activations: Float32Array, limit: number): TypicalItems {
  const rows = activeRows(activations);
  if (rows.length === 0) return { thresholds: null, typical: [], borderline: [] };
  const last = rows.length - 1;
  const at = (place: number) => ({ row: rows[place], activation: activations[rows[place]] });
  const [from, to] = [Math.floor(TYPICAL_FROM * last), Math.ceil(TYPICAL_TO * last)];
  const weakest = Math.floor(BORDERLINE * last);
  const first = Math.max(from, Math.min(to - limit + 1, Math.round((last - limit + 1) / 2)));
  return {
    thresholds: {
      borderline: at(weakest).activation,
      typicalFrom: at(from).activation,
      typicalTo: at(to).activation,
    },
    typical: placesBetween(first, Math.min(to, first + limit - 1))
      .map(at)
      .reverse(),
    borderline: placesBetween(0, Math.min(weakest, limit - 1)).map(at),
  };
}

/** The median of the activations above 0; 0 where there are none. */
export function typicalActivation(activations: Float32Array): number {
  const positive = activations.filter((activation) => activation > 0).sort();
  return positive.length === 0 ? 0 : positive[Math.floor((positive.length - 1) / 2)];
}

/** Rows with an activation above 0, weakest first; ties: lower row first. */
function activeRows(activations: Float32Array): Uint32Array {
  let count = 0;
  for (const activation of activations) if (activation > 0) count++;
  const rows = new Uint32Array(count);
  let next = 0;
  for (let row = 0; row < activations.length; row++) if (activations[row] > 0) rows[next++] = row;
  return rows.sort((a, b) => activations[a] - activations[b] || a - b);
}

/** Ascending, both ends included. */
function placesBetween(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, place) => from + place);
}
