/** Labels of many neurons, and what they and the monosemanticity scores come to as single figures. */
import { labelling, type NeuronsOnData } from "../concepts/label";
import { meanPurity } from "../concepts/purity";
import { derivedSeed } from "../data/random";
import type { NeuronLabel, Report } from "../protocol/artifact";
import { meanEstimate } from "../sae/bootstrap";
import type { Pace } from "./pace";

/** `labelNeurons`, letting other work in between neurons. */
export async function labelsOf(of: NeuronsOnData, pace: Pace): Promise<NeuronLabel[]> {
  const work = labelling(of);
  for (let next = work.next(); ; next = work.next()) {
    if (next.done) return next.value;
    await pace(next.value);
  }
}

export type LabelMeasures = Pick<Report, "purity10" | "purity10BaseRate" | "labelled" | "labelledSurely"> & {
  intervals: Pick<Report["intervals"], "purity10">;
};

export type NeuronMeasures = LabelMeasures & Pick<Report, "ms"> & { intervals: Pick<Report["intervals"], "ms"> };

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
  const ofLabels = labelMeasures(labels, seed);
  return {
    ...ofLabels,
    ms: ms?.value ?? null,
    intervals: { ...ofLabels.intervals, ms: ms?.interval ?? null },
  };
}

export function labelMeasures(labels: NeuronLabel[], seed: number): LabelMeasures {
  const precisions = labels.flatMap(({ evidence }) => (evidence === null ? [] : [evidence.precision10]));
  const { labelled, labelledSurely, purity10, baseRate } = meanPurity(labels);
  return {
    labelled,
    labelledSurely,
    purity10,
    purity10BaseRate: baseRate,
    intervals: { purity10: meanEstimate(precisions, derivedSeed(seed, "bootstrap of purity"))?.interval ?? null },
  };
}
