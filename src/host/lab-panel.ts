/** The Lab: one editor panel for looking at neurons, steering and comparing runs, restored after a reload. */
import {
  commands,
  type Disposable,
  type LogOutputChannel,
  Uri,
  ViewColumn,
  type WebviewPanel,
  type WebviewPanelSerializer,
  window,
} from "vscode";
import type { LabHost } from "../protocol/webview";
import { showFault } from "./faults";
import { saveChart } from "./save-chart";
import type { Session } from "./session";
import { asked, connectWebview, sharedCalls } from "./webview-channel";
import type { WorkspaceProject } from "./workspace-project";

/** How many users a search lists. */
const MOST_USERS = 50;

export class LabPanel implements WebviewPanelSerializer {
  static readonly viewType = "recprism.lab";
  #panel: WebviewPanel | null = null;

  constructor(
    private readonly extensionUri: Uri,
    private readonly session: Session,
    private readonly workspaceProject: WorkspaceProject,
    private readonly log: LogOutputChannel,
  ) {}

  /** Opens the Lab or brings it to the front. */
  show(preserveFocus: boolean): void {
    if (this.#panel !== null) {
      this.#panel.reveal(undefined, preserveFocus);
      return;
    }
    this.#adopt(
      window.createWebviewPanel(
        LabPanel.viewType,
        "RecPrism Lab",
        { viewColumn: ViewColumn.Active, preserveFocus },
        { retainContextWhenHidden: false, enableFindWidget: true },
      ),
    );
  }

  async deserializeWebviewPanel(panel: WebviewPanel): Promise<void> {
    this.#adopt(panel);
  }

  dispose(): void {
    this.#panel?.dispose();
  }

  #adopt(panel: WebviewPanel): void {
    this.#panel?.dispose();
    this.#panel = panel;
    const icon = (name: string) => Uri.joinPath(this.extensionUri, "media", name);
    panel.iconPath = { light: icon("recprism-on-light.svg"), dark: icon("recprism.svg") };
    const channel: Disposable = connectWebview(panel.webview, "lab", this.extensionUri, this.#served(), this.session);
    panel.onDidDispose(() => {
      channel.dispose();
      if (this.#panel === panel) this.#panel = null;
    });
  }

  #served(): LabHost {
    const { session } = this;
    return {
      ...sharedCalls(
        session,
        this.workspaceProject,
        (neuron) => session.select(neuron),
        (neurons) => session.compare(neurons),
      ),
      neuron: (neuron) => asked(session, (engine, project) => engine.neuron(project, neuron)),
      comparison: (neurons) => asked(session, (engine, project) => engine.compareNeurons(project, neurons)),
      itemMap: () => asked(session, (engine, project) => engine.itemMap(project)),
      mapActivations: (neuron) => asked(session, (engine, project) => engine.mapActivations(project, neuron)),
      items: (rows) => asked(session, (engine, project) => engine.items(project, rows)),
      structure: () => asked(session, (engine, project) => engine.structure(project)),
      audit: () => asked(session, (engine, project) => engine.audit(project)),
      saveChart: (name, kind, content) =>
        void saveChart(session, name, kind, content).catch((thrown) => showFault(thrown, this.log, session)),
      findUsers: (text) => asked(session, (engine, project) => engine.findUsers(project, text, MOST_USERS)),
      user: (user) => asked(session, (engine, project) => engine.user(project, user)),
      runs: () => asked(session, (engine, project) => engine.runs(project)),
      trainSettings: (wanted) => asked(session, (engine, project) => engine.trainSettings(project, wanted)),
      preview: (user, recipe, k) => asked(session, (engine, project) => engine.preview({ project, user, recipe, k })),
      recipe: async () => session.recipe,
      recipeChanged: (recipe) => session.changeRecipe(recipe),
      insertConfig: () => void commands.executeCommand("recprism.insertConfig"),
      saveConfig: () => void commands.executeCommand("recprism.saveConfig"),
    };
  }
}
