/** A neuron as a line of a list. */
import { shownLabel } from "../concepts/shown-label";
import type { NeuronLabel, Report } from "../protocol/artifact";
import type { NeuronRow } from "../protocol/neurons";
import { HISTOGRAM_BINS, type NeuronActivity } from "../sae/activity";

/** Bins of the histogram that make one of a sparkline. */
const SPARKLINE_STEP = 2;

type Said = Omit<NeuronRow, "ms" | "density" | "histogram">;

export function neuronRow(label: NeuronLabel, report: Report, activity: NeuronActivity): NeuronRow {
  const { ms, density } = report.neurons[label.neuron];
  const bins = histogramOf(activity, label.neuron);
  return {
    ...saidOf(label),
    ms,
    density,
    histogram: Array.from({ length: HISTOGRAM_BINS / SPARKLINE_STEP }, (_, bin) =>
      bins.slice(bin * SPARKLINE_STEP, (bin + 1) * SPARKLINE_STEP).reduce((sum, count) => sum + count, 0),
    ),
  };
}

/** The row under another label, its measures as they were. */
export function relabelledRow({ ms, density, histogram }: NeuronRow, label: NeuronLabel): NeuronRow {
  return { ...saidOf(label), ms, density, histogram };
}

/** Counts of active items. */
export function histogramOf({ histogram }: NeuronActivity, neuron: number): number[] {
  return Array.from(histogram.subarray(neuron * HISTOGRAM_BINS, (neuron + 1) * HISTOGRAM_BINS));
}

function saidOf(label: NeuronLabel): Said {
  const { neuron, kind, confidence, evidence, person } = label;
  return {
    neuron,
    ...shownLabel(label),
    statisticalLabel: label.label,
    kind,
    confidence,
    pinned: person?.pinned ?? false,
    wrong: person?.wrong ?? false,
    hasNote: (person?.note ?? "") !== "",
    purity10: evidence?.precision10 ?? null,
    purity10BaseRate: evidence?.baseRate ?? null,
    auc: evidence?.heldOutAuc ?? null,
    lift: evidence?.lift ?? null,
  };
}
