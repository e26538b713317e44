/** `recprism report`: the measures of the SAE, beside those of the raw dimensions and of a random SAE; or all as one page. */
import { measureNotes, measureRows } from "../engine/measure-rows";
import type { Report } from "../protocol/artifact";
import { compareSeeds } from "./compare-seeds";
import type { CommonOptions, Context } from "./context";
import { log, print } from "./context";
import { table } from "./table";

export interface ReportOptions extends CommonOptions {
  seeds?: number;
  /** File to write the whole report to, as a page. */
  html?: string;
}

export async function showReport(context: Context, options: ReportOptions): Promise<void> {
  if (options.seeds !== undefined && !(await compareSeeds(context, options.seeds))) return;
  const { engine, project } = context;
  if (options.html !== undefined) {
    await engine.writeHtmlReport(project.id, options.html);
    log(`Wrote ${options.html}.`);
    if (!options.json) return;
  }
  const report = await engine.report(project.id);
  print(options, report, () => reportText(report));
}

export function reportText(report: Report): string {
  const size = `${report.users} users, ${report.items} items, ${report.dimensions} dimensions, ${report.latents} neurons`;
  return `${[size, ...measureNotes(report)].join("\n")}\n\n${table(measureRows(report), [
    { heading: "measure", cell: ({ name }) => name },
    { heading: "value", align: "right", cell: ({ value }) => value },
    { heading: "95% interval", cell: ({ interval }) => interval ?? "" },
    { heading: "raw dims", align: "right", cell: ({ raw }) => raw ?? "" },
    { heading: "random SAE", align: "right", cell: ({ random }) => random ?? "" },
    { heading: "", cell: ({ remark }) => remark },
  ])}`;
}
