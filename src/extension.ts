/** Composition root of the extension: wires the host's parts to VS Code, nothing else. */
import { commands, type Disposable, type ExtensionContext, Uri, window } from "vscode";
import { addToManifest } from "./host/add-flow";
import { contextKeys } from "./host/context-keys";
import { createEngineHost } from "./host/engine-host";
import { showFault } from "./host/faults";
import { identityMarkdown } from "./host/identity-markdown";
import { LabPanel } from "./host/lab-panel";
import {
  addNote,
  markWrong,
  mergeNeurons,
  namedNeurons,
  pinNeurons,
  renameNeurons,
  resetNeurons,
} from "./host/label-commands";
import { languageModelTools } from "./host/language-model-tools";
import { LastEditor } from "./host/last-editor";
import { ManifestCompletion } from "./host/manifest-completion";
import { manifestDiagnostics } from "./host/manifest-diagnostics";
import { MarkdownPage } from "./host/markdown-page";
import { nameByModel } from "./host/model-names";
import { NeuronsViewProvider } from "./host/neurons-view";
import { openEmbeddings, selectedFiles } from "./host/open-flow";
import { projectWarnings } from "./host/project-warnings";
import { reportPage } from "./host/report";
import { openAfterReload, openSample } from "./host/sample";
import { exportCode, saveConfig } from "./host/save-config";
import { SteeringOnDemand } from "./host/steering-on-demand";
import { trainRecommender } from "./host/train-recommender";
import { isAsked, Training } from "./host/training";
import { trainingStatus } from "./host/training-status";
import { SourceWatch } from "./host/watch-sources";
import { WorkspaceProject } from "./host/workspace-project";

export function activate(context: ExtensionContext): void {
  const log = window.createOutputChannel("RecPrism", { log: true });
  const { client, session } = createEngineHost(context.extensionPath, context.workspaceState, log);
  const workspaceProject = new WorkspaceProject(session, log);
  const training = new Training(session, workspaceProject, context.workspaceState, log);
  const lastEditor = new LastEditor();
  const manifests = manifestDiagnostics(session, log);
  const report = reportPage(session);
  const identity = new MarkdownPage(session, "recprism-identity", "Which Row Is Which", identityMarkdown);
  const failed = (thrown: unknown) => void showFault(thrown, log, session);
  const lab = new LabPanel(context.extensionUri, session, workspaceProject, log);
  const steering = new SteeringOnDemand({
    session,
    workspaceProject,
    lastEditor,
    log,
    schemaFile: Uri.joinPath(context.extensionUri, "dist", "schemas", "steer.schema.json"),
    showLab: () => lab.show(false),
  });
  const neurons = new NeuronsViewProvider(
    context.extensionUri,
    session,
    workspaceProject,
    (neuron) => {
      session.select(neuron);
      lab.show(true);
    },
    (compared) => {
      session.compare(compared);
      if (compared.length > 1) lab.show(true);
    },
  );

  const command = (id: string, run: (argument: unknown, selection: unknown) => unknown): Disposable =>
    commands.registerCommand(id, async (argument: unknown, selection: unknown) => {
      try {
        await run(argument, selection);
      } catch (thrown) {
        failed(thrown);
      }
    });
  /** For commands that need a project: the workspace's is opened if none is. */
  const withProject =
    (run: (argument: unknown, more: unknown) => unknown) =>
    async (argument: unknown, more: unknown): Promise<void> => {
      await workspaceProject.ensureOpen();
      await run(argument, more);
    };

  let shown = session.state.project;
  context.subscriptions.push(
    log,
    client,
    session,
    workspaceProject,
    lastEditor,
    manifests,
    ...new ManifestCompletion(session).register(),
    steering,
    ...languageModelTools(context.extension.packageJSON.contributes.languageModelTools, session, workspaceProject),
    new SourceWatch(session, workspaceProject, log, () => {
      manifests.checkAll();
      steering.checkAll();
    }),
    report,
    identity,
    projectWarnings(session, context.workspaceState, failed),
    lab,
    contextKeys(session),
    trainingStatus(session),
    session.onChanged(({ project }) => {
      // Marked stale, it is the same one.
      if (project !== null && project.manifest !== shown?.manifest)
        log.info(`project opened ${project.name} (${project.id})`);
      shown = project;
    }),
    window.registerWebviewViewProvider(NeuronsViewProvider.viewId, neurons),
    window.registerWebviewPanelSerializer(LabPanel.viewType, lab),
    command("recprism.openEmbeddings", (clicked, all) => openEmbeddings(selectedFiles(clicked, all), session)),
    command("recprism.addInteractions", () => addToManifest("interactions", session, workspaceProject)),
    command("recprism.addItemTable", () => addToManifest("items", session, workspaceProject)),
    command("recprism.addUserTable", () => addToManifest("users", session, workspaceProject)),
    command("recprism.addHead", () => addToManifest("head", session, workspaceProject)),
    command("recprism.openSample", () => openSample(session, context.globalState)),
    training.measureOnOpening(failed),
    command("recprism.train", (given) => training.train(isAsked(given) ? given : { settings: {} })),
    command("recprism.trainRecommender", (given) => trainRecommender(given, session, training, log)),
    command("recprism.measure", () => training.measure()),
    command("recprism.cancelTraining", () => training.cancel()),
    command("recprism.openLab", () => lab.show(false)),
    command(
      "recprism.insertConfig",
      withProject(async () => (await steering.editor()).insertConfig()),
    ),
    command(
      "recprism.saveConfig",
      withProject(() => saveConfig(session)),
    ),
    command(
      "recprism.updateConfig",
      withProject(async () => (await steering.editor()).updateConfig()),
    ),
    command(
      "recprism.exportCode",
      withProject((language) => exportCode(session, language)),
    ),
    command(
      "recprism.previewRule",
      withProject(async (uri, rule) => (await steering.editor()).rules.previewRule(uri, rule)),
    ),
    command(
      "recprism.openRule",
      withProject(async (uri, rule) => (await steering.editor()).rules.openRule(uri, rule)),
    ),
    command(
      "recprism.measureRule",
      withProject(async (uri, rule) => (await steering.editor()).rules.measureRule(uri, rule)),
    ),
    command(
      "recprism.rematchConfig",
      withProject(async (uri) => (await steering.editor()).rules.rematchConfig(uri)),
    ),
    command(
      "recprism.showNeuron",
      withProject((neuron) => {
        if (typeof neuron === "number") session.select(neuron);
        session.showTab("neuron");
        lab.show(false);
      }),
    ),
    command(
      "recprism.openReport",
      withProject(() => report.show()),
    ),
    command(
      "recprism.showIdentity",
      withProject(() => identity.show()),
    ),
    command(
      "recprism.renameNeuron",
      withProject((given) => renameNeurons(session, given)),
    ),
    command(
      "recprism.mergeNeurons",
      withProject((given) => mergeNeurons(session, given)),
    ),
    command(
      "recprism.markWrong",
      withProject((given) => markWrong(session, given)),
    ),
    command(
      "recprism.pinNeuron",
      withProject((given) => pinNeurons(session, given)),
    ),
    command(
      "recprism.addNote",
      withProject((given) => addNote(session, given)),
    ),
    command(
      "recprism.resetNeuron",
      withProject((given) => resetNeurons(session, given)),
    ),
    command("recprism.label", () => training.label()),
    command(
      "recprism.nameByModel",
      withProject((given) => nameByModel(session, Array.isArray(given) ? given : undefined, log)),
    ),
    command(
      "recprism.nameNeuronByModel",
      withProject(async (given) => nameByModel(session, await namedNeurons(session, given), log)),
    ),
    command(
      "recprism.showAudit",
      withProject(() => {
        session.showTab("audit");
        lab.show(false);
      }),
    ),
    command("recprism.showLog", () => log.show()),
  );
  log.info("activated");
  void openAfterReload(workspaceProject, context.globalState).catch(failed);
}

export function deactivate(): void {
  // What `activate` subscribed is disposed of by VS Code, the engine's process with it.
}
