/** The engine: open projects and jobs behind the `Engine` interface. */
import { readFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { writeFileAtomically } from "../data/atomic-write";
import { readFault } from "../data/file-fault";
import { checkedJson } from "../data/json-file";
import { readManifest, writeManifest } from "../data/manifest-file";
import { proposeManifest } from "../data/propose";
import { writeSample } from "../data/sample";
import { onRuntimeNotice } from "../graph/runtime-notice";
import type { NeuronLabel } from "../protocol/artifact";
import type { Engine, EngineEvents, ProjectId } from "../protocol/engine";
import { RecPrismError } from "../protocol/error";
import { manifestSchema } from "../protocol/manifest";
import type { NeuronQuery, NeuronRow, Page } from "../protocol/neurons";
import { recommenderSettings } from "../recommender/training/defaults";
import { readAudit, readStructure } from "../sae/artifact";
import { changeLabels } from "../sae/labels-file";
import { settingsFor } from "../sae/presets";
import { controls } from "../steering/controls";
import { doseCurve } from "../steering/dose";
import { measureEffect } from "../steering/effect";
import { explainRecommendation } from "../steering/explanation";
import { findDose } from "../steering/find-dose";
import { previewUser } from "../steering/preview";
import { calledTool } from "./agent-tools";
import { audienceSummary } from "./audience-summary";
import { checkedConfig, effectsOfRules } from "./config-check";
import { readConfigFile } from "./config-files";
import { inspectedConfig } from "./config-inspection";
import { configOf } from "./config-recipes";
import { rematchedConfig } from "./config-rematch";
import { exportCode, generateCode } from "./export-code";
import { writeHtmlReport } from "./html-report";
import { Jobs } from "./jobs";
import { changedLabels, checkedAuthor } from "./label-change";
import { proposedAddition } from "./manifest-addition";
import { type LoadFault, manifestFaults } from "./manifest-check";
import { suggestedValues } from "./manifest-values";
import { namingQuestion, testedLabel, testQuestion } from "./model-labels";
import { queryNeurons } from "./neuron-query";
import type { OpenSae } from "./open-sae";
import { personName } from "./person-name";
import { Project } from "./project";
import { rememberedRuns } from "./run-history";
import { checkSearch } from "./search-job";
import { checkSeeds } from "./seeds-job";
import { findItems, steeringVocabulary } from "./steering-vocabulary";
import { Tasks } from "./tasks";

export interface EngineOptions {
  /** Bundled job process, `dist/job.js`. */
  jobScript: string;
  events: EngineEvents;
}

/** An engine, and how to end it: running jobs are killed, projects are closed. */
export function createEngine({ jobScript, events }: EngineOptions): { engine: Engine; dispose(): void } {
  const projects = new Map<ProjectId, Project>();
  // The engine and every job process find the same out about the runtime; a person reads it once.
  const warned = new Set<string>();
  const warn = (message: string) => {
    if (!warned.has(message)) events.log("warning", message);
    warned.add(message);
  };
  const endNotices = onRuntimeNotice(warn);
  const tasks = new Tasks(events.taskProgress);
  const jobs = new Jobs(jobScript, events.jobChanged, warn, async (id, artifact) => {
    const project = projects.get(id);
    if (project?.saeFolder === artifact) await project.reloadSae();
  });

  function projectOf(id: ProjectId): Project {
    const project = projects.get(id);
    if (project) return project;
    throw new RecPrismError("not-found", `The project ${id} is not open. Open it first.`, { file: id });
  }

  // Bundled beside that of jobs.
  const userTableScript = join(dirname(jobScript), "user-table.js");

  /** By manifest: what opening it ran into last. */
  const loadFaults = new Map<string, LoadFault>();
  const placeOf = (manifest: string, restricted: boolean) => ({ folder: dirname(resolve(manifest)), restricted });

  const engine: Engine = {
    propose: (path, overrides) => proposeManifest(path, overrides ?? {}),
    createProject: (folder, manifest, replace) => writeManifest(folder, manifest, replace),
    createSample: (folder) => writeSample(resolve(folder)),

    checkManifest: async (path, text, restricted) =>
      manifestFaults(placeOf(path, restricted), text, loadFaults.get(resolve(path)) ?? null),
    suggestValues: async (path, manifest, key, restricted) => suggestedValues(placeOf(path, restricted), manifest, key),
    async proposeAddition(path, kind, file, overrides) {
      const { manifest } = await readManifest(path);
      return proposedAddition(placeOf(path, false), manifest, kind, file, overrides);
    },
    async saveManifest(path, text) {
      checkedJson(text, manifestSchema, "manifest-invalid", path);
      await writeFileAtomically(resolve(path), text);
    },

    async openProject(path, options) {
      const manifest = await readManifest(path);
      const text = await textOf(manifest.path);
      const project = await Project.open(manifest.path, userTableScript, options).catch((thrown) => {
        if (thrown instanceof RecPrismError) loadFaults.set(manifest.path, { text, fault: thrown });
        throw thrown;
      });
      loadFaults.delete(manifest.path);
      const summary = await project.summary();
      await projects.get(summary.id)?.dispose();
      projects.set(summary.id, project);
      events.log("info", `project opened ${summary.name}: ${summary.users} users, ${summary.items} items`);
      for (const warning of summary.warnings) events.log("warning", warning);
      return summary;
    },

    trainSettings: async (id, asked) => settingsFor(projectOf(id).dataset, asked),
    async train(id, { preset, settings, out, restart, search }) {
      const project = projectOf(id);
      const run = {
        manifestPath: project.manifestPath,
        out: out ? resolve(out) : project.saeFolder,
        preset,
        settings,
        restart: restart ?? false,
        finish: false,
      };
      if (search === undefined) return jobs.start(id, { kind: "train", ...run, trial: null });
      checkSearch(search);
      return jobs.start(id, { kind: "search", ...run, ...search });
    },
    async measure(id) {
      const { manifestPath, saeFolder } = projectOf(id);
      return jobs.start(id, { kind: "measure", manifestPath, out: saeFolder });
    },
    async label(id) {
      const { manifestPath, saeFolder } = projectOf(id);
      return jobs.start(id, { kind: "label", manifestPath, out: saeFolder });
    },
    async compareSeeds(id, seeds) {
      const { manifestPath, saeFolder } = projectOf(id);
      checkSeeds(seeds);
      return jobs.start(id, { kind: "seeds", manifestPath, out: saeFolder, seeds });
    },
    async trainRecommender(request) {
      const out = resolve(request.out);
      // Refused at once, not when the data has been read.
      recommenderSettings(request.settings, 0);
      return jobs.start(out, { kind: "recommender", ...request, folder: resolve(request.folder), out });
    },
    cancel: async (job) => jobs.cancel(job),
    jobs: async () => jobs.list(),
    runs: async (id) => rememberedRuns(projectOf(id).dataset.folder),

    staleness: async (id) => projectOf(id).staleness(),

    neurons: async (id, query) => queried(projectOf(id), query),
    neuron: async (id, neuron) => projectOf(id).sae.detail(neuron),
    exportNeurons: async (id, search) => {
      const project = projectOf(id);
      return project.sae.export(queried(project, { search }).rows);
    },
    compareNeurons: async (id, neurons) => projectOf(id).sae.compare(neurons),
    itemMap: async (id) => projectOf(id).sae.itemMap(),
    mapActivations: async (id, neuron) => projectOf(id).sae.mapActivations(neuron),
    items: async (id, rows) => projectOf(id).sae.items(rows),
    report: async (id) => projectOf(id).sae.artifact.report,
    async structure(id) {
      const { folder, artifact } = projectOf(id).sae;
      return readStructure(folder, artifact.hash);
    },
    async audit(id) {
      const { folder, artifact } = projectOf(id).sae;
      return readAudit(folder, artifact.hash);
    },
    writeHtmlReport: async (id, file) => writeHtmlReport(projectOf(id), file),

    async changeLabel(id, change, by) {
      const said = { by: checkedAuthor(by ?? (await personName())), at: new Date().toISOString() };
      return relabelled(projectOf(id).sae, (labels) => changedLabels(labels, change, said));
    },
    modelNaming: async (id, neuron) => namingQuestion(projectOf(id).sae, neuron),
    modelTest: async (id, neuron, answer) => testQuestion(projectOf(id).sae, neuron, answer),
    async keepModelLabel(id, neuron, label, model, answer) {
      const { sae } = projectOf(id);
      const tested = await testedLabel(sae, neuron, { label, model }, answer);
      await relabelled(sae, (labels) => labels.map((of, at) => (at === neuron ? { ...of, model: tested } : of)));
      return sae.rows[neuron];
    },

    findUsers: async (id, text, limit) => projectOf(id).findUsers(text, limit),
    user: async (id, user) => projectOf(id).user(user),
    findItems: async (id, text, limit) => findItems(projectOf(id).dataset.items, text, limit),
    preview: async ({ project: id, user, recipe, k }) => previewUser(projectOf(id).steering, user, recipe, k),
    explain: async (id, user, item, recipe) => explainRecommendation(projectOf(id).steering, user, item, recipe),
    vocabulary: async (id) => steeringVocabulary(projectOf(id)),
    audience: async (id, audience, task) =>
      tasks.run(task, (_, signal) => audienceSummary(projectOf(id).steering, audience, signal)),
    effect: async ({ project, recipe, k, task }) =>
      tasks.run(task, (pace, signal) => measureEffect(projectOf(project).steering, recipe, k, pace, signal)),
    controls: async ({ project, recipe, k, task }) =>
      tasks.run(task, (pace, signal) => controls(projectOf(project).steering, recipe, k, pace, signal)),
    doseCurve: async ({ project, recipe, neurons, k, task }) =>
      tasks.run(task, (pace, signal) => doseCurve(projectOf(project).steering, recipe, neurons, k, pace, signal)),
    findDose: async ({ project, recipe, neurons, goal, k, task }) =>
      tasks.run(task, (pace, signal) => findDose(projectOf(project).steering, recipe, neurons, goal, k, pace, signal)),
    endTask: async (task) => tasks.end(task),
    recommend: async (id, user, k, config) => projectOf(id).recommend(user, k, config),

    configure: async (id, recipes, measure) =>
      tasks.run(measure?.task, (pace, signal) =>
        configOf(projectOf(id), recipes, measure ? { k: measure.k, pace, signal } : null),
      ),
    async readConfig(id, file) {
      const { config } = await readConfigFile(file);
      projectOf(id).checkConfig(config, file);
      return config;
    },
    inspectConfig: async (id, file, text) => inspectedConfig(id === null ? null : projectOf(id), file, text),
    checkConfig: async (id, config, task) =>
      tasks.run(task, (pace, signal) => checkedConfig(projectOf(id), config, { pace, signal })),
    async ruleEffects(id, config, k, task) {
      const project = projectOf(id);
      project.checkConfig(config);
      return tasks.run(task, (pace, signal) => effectsOfRules(project, config, k, { pace, signal }));
    },
    rematchConfig: async (id, config) => rematchedConfig(projectOf(id), config),
    async generate(id, config, language, name) {
      const project = projectOf(id);
      project.checkConfig(config);
      return generateCode(project.steering, config, language, name);
    },
    async exportConfig(id, config, language, file, task) {
      const project = projectOf(id);
      project.checkConfig(config);
      return tasks.run(task, (pace, signal) => exportCode(project, config, language, file, pace, signal));
    },
    callTool: async (id, tool, input) => calledTool(engine, { id, dataset: projectOf(id).dataset }, tool, input),
  };
  return {
    engine,
    dispose() {
      endNotices();
      jobs.dispose();
      tasks.dispose();
      for (const project of projects.values()) void project.dispose();
    },
  };
}

/** Changes labels in their file and in what is shown; returns the rows of those that changed. */
async function relabelled(
  sae: OpenSae,
  change: (labels: readonly NeuronLabel[]) => readonly NeuronLabel[],
): Promise<NeuronRow[]> {
  const changed: number[] = [];
  const labels = await changeLabels(sae.folder, sae.artifact.hash, (before) => {
    const after = change(before);
    changed.push(...Array.from(after.keys()).filter((neuron) => after[neuron] !== before[neuron]));
    return after;
  });
  sae.relabelled(labels);
  return changed.map((neuron) => sae.rows[neuron]);
}

function queried({ sae: { rows, artifact } }: Project, query: NeuronQuery): Page<NeuronRow> {
  return queryNeurons(rows, artifact.labels.neurons, query);
}

/** The job process that is bundled beside this file. */
export function bundledJobScript(): string {
  return join(__dirname, "job.js");
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (thrown) {
    throw readFault(thrown, file);
  }
}
