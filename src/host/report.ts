/** Show Report: the measures of the open project's SAE as a page to read, beside the `report.json` they come from. */
import { join } from "node:path";
import { commands, type Disposable, EventEmitter, type TextDocumentContentProvider, Uri, workspace } from "vscode";
import { RecPrismError } from "../protocol/error";
import { reportMarkdown } from "./report-markdown";
import type { Session } from "./session";

const SCHEME = "recprism-report";

export class ReportPage implements TextDocumentContentProvider, Disposable {
  readonly #changed = new EventEmitter<Uri>();
  readonly onDidChange = this.#changed.event;
  readonly #subscriptions: Disposable[];
  readonly #uri = Uri.from({ scheme: SCHEME, path: "/RecPrism Report.md" });

  constructor(private readonly session: Session) {
    let shown = session.state.project;
    this.#subscriptions = [
      this.#changed,
      workspace.registerTextDocumentContentProvider(SCHEME, this),
      session.onChanged(({ project }) => {
        if (project === shown) return;
        shown = project;
        this.#changed.fire(this.#uri);
      }),
    ];
  }

  async show(): Promise<void> {
    if (this.session.project.sae === null) {
      throw new RecPrismError("artifact-missing", "There is no report yet: train an SAE first (RecPrism: Train SAE).");
    }
    await commands.executeCommand("markdown.showPreview", this.#uri);
  }

  provideTextDocumentContent(): string {
    const { project } = this.session.state;
    if (project === null || project.sae === null) return "No SAE has been trained for the open project.";
    return reportMarkdown(project, Uri.file(join(project.sae.path, "report.json")).toString());
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
  }
}
