/** The measures of a report line by line, beside those of the raw dimensions and of a random SAE. */
import type { Accuracy, Baseline, Report } from "../protocol/artifact";
import { decimal, percent, range, signedPercent } from "./figures";

export interface MeasureRow {
  name: string;
  value: string;
  interval?: string;
  raw?: string;
  random?: string;
  remark: string;
}

export function measureRows(report: Report): MeasureRow[] {
  return [...neuronRows(report), ...listRows(report), ...healthRows(report), trainingRow(report)];
}

/** What should be known before the measures are read: what was sampled or cut short. */
export function measureNotes(report: Report): string[] {
  return [
    ...(report.interrupted ? ["Training was cancelled: these are the weights it had."] : []),
    ...(report.measuredUsers < report.users || report.measuredItems < report.items
      ? [`Activations were measured on ${report.measuredUsers} users and ${report.measuredItems} items.`]
      : []),
    ...(report.rankedItems < report.items ? [`Lists were compared over a sample of ${report.rankedItems} items.`] : []),
  ];
}

/** A measure that the SAE and what it is compared with have alike. */
function sharedRow(report: Report, name: string, remark: string, cell: (of: Baseline | Report) => string): MeasureRow {
  const { rawDimensions, randomSae } = report.baselines;
  return { name, value: cell(report), raw: cell(rawDimensions), random: cell(randomSae), remark };
}

function neuronRows(report: Report): MeasureRow[] {
  const { intervals } = report;
  const neuronsOf = (of: Baseline | Report) => ("latents" in of ? of.latents : of.neurons);
  return [
    {
      ...sharedRow(report, "MS", "monosemanticity, mean over live neurons", ({ ms }) => decimal(ms)),
      interval: range(intervals.ms, decimal),
    },
    {
      ...sharedRow(report, "purity@10", "of labelled neurons, held-out items", ({ purity10 }) => percent(purity10)),
      interval: range(intervals.purity10, percent),
    },
    sharedRow(report, "base rate", "what purity@10 is to be compared with", (of) => percent(of.purity10BaseRate)),
    sharedRow(report, "labelled", "neurons with a proven name", (of) => `${of.labelled}/${neuronsOf(of)}`),
    sharedRow(
      report,
      "labelled surely",
      "of high or medium confidence",
      (of) => `${of.labelledSurely}/${neuronsOf(of)}`,
    ),
  ];
}

function listRows(report: Report): MeasureRow[] {
  const { intervals, accuracy } = report;
  const users = `${report.rankedUsers} ${report.rankedUsersHeldOut ? "held-out users" : "users"}`;
  return [
    {
      ...sharedRow(report, "RBO@30", `raw, ceiling .96, ${users}`, ({ rbo30 }) => decimal(rbo30)),
      interval: range(intervals.rbo30, decimal),
    },
    {
      ...sharedRow(report, "RBO@30 extrapolated", "ceiling 1", (of) => decimal(of.rbo30Extrapolated)),
      interval: range(intervals.rbo30Extrapolated, decimal),
    },
    {
      ...sharedRow(report, "Kendall@30", "tau-b with the union rule; disjoint lists score -.67", (of) =>
        decimal(of.kendall30),
      ),
      interval: range(intervals.kendall30, decimal),
    },
    ...(accuracy === null ? [] : accuracyRows(accuracy, report.baselines)),
  ];
}

/** The lists of the raw dimensions are the recommender's own. */
function accuracyRows(accuracy: Accuracy, { rawDimensions, randomSae }: Report["baselines"]): MeasureRow[] {
  const row = (name: string, measure: keyof Accuracy["original"], remark: string): MeasureRow => ({
    name,
    value: decimal(accuracy.reconstructed[measure].value, 3),
    interval: range(accuracy.reconstructed[measure].interval, (end) => decimal(end, 3)),
    raw: decimal(accuracy.original[measure].value, 3),
    remark,
  });
  const change = (of: { value: number } | null) => (of === null ? "-" : signedPercent(of.value));
  return [
    row("NDCG@20", "ndcg20", `a fifth of the interactions of ${accuracy.users} users held out`),
    row("HR@20", "hr20", "users with a held-out item in their list"),
    row("MRR@20", "mrr20", "of the first held-out item"),
    row("percentile rank", "percentileRank", "of held-out items; 0 is the top, .5 chance"),
    {
      name: "NDCG@20 change",
      value: change(accuracy.ndcg20Change),
      interval: range(accuracy.ndcg20Change?.interval ?? null, signedPercent),
      raw: change(rawDimensions.ndcg20Change),
      random: change(randomSae.ndcg20Change),
      remark: "from original to reconstructed, user by user",
    },
  ];
}

function healthRows(report: Report): MeasureRow[] {
  const { duplicates, seedStability, l0Users, l0Items } = report;
  const rows = [
    sharedRow(report, "L0", `active per row; users ${decimal(l0Users, 1)}, items ${decimal(l0Items, 1)}`, ({ l0 }) =>
      decimal(l0, 1),
    ),
    sharedRow(report, "dead", "neurons never active", ({ dead }) => `${dead}`),
    sharedRow(report, "explained variance", "", (of) => decimal(of.explainedVariance)),
    sharedRow(report, "cosine", "of rows and their reconstructions", ({ cosine }) => decimal(cosine)),
    sharedRow(report, "shrinkage", "1 is none, less is too short", ({ shrinkage }) => decimal(shrinkage)),
    {
      name: "duplicates",
      value: `${duplicates.pairs}`,
      remark: `pairs: ${duplicates.byDecoder} with a cosine above ${duplicates.leastCosine}, ${duplicates.byLabel} with one label`,
    },
  ];
  if (seedStability === null) return rows;
  const { mean, chance, seeds } = seedStability;
  return [
    ...rows,
    {
      name: "seed stability",
      value: decimal(mean.value),
      interval: range(mean.interval, decimal),
      remark: `best-match cosine over ${seeds.length} seeds; random directions ${decimal(chance)}`,
    },
  ];
}

function trainingRow({ settings, trainSeconds, steps, msPerStep }: Report): MeasureRow {
  return settings === null
    ? { name: "training", value: "-", remark: "trained elsewhere" }
    : {
        name: "training",
        value: `${decimal(trainSeconds, 1)} s`,
        remark: `${steps} steps of ${decimal(msPerStep)} ms`,
      };
}
