/** A training report as Markdown: every measure with what it is compared to. */
import type { Report } from "../protocol/artifact";
import type { ProjectSummary } from "../protocol/engine";
import { measure } from "./wording";

/** @param link address of `report.json`, which has all measures */
export function reportMarkdown(project: ProjectSummary, link: string): string {
  const report = project.sae?.report;
  if (report === undefined) return `# ${project.name}\n\nNo SAE has been trained yet.\n`;
  return [
    `# ${project.name}: SAE report`,
    `${report.items.toLocaleString("en")} items, ${report.users.toLocaleString("en")} users, ${report.dimensions} dimensions, ${report.latents} neurons.` +
      (report.interrupted ? " **Training was cancelled: these are the weights of its last checkpoint.**" : ""),
    table(["Measure", "Value", "Compare with"], measureRows(report)),
    "## Training",
    table(["Setting", "Value"], settingRows(report)),
    `All measures are in [report.json](${link}).`,
  ]
    .join("\n\n")
    .concat("\n");
}

function measureRows(report: Report): string[][] {
  const tested = `${report.rankedUsers.toLocaleString("en")} users${report.rankedUsersHeldOut ? " left out of training" : ""}`;
  return [
    ["Monosemanticity (MS), mean over live neurons", measure(report.ms), "1 is the ceiling"],
    ["Neurons labelled", String(report.labelled), `of ${report.latents}`],
    ["Purity@10 on held-out items", measure(report.purity10), `base rate ${measure(report.purity10BaseRate)}`],
    ["RBO of the top 30, raw", measure(report.rbo30), `ceiling .96; ${tested}`],
    ["RBO of the top 30, extrapolated", measure(report.rbo30Extrapolated), `ceiling 1.00; ${tested}`],
    ["Kendall tau of the top 30", measure(report.kendall30), `ceiling 1.00, disjoint lists -.67; ${tested}`],
    ["Active neurons per row (L0)", report.l0.toFixed(1), `of ${report.latents}`],
    ["Dead neurons", String(report.dead), `of ${report.latents}`],
    ["Explained variance", measure(report.explainedVariance), "1 is the ceiling"],
  ];
}

function settingRows({ settings, ...report }: Report): string[][] {
  return [
    ["Epochs", String(settings.epochs)],
    ["Pairs a step", String(settings.batch)],
    ["Learning rate", String(settings.learningRate)],
    ["Prediction weight", String(settings.predictionWeight)],
    ["Reconstruction weight", String(settings.reconstructionWeight)],
    ["KL weight", String(settings.klWeight)],
    ["Seed", String(settings.seed)],
    ["Steps", report.steps.toLocaleString("en")],
    ["Time", `${report.trainSeconds.toFixed(1)} s, ${report.msPerStep.toFixed(2)} ms a step`],
  ];
}

function table(header: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.join(" | ")} |`;
  const rule = header.map((_, index) => (index === 1 ? "---:" : "---"));
  return [line(header), line(rule), ...rows.map(line)].join("\n");
}
