/** Show Report: the measures of the open project's SAE as a page to read, beside the `report.json` they come from. */
import { join } from "node:path";
import { Uri } from "vscode";
import { RecPrismError } from "../protocol/error";
import { MarkdownPage } from "./markdown-page";
import { reportMarkdown } from "./report-markdown";
import type { Session } from "./session";

export function reportPage(session: Session): MarkdownPage {
  return new MarkdownPage(session, "recprism-report", "RecPrism Report", (project) => {
    if (project.sae === null) {
      throw new RecPrismError("artifact-missing", "There is no report yet: train an SAE first (RecPrism: Train SAE).");
    }
    return reportMarkdown(project, Uri.file(join(project.sae.path, "report.json")).toString());
  });
}
