/** How good the labels of an SAE are, as single figures. */
import type { Confidence, NeuronLabel } from "../protocol/artifact";

/** Labels that a person may rely on. */
const SURE: readonly Confidence[] = ["high", "medium"];

export interface Purity {
  /** Neurons with a label, and with one of high or medium confidence. */
  labelled: number;
  labelledSurely: number;
  /** Means over labelled neurons of precision@10 and of the base rate, both on held-out rows; nulls where none is labelled. */
  purity10: number | null;
  baseRate: number | null;
}

export function meanPurity(labels: readonly NeuronLabel[]): Purity {
  const proven = labels.flatMap(({ evidence }) => (evidence === null ? [] : [evidence]));
  const mean = (values: number[]) =>
    values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
  return {
    labelled: proven.length,
    labelledSurely: labels.filter(({ confidence }) => SURE.includes(confidence)).length,
    purity10: mean(proven.map(({ precision10 }) => precision10)),
    baseRate: mean(proven.map(({ baseRate }) => baseRate)),
  };
}
