/** The Neurons side panel. */
import type { Disposable, Uri, WebviewView, WebviewViewProvider } from "vscode";
import type { NeuronsHost } from "../protocol/webview";
import { askForName } from "./ask-for-name";
import type { Session } from "./session";
import { connectWebview, sharedCalls } from "./webview-channel";
import type { WorkspaceProject } from "./workspace-project";

export class NeuronsViewProvider implements WebviewViewProvider {
  static readonly viewId = "recprism.neurons";
  #channel: Disposable | null = null;

  constructor(
    private readonly extensionUri: Uri,
    private readonly session: Session,
    private readonly workspaceProject: WorkspaceProject,
    private readonly neuronSelected: (neuron: number) => void,
    private readonly neuronsCompared: (neurons: number[]) => void,
  ) {}

  resolveWebviewView(view: WebviewView): void {
    this.#channel?.dispose();
    const channel = connectWebview(view.webview, "neurons", this.extensionUri, this.#served(), this.session);
    const describe = this.session.onChanged(({ project }) => {
      view.description = project?.name;
    });
    view.description = this.session.state.project?.name;
    this.#channel = channel;
    view.onDidDispose(() => {
      describe.dispose();
      channel.dispose();
    });
  }

  #served(): NeuronsHost {
    const { session } = this;
    return {
      ...sharedCalls(session, this.workspaceProject, this.neuronSelected, this.neuronsCompared),
      savedFilters: async () => session.filters,
      async saveFilter(search) {
        const name = await askForName(
          { title: "Save Filter", prompt: `A name for: ${search}`, value: search, what: "filter" },
          session.filters,
        );
        if (name !== undefined) await session.keepFilter({ name, search });
        return session.filters;
      },
      async removeFilter(name) {
        await session.removeFilter(name);
        return session.filters;
      },
    };
  }
}
