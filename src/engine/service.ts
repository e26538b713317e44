/** The engine: open projects and jobs behind the `Engine` interface. */
import { mkdir, readFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { generateJson } from "../codegen/json";
import { generatePython } from "../codegen/python";
import { writeFileAtomically } from "../data/atomic-write";
import { readFault } from "../data/file-fault";
import { readManifest, writeManifest } from "../data/manifest-file";
import { proposeManifest } from "../data/propose";
import { writeSample } from "../data/sample";
import type { Engine, EngineEvents, ExportLanguage, ProjectId } from "../protocol/engine";
import { RecPrismError } from "../protocol/error";
import type { SteeringConfig } from "../protocol/steering";
import { parseSteeringConfig } from "../steering/config-file";
import { checkEdits } from "../steering/edits";
import { previewUser } from "../steering/preview";
import { steeringWeights } from "../steering/weights";
import { Jobs } from "./jobs";
import { queryNeurons } from "./neuron-query";
import { Project } from "./project";

export interface EngineOptions {
  /** Bundled job process, `dist/job.js`. */
  jobScript: string;
  events: EngineEvents;
}

/** An engine, and how to end it: running jobs are killed. */
export function createEngine({ jobScript, events }: EngineOptions): { engine: Engine; dispose(): void } {
  const projects = new Map<ProjectId, Project>();
  const jobs = new Jobs(jobScript, events.jobChanged, async (id, artifact) => {
    const project = projects.get(id);
    if (project?.saeFolder === artifact) await project.reloadSae();
  });

  function projectOf(id: ProjectId): Project {
    const project = projects.get(id);
    if (project) return project;
    throw new RecPrismError("not-found", `The project ${id} is not open. Open it first.`, { file: id });
  }

  const engine: Engine = {
    propose: (path, overrides) => proposeManifest(path, overrides ?? {}),
    createProject: (folder, manifest, replace) => writeManifest(folder, manifest, replace),
    createSample: (folder) => writeSample(resolve(folder)),

    async openProject(path, sae) {
      const manifest = await readManifest(path);
      const project = await Project.open(manifest.path, sae);
      const summary = project.summary();
      projects.set(summary.id, project);
      events.log("info", `project opened ${summary.name}: ${summary.users} users, ${summary.items} items`);
      for (const warning of summary.warnings) events.log("warning", warning);
      return summary;
    },

    async train(id, { settings, out }) {
      const project = projectOf(id);
      return jobs.start(id, {
        manifestPath: project.manifestPath,
        out: out ? resolve(out) : project.saeFolder,
        settings,
        finish: false,
      });
    },
    cancel: async (job) => jobs.cancel(job),
    jobs: async () => jobs.list(),

    neurons: async (id, query) => queryNeurons(projectOf(id).sae.rows, query),
    neuron: async (id, neuron) => projectOf(id).sae.detail(neuron),
    exportNeurons: async (id) => projectOf(id).sae.export(),
    report: async (id) => projectOf(id).sae.artifact.report,

    findUsers: async (id, text, limit) => projectOf(id).findUsers(text, limit),
    user: async (id, user) => projectOf(id).user(user),
    async preview({ project: id, user, recipe, k }) {
      const { dataset, scorer, sae } = projectOf(id);
      const { labels, sae: model } = sae.artifact;
      return previewUser(
        { dataset, sae: model, scorer, labels: labels.neurons, concepts: sae.concepts },
        user,
        recipe,
        k,
      );
    },
    recommend: async (id, user, k, config) => projectOf(id).recommend(user, k, config),

    async configure(id, recipe) {
      const project = projectOf(id);
      const { artifact } = project.sae;
      checkEdits(recipe.edits, artifact.sae.encoderBias.length);
      const edits = recipe.edits.map((edit) => ({ ...edit, label: artifact.labels.neurons[edit.neuron].label }));
      return {
        version: 1,
        sae: { path: project.dataset.manifest.sae.path, hash: artifact.hash },
        mode: recipe.mode,
        rules: [{ name: recipe.name, audience: { kind: "everyone" }, edits }],
      };
    },
    async readConfig(id, file) {
      const config = parseSteeringConfig(await textOf(file), file);
      projectOf(id).checkConfig(config, file);
      return config;
    },
    generate: async (id, config, language) => generated(projectOf(id), config, language),
    async exportConfig(id, config, language, file) {
      const text = generated(projectOf(id), config, language);
      await mkdir(dirname(resolve(file)), { recursive: true });
      await writeFileAtomically(resolve(file), text);
    },
  };
  return { engine, dispose: () => jobs.dispose() };
}

function generated(project: Project, config: SteeringConfig, language: ExportLanguage): string {
  project.checkConfig(config);
  return language === "json"
    ? generateJson(config)
    : generatePython(config, steeringWeights(project.sae.artifact.sae, config));
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
