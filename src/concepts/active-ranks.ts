/** Ranks of a neuron's activations on all rows, told by the active ones: the others share one rank. */
import { midRanks } from "./auc";

export interface ActiveRanks {
  /** 1-based mid-rank of each active row among all rows. */
  active: Float64Array;
  /** The mid-rank that all other rows share. */
  silent: number;
  /** Of the ranks of all rows, with n - 1; the more of them are equal, the smaller. */
  variance: number;
}

/**
 * @param activation of the active rows, above 0
 * @param rows how many rows there are
 */
export function activeRanks(activation: Float32Array, rows: number): ActiveRanks {
  const silentRows = rows - activation.length;
  const active = midRanks(activation).map((rank) => rank + silentRows);
  const silent = (silentRows + 1) / 2;
  const mean = (rows + 1) / 2;
  const squares = active.reduce((sum, rank) => sum + (rank - mean) ** 2, silentRows * (silent - mean) ** 2);
  return { active, silent, variance: squares / Math.max(1, rows - 1) };
}
