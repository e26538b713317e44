/** Purity of the labelled neurons as one figure, with the base rate it is to be compared with. */
import type { NeuronLabel } from "../protocol/artifact";

/** Means over labelled neurons of precision@10 and of the base rate, both on held-out items; nulls where none is labelled. */
export function meanPurity(labels: NeuronLabel[]): {
  purity10: number | null;
  baseRate: number | null;
} {
  const proven = labels.flatMap(({ evidence }) => (evidence === null ? [] : [evidence]));
  if (proven.length === 0) return { purity10: null, baseRate: null };
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  return {
    purity10: mean(proven.map(({ precision10 }) => precision10)),
    baseRate: mean(proven.map(({ baseRate }) => baseRate)),
  };
}
