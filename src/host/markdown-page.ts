/** A page to read about the open project, kept up to date while it is shown. */
import { commands, type Disposable, EventEmitter, type TextDocumentContentProvider, Uri, workspace } from "vscode";
import type { ProjectSummary } from "../protocol/engine";
import { errorData } from "../protocol/error";
import type { Session } from "./session";

export class MarkdownPage implements TextDocumentContentProvider, Disposable {
  readonly #changed = new EventEmitter<Uri>();
  readonly onDidChange = this.#changed.event;
  readonly #subscriptions: Disposable[];
  readonly #uri: Uri;

  /**
   * @param scheme of its address, its own
   * @param title  of its tab
   * @param text   of the page; throws where there is nothing to read, with the remedy
   */
  constructor(
    private readonly session: Session,
    scheme: string,
    title: string,
    private readonly text: (project: ProjectSummary) => string,
  ) {
    this.#uri = Uri.from({ scheme, path: `/${title}.md` });
    let shown = session.state.project;
    this.#subscriptions = [
      this.#changed,
      workspace.registerTextDocumentContentProvider(scheme, this),
      session.onChanged(({ project }) => {
        if (project === shown) return;
        shown = project;
        this.#changed.fire(this.#uri);
      }),
    ];
  }

  async show(): Promise<void> {
    this.text(this.session.project);
    await commands.executeCommand("markdown.showPreview", this.#uri);
  }

  provideTextDocumentContent(): string {
    try {
      return this.text(this.session.project);
    } catch (thrown) {
      return errorData(thrown).message;
    }
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
  }
}
