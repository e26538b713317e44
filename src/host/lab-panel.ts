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
import { askForName } from "./ask-for-name";
import { showFault } from "./faults";
import { saveChart } from "./save-chart";
import type { Session } from "./session";
import { asked, connectWebview, sharedCalls } from "./webview-channel";
import type { WorkspaceProject } from "./workspace-project";

/** How many users or items a search lists. */
const MOST_FOUND = 50;

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
      findUsers: (text) => asked(session, (engine, project) => engine.findUsers(project, text, MOST_FOUND)),
      findItems: (text) => asked(session, (engine, project) => engine.findItems(project, text, MOST_FOUND)),
      user: (user) => asked(session, (engine, project) => engine.user(project, user)),
      runs: () => asked(session, (engine, project) => engine.runs(project)),
      trainSettings: (wanted) => asked(session, (engine, project) => engine.trainSettings(project, wanted)),
      preview: (user, recipe, k) => asked(session, (engine, project) => engine.preview({ project, user, recipe, k })),
      explain: (user, item, recipe) => asked(session, (engine, project) => engine.explain(project, user, item, recipe)),
      vocabulary: () => asked(session, (engine, project) => engine.vocabulary(project)),
      audience: (audience, task) => asked(session, (engine, project) => engine.audience(project, audience, task)),
      effect: (recipe, k, task) => asked(session, (engine, project) => engine.effect({ project, recipe, k, task })),
      controls: (recipe, k, task) => asked(session, (engine, project) => engine.controls({ project, recipe, k, task })),
      doseCurve: (recipe, neurons, k, task) =>
        asked(session, (engine, project) => engine.doseCurve({ project, recipe, neurons, k, task })),
      findDose: (recipe, neurons, goal, k, task) =>
        asked(session, (engine, project) => engine.findDose({ project, recipe, neurons, goal, k, task })),
      // What the work becomes is told by the call that asked for it.
      endTask: (task) => void session.engine.endTask(task).catch(() => {}),
      namedAudiences: async () => session.audiences,
      async nameAudience(audience) {
        const name = await askForName(
          { title: "Save Audience", prompt: "A name for this audience", value: "", what: "audience" },
          session.audiences,
        );
        if (name !== undefined) await session.keepAudience({ name, audience });
        return session.audiences;
      },
      async forgetAudience(name) {
        await session.forgetAudience(name);
        return session.audiences;
      },
      recipe: async () => session.recipe,
      recipeChanged: (recipe) => session.changeRecipe(recipe),
      insertConfig: () => void commands.executeCommand("recprism.insertConfig"),
      updateConfig: () => void commands.executeCommand("recprism.updateConfig"),
      saveConfig: () => void commands.executeCommand("recprism.saveConfig"),
      exportCode: (language) => void commands.executeCommand("recprism.exportCode", language),
    };
  }
}
