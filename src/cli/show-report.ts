/** `recprism report`: the measures of the SAE. */
import type { Report } from "../protocol/artifact";
import type { CommonOptions, Context } from "./context";
import { print } from "./context";
import { decimal, percent, table } from "./table";

export async function showReport({ engine, project }: Context, options: CommonOptions): Promise<void> {
  const report = await engine.report(project.id);
  print(options, report, () => reportText(report));
}

export function reportText(report: Report): string {
  const users = report.rankedUsersHeldOut ? "held-out users" : "users";
  const rows: [string, string, string][] = [
    ["MS", decimal(report.ms), "monosemanticity, mean over live neurons"],
    ["RBO@30", decimal(report.rbo30), `raw, ceiling .96, ${report.rankedUsers} ${users}`],
    ["RBO@30 extrapolated", decimal(report.rbo30Extrapolated), "ceiling 1"],
    ["Kendall@30", decimal(report.kendall30), "tau-b with the union rule; disjoint lists score -.67"],
    ["purity@10", percent(report.purity10), `base rate ${percent(report.purity10BaseRate)}, held-out items`],
    ["labelled", `${report.labelled}`, `of ${report.latents} neurons`],
    ["L0", decimal(report.l0, 1), "active neurons per row"],
    ["dead", `${report.dead}`, "neurons never active"],
    ["explained variance", decimal(report.explainedVariance), ""],
    ["training", `${decimal(report.trainSeconds, 1)} s`, `${report.steps} steps of ${decimal(report.msPerStep)} ms`],
  ];
  const size = `${report.users} users, ${report.items} items, ${report.dimensions} dimensions, ${report.latents} neurons`;
  const note = report.interrupted ? "\nTraining was cancelled: these are the weights it had." : "";
  return `${size}${note}\n\n${table(rows, [
    { heading: "measure", cell: ([name]) => name },
    { heading: "value", align: "right", cell: ([, value]) => value },
    { heading: "", cell: ([, , remark]) => remark },
  ])}`;
}
