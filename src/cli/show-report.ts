/** `recprism report`: the measures of the SAE, beside those of the raw dimensions and of a random SAE. */
import type { Accuracy, Baseline, Interval, Report } from "../protocol/artifact";
import { compareSeeds } from "./compare-seeds";
import type { CommonOptions, Context } from "./context";
import { print } from "./context";
import { decimal, percent, table } from "./table";

export interface ReportOptions extends CommonOptions {
  seeds?: number;
}

export async function showReport(context: Context, options: ReportOptions): Promise<void> {
  if (options.seeds !== undefined && !(await compareSeeds(context, options.seeds))) return;
  const { engine, project } = context;
  const report = await engine.report(project.id);
  print(options, report, () => reportText(report));
}

interface Row {
  name: string;
  value: string;
  interval?: string;
  raw?: string;
  random?: string;
  remark: string;
}

export function reportText(report: Report): string {
  const rows = [...neuronRows(report), ...listRows(report), ...healthRows(report), trainingRow(report)];
  const size = `${report.users} users, ${report.items} items, ${report.dimensions} dimensions, ${report.latents} neurons`;
  const notes = [
    ...(report.interrupted ? ["Training was cancelled: these are the weights it had."] : []),
    ...(report.measuredUsers < report.users || report.measuredItems < report.items
      ? [`Activations were measured on ${report.measuredUsers} users and ${report.measuredItems} items.`]
      : []),
    ...(report.rankedItems < report.items ? [`Lists were compared over a sample of ${report.rankedItems} items.`] : []),
  ];
  return `${[size, ...notes].join("\n")}\n\n${table(rows, [
    { heading: "measure", cell: ({ name }) => name },
    { heading: "value", align: "right", cell: ({ value }) => value },
    { heading: "95% interval", cell: ({ interval }) => interval ?? "" },
    { heading: "raw dims", align: "right", cell: ({ raw }) => raw ?? "" },
    { heading: "random SAE", align: "right", cell: ({ random }) => random ?? "" },
    { heading: "", cell: ({ remark }) => remark },
  ])}`;
}

/** A measure that the SAE and what it is compared with have alike. */
function sharedRow(report: Report, name: string, remark: string, cell: (of: Baseline | Report) => string): Row {
  const { rawDimensions, randomSae } = report.baselines;
  return { name, value: cell(report), raw: cell(rawDimensions), random: cell(randomSae), remark };
}

function neuronRows(report: Report): Row[] {
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
  ];
}

function listRows(report: Report): Row[] {
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
function accuracyRows(accuracy: Accuracy, { rawDimensions, randomSae }: Report["baselines"]): Row[] {
  const row = (name: string, measure: keyof Accuracy["original"], remark: string): Row => ({
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

function healthRows(report: Report): Row[] {
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

function trainingRow({ settings, trainSeconds, steps, msPerStep }: Report): Row {
  return settings === null
    ? { name: "training", value: "-", remark: "trained elsewhere" }
    : {
        name: "training",
        value: `${decimal(trainSeconds, 1)} s`,
        remark: `${steps} steps of ${decimal(msPerStep)} ms`,
      };
}

function range(interval: Interval | null, print: (end: number) => string): string {
  return interval === null ? "" : `${print(interval[0])} to ${print(interval[1])}`;
}

function signedPercent(share: number): string {
  const percents = (100 * share).toFixed(1);
  return `${share > 0 ? "+" : ""}${Number(percents) === 0 ? "0.0" : percents}%`;
}
