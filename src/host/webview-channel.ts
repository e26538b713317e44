/** What side panel and Lab have in common: their page, their channel to the host, and the calls both may make. */
import { randomBytes } from "node:crypto";
import { createBirpc } from "birpc";
import { commands, type Disposable, type Event, Uri, type Webview } from "vscode";
import { answered } from "../protocol/answer";
import type { Engine } from "../protocol/engine";
import type { LabHost, LabView, NeuronsHost, SharedHost, SharedState } from "../protocol/webview";
import { changeLabel } from "./label-commands";
import type { Session } from "./session";
import { StateRelay } from "./state-relay";
import type { WorkspaceProject } from "./workspace-project";

export type ViewName = "neurons" | "lab";

/** Sets the webview's page and serves its calls until disposed of. */
export function connectWebview(
  webview: Webview,
  view: ViewName,
  extensionUri: Uri,
  served: NeuronsHost | LabHost,
  session: Session,
): Disposable {
  const scripts = Uri.joinPath(extensionUri, "dist", "webview");
  webview.options = { enableScripts: true, localResourceRoots: [scripts] };
  const subscriptions: Disposable[] = [];
  const remote = createBirpc<LabView, NeuronsHost | LabHost>(served, {
    post: (message) => void webview.postMessage(message),
    on: (receive) => void subscriptions.push((webview.onDidReceiveMessage as Event<unknown>)(receive)),
    eventNames: ["stateChanged", "recipeReplaced", "taskProgress"],
    bind: "functions",
    timeout: -1,
  });
  const relay = new StateRelay((state) => void remote.stateChanged(state));
  subscriptions.push(
    relay,
    session.onChanged((state) => relay.push(state)),
  );
  if (view === "lab") {
    subscriptions.push(
      session.onRecipeReplaced((recipe) => void remote.recipeReplaced(recipe)),
      session.onTaskProgress((task, share) => void remote.taskProgress(task, share)),
    );
  }
  webview.html = page(webview, view, scripts);
  return {
    dispose() {
      for (const subscription of subscriptions.splice(0)) subscription.dispose();
      remote.$close();
    },
  };
}

/**
 * The calls of `SharedHost`.
 *
 * @param selected told of a selection made in the view
 * @param compared told of neurons that the view wants to be seen side by side
 */
export function sharedCalls(
  session: Session,
  workspaceProject: WorkspaceProject,
  selected: (neuron: number) => void,
  compared: (neurons: number[]) => void,
): SharedHost {
  return {
    async ready(): Promise<SharedState> {
      // A fault of opening is part of the state that follows.
      void workspaceProject.ensureOpen().catch(() => {});
      return session.state;
    },
    openEmbeddings: () => void commands.executeCommand("recprism.openEmbeddings"),
    openSample: () => void commands.executeCommand("recprism.openSample"),
    train: (asked) => void commands.executeCommand("recprism.train", asked),
    measure: () => void commands.executeCommand("recprism.measure"),
    cancelTraining: () => void commands.executeCommand("recprism.cancelTraining"),
    selectNeuron: selected,
    compareNeurons: compared,
    neurons: (query) => asked(session, (engine, project) => engine.neurons(project, query)),
    changeLabel: (change) => answered(() => changeLabel(session, change)),
    askForName: (neurons) => void commands.executeCommand("recprism.renameNeuron", neurons),
    nameByModel: (neurons) => void commands.executeCommand("recprism.nameByModel", neurons),
  };
}

/** A question about the open project, answered in a form that keeps faults. */
export function asked<Value>(session: Session, question: (engine: Engine, project: string) => Promise<Value>) {
  return answered(() => question(session.engine, session.project.id));
}

function page(webview: Webview, view: ViewName, scripts: Uri): string {
  const nonce = randomBytes(16).toString("base64");
  const resource = (name: string) => webview.asWebviewUri(Uri.joinPath(scripts, name)).toString();
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src ${webview.cspSource}`,
    `img-src ${webview.cspSource} data:`,
  ].join("; ");
  return `<!DOCTYPE html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta http-equiv="Content-Security-Policy" content="${policy}">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>RecPrism</title>
  <link rel="stylesheet" href="${resource(`${view}.css`)}">
</head>
<body data-view="${view}">
  <div id="root"></div>
  <script nonce="${nonce}" src="${resource(`${view}.js`)}"></script>
</body>
</html>`;
}
