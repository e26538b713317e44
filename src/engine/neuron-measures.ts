/** Labels of many neurons, and what they and the monosemanticity scores come to as single figures. */
import type { Concept } from "../concepts/candidates";
import { labelNeurons } from "../concepts/label";
import { meanPurity } from "../concepts/purity";
import type { Items } from "../data/dataset";
import { type Matrix, matrix, row } from "../data/matrix";
import { derivedSeed } from "../data/random";
import type { NeuronLabel, Report } from "../protocol/artifact";
import { meanEstimate } from "../sae/bootstrap";
import type { Pace } from "./pace";

/** Activations that are labelled between two turns of the event loop: about a second's work. */
const SLICE_VALUES = 2 ** 21;

/** `labelNeurons`, some neurons at a time. */
export async function labelsOf(
  activations: Matrix,
  live: Uint8Array,
  items: Items,
  concepts: Concept[],
  seed: number,
  pace: Pace,
): Promise<NeuronLabel[]> {
  const labels: NeuronLabel[] = [];
  const neurons = Math.max(1, Math.floor(SLICE_VALUES / Math.max(1, activations.rows)));
  for (let start = 0; start < activations.columns; start += neurons) {
    await pace(start / activations.columns);
    const end = Math.min(activations.columns, start + neurons);
    const slice = labelNeurons(columnsOf(activations, start, end), live.slice(start, end), items, concepts, seed);
    labels.push(...slice.map((label) => ({ ...label, neuron: start + label.neuron })));
  }
  return labels;
}

/** Columns [from, to), copied. */
export function columnsOf(of: Matrix, from: number, to: number): Matrix {
  if (from === 0 && to === of.columns) return of;
  const result = matrix(of.rows, to - from);
  for (let r = 0; r < of.rows; r++) result.values.set(row(of, r).subarray(from, to), r * result.columns);
  return result;
}

export type NeuronMeasures = Pick<Report, "ms" | "purity10" | "purity10BaseRate" | "labelled"> & {
  intervals: Pick<Report["intervals"], "ms" | "purity10">;
};

/** @param scores monosemanticity of each neuron, null where it has none */
export function neuronMeasures(
  scores: readonly (number | null)[],
  labels: NeuronLabel[],
  seed: number,
): NeuronMeasures {
  const ms = meanEstimate(
    scores.filter((score) => score !== null),
    derivedSeed(seed, "bootstrap of MS"),
  );
  const precisions = labels.flatMap(({ evidence }) => (evidence === null ? [] : [evidence.precision10]));
  const purity = meanPurity(labels);
  return {
    ms: ms?.value ?? null,
    purity10: purity.purity10,
    purity10BaseRate: purity.baseRate,
    labelled: precisions.length,
    intervals: {
      ms: ms?.interval ?? null,
      purity10: meanEstimate(precisions, derivedSeed(seed, "bootstrap of purity"))?.interval ?? null,
    },
  };
}
