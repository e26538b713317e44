/** A training report as Markdown: every measure with what it is compared to. */
import type { Accuracy, Baseline, Interval, Report } from "../protocol/artifact";
import type { ProjectSummary } from "../protocol/engine";
import { counted, measure } from "./wording";

/** @param link address of `report.json`, which has all measures */
export function reportMarkdown(project: ProjectSummary, link: string): string {
  const report = project.sae?.report;
  if (report === undefined) return `# ${project.name}\n\nNo SAE has been trained yet.\n`;
  return [
    `# ${project.name}: SAE report`,
    sizeText(report),
    table(
      ["Measure", "SAE", "95% interval", "Raw dimensions", "Random SAE", "Compare with"],
      [...neuronRows(report), ...listRows(report), ...healthRows(report)],
    ),
    "*Raw dimensions* are the embedding's own axes; a *random SAE* has the same shape and was never trained. What the SAE adds is its lead over both.",
    ...(report.accuracy === null ? [] : accuracySection(report.accuracy, report.baselines)),
    ...duplicateSection(report),
    "## Training",
    report.settings === null ? "This SAE was trained elsewhere." : table(["Setting", "Value"], settingRows(report)),
    `All measures are in [report.json](${link}).`,
  ]
    .join("\n\n")
    .concat("\n");
}

function sizeText(report: Report): string {
  const { users, items, measuredUsers, measuredItems, rankedItems } = report;
  const sampled = measuredUsers < users || measuredItems < items;
  return [
    `${whole(items)} items, ${whole(users)} users, ${report.dimensions} dimensions, ${report.latents} neurons.`,
    ...(sampled
      ? [`Activations were measured on ${whole(measuredItems)} items and ${whole(measuredUsers)} users.`]
      : []),
    ...(rankedItems < items ? [`Lists were compared over a sample of ${whole(rankedItems)} items.`] : []),
    ...(report.interrupted ? ["**Training was cancelled: these are the weights of its last checkpoint.**"] : []),
  ].join(" ");
}

/** A measure that the SAE and what it is compared with have alike. */
function sharedRow(
  report: Report,
  name: string,
  cell: (of: Baseline | Report) => string,
  compare: string,
  interval: Interval | null = null,
): string[] {
  const { rawDimensions, randomSae } = report.baselines;
  return [name, cell(report), range(interval), cell(rawDimensions), cell(randomSae), compare];
}

function neuronRows(report: Report): string[][] {
  const { intervals } = report;
  const labelled = (of: Baseline | Report) => `${of.labelled} of ${"latents" in of ? of.latents : of.neurons}`;
  return [
    sharedRow(
      report,
      "Monosemanticity (MS), mean over live neurons",
      ({ ms }) => measure(ms),
      "1 is the ceiling",
      intervals.ms,
    ),
    sharedRow(report, "Neurons labelled", labelled, "a name that held-out items prove"),
    sharedRow(
      report,
      "Purity@10 on held-out items",
      ({ purity10 }) => measure(purity10),
      `base rate ${measure(report.purity10BaseRate)}`,
      intervals.purity10,
    ),
    sharedRow(report, "Base rate of the labels", (of) => measure(of.purity10BaseRate), "what chance would give"),
  ];
}

function listRows(report: Report): string[][] {
  const { intervals } = report;
  const tested = `${whole(report.rankedUsers)} users${report.rankedUsersHeldOut ? " left out of training" : ""}`;
  return [
    sharedRow(
      report,
      "RBO of the top 30, raw",
      ({ rbo30 }) => measure(rbo30),
      `ceiling .96; ${tested}`,
      intervals.rbo30,
    ),
    sharedRow(
      report,
      "RBO of the top 30, extrapolated",
      (of) => measure(of.rbo30Extrapolated),
      "ceiling 1.00",
      intervals.rbo30Extrapolated,
    ),
    sharedRow(
      report,
      "Kendall tau of the top 30",
      ({ kendall30 }) => measure(kendall30),
      "ceiling 1.00, disjoint lists -.67",
      intervals.kendall30,
    ),
  ];
}

function healthRows(report: Report): string[][] {
  const { l0Users, l0Items, seedStability } = report;
  const count = (of: number | null) => (of === null ? "n/a" : of.toFixed(1));
  const activity = `of ${report.latents}; users ${count(l0Users)}, items ${count(l0Items)}`;
  const rows = [
    sharedRow(report, "Active neurons per row (L0)", ({ l0 }) => count(l0), activity),
    sharedRow(report, "Dead neurons", ({ dead }) => String(dead), `of ${report.latents}`),
    sharedRow(report, "Explained variance", (of) => measure(of.explainedVariance), "1 is the ceiling"),
    sharedRow(report, "Cosine of rows and reconstructions", ({ cosine }) => measure(cosine), "1 is the ceiling"),
    sharedRow(report, "Shrinkage", ({ shrinkage }) => measure(shrinkage), "1 is none, less is too short"),
  ];
  if (seedStability === null) return rows;
  const { seeds, mean, chance } = seedStability;
  const compare = `random directions ${measure(chance)}; ${seeds.length} seeds`;
  return [...rows, ["Seed stability, best-match cosine", measure(mean.value), range(mean.interval), "", "", compare]];
}

/** What reconstruction costs in accuracy, which only interactions can tell. */
function accuracySection(accuracy: Accuracy, { randomSae }: Report["baselines"]): string[] {
  const row = (name: string, of: keyof Accuracy["original"], compare: string) => {
    const [original, reconstructed] = [accuracy.original[of], accuracy.reconstructed[of]];
    return [
      name,
      measure(original.value),
      range(original.interval),
      measure(reconstructed.value),
      range(reconstructed.interval),
      compare,
    ];
  };
  const { ndcg20Change } = accuracy;
  const change =
    ndcg20Change === null
      ? []
      : [
          `Reconstruction changes NDCG@20 by ${signedPercent(ndcg20Change.value)}${between(ndcg20Change.interval)}${
            randomSae.ndcg20Change === null ? "" : `; a random SAE by ${signedPercent(randomSae.ndcg20Change.value)}`
          }.`,
        ];
  return [
    "## Accuracy",
    `A random fifth of the interactions of ${whole(accuracy.users)} users is held out. The recommender may have been trained on them, so trust the change more than the values.`,
    table(
      ["Measure", "Original", "95% interval", "Reconstructed", "95% interval", "Compare with"],
      [
        row("NDCG@20", "ndcg20", "1 is the ceiling"),
        row("HR@20", "hr20", "share of users with a held-out item in the list"),
        row("MRR@20", "mrr20", "1 is the ceiling"),
        row("Mean percentile rank", "percentileRank", "0 is the top of the catalogue, .50 is chance"),
      ],
    ),
    ...change,
  ];
}

function duplicateSection({ duplicates }: Report): string[] {
  if (duplicates.pairs === 0) return [];
  const { pairs, leastCosine, byDecoder, byLabel, strongest } = duplicates;
  return [
    "## Neurons that say the same",
    `${counted(pairs, "pair")}: ${byDecoder} with a cosine of their decoder rows above ${measure(leastCosine)}, ${byLabel} with the same label.`,
    table(
      ["Neurons", "Cosine", "Same label"],
      strongest.map(({ neurons: [a, b], cosine, sameLabel }) => [
        `${a}, ${b}`,
        measure(cosine),
        sameLabel ? "yes" : "no",
      ]),
    ),
  ];
}

function settingRows({ settings, steps, trainSeconds, msPerStep }: Report): string[][] {
  if (settings === null) return [];
  const { activation, k, prefixes, klWeight, l1Weight, revival } = settings;
  const kept = activation === "topk" || activation === "batchtopk" ? `${activation}, k = ${k}` : activation;
  return [
    ["Activation", kept],
    ["Decoder", settings.tied ? "tied" : "its own"],
    ["Standardisation", settings.standardisation],
    ["Epochs", String(settings.epochs)],
    ["Pairs a step", String(settings.batch)],
    ["Learning rate", String(settings.learningRate)],
    ["Prediction loss", settings.predictionLoss],
    ["Prediction weight", String(settings.predictionWeight)],
    ["Reconstruction weight", String(settings.reconstructionWeight)],
    ["KL weight", String(klWeight)],
    ["L1 weight", String(l1Weight)],
    ...(prefixes.length > 0 ? [["Matryoshka prefixes", prefixes.join(", ")]] : []),
    ...(revival === "none" ? [] : [["Revival of dead neurons", revival]]),
    ["Seed", String(settings.seed)],
    ["Steps", whole(steps)],
    ["Time", `${trainSeconds.toFixed(1)} s, ${msPerStep.toFixed(2)} ms a step`],
  ];
}

function range(interval: Interval | null): string {
  return interval === null ? "" : `${measure(interval[0])} to ${measure(interval[1])}`;
}

function between(interval: Interval | null): string {
  return interval === null ? "" : ` (${signedPercent(interval[0])} to ${signedPercent(interval[1])})`;
}

function signedPercent(share: number): string {
  const percents = (100 * share).toFixed(1);
  return `${share > 0 ? "+" : ""}${Number(percents) === 0 ? "0.0" : percents}%`;
}

function whole(count: number): string {
  return count.toLocaleString("en");
}

/** The last column holds words, the first names; what is between are figures. */
function table(header: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.join(" | ")} |`;
  const last = Math.max(2, header.length - 1);
  const rule = header.map((_, index) => (index > 0 && index < last ? "---:" : "---"));
  return [line(header), line(rule), ...rows.map(line)].join("\n");
}
