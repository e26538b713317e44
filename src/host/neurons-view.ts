/** The Neurons side panel. */
import type { Disposable, Uri, WebviewView, WebviewViewProvider } from "vscode";
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
  ) {}

  resolveWebviewView(view: WebviewView): void {
    this.#channel?.dispose();
    const served = sharedCalls(this.session, this.workspaceProject, this.neuronSelected);
    const channel = connectWebview(view.webview, "neurons", this.extensionUri, served, this.session);
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
}
