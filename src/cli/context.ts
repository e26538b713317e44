/** What every command works with: an engine in this process, the open project, and a place to print. */
import { bundledJobScript, createEngine } from "../engine/service";
import type { Engine, EngineEvents, Job, ProjectSummary } from "../protocol/engine";

export interface CommonOptions {
  project: string;
  json: boolean;
  /** Folder of the SAE; the manifest's where absent. */
  sae?: string;
}

export interface Context {
  engine: Engine;
  project: ProjectSummary;
  /** Calls the listener with every change of a job. */
  onJob(listener: (job: Job) => void): void;
}

/** Prints the document as JSON, or the text for people. */
export function print(options: { json: boolean }, document: unknown, text: () => string): void {
  process.stdout.write(options.json ? `${JSON.stringify(document, null, 2)}\n` : `${text()}\n`);
}

export function log(message: string): void {
  process.stderr.write(`${message}\n`);
}

/** An engine whose warnings go to standard error. */
export function withEngine<Result>(
  work: (engine: Engine, onJob: Context["onJob"]) => Promise<Result>,
): Promise<Result> {
  const listeners: ((job: Job) => void)[] = [];
  const events: EngineEvents = {
    jobChanged: (job) => {
      for (const listener of listeners) listener(job);
    },
    taskProgress: () => {},
    log: (level, message) => {
      if (level !== "info") log(`${level}: ${message}`);
    },
  };
  const { engine, dispose } = createEngine({ jobScript: bundledJobScript(), events });
  return work(engine, (listener) => listeners.push(listener)).finally(dispose);
}

/** A command's action: opens the project that `--project` and `--sae` name. */
export function withProject<Options extends CommonOptions>(
  work: (context: Context, options: Options) => Promise<void>,
): (options: Options) => Promise<void> {
  return (options) =>
    withEngine(async (engine, onJob) => {
      const project = await engine.openProject(options.project, { sae: options.sae });
      await work({ engine, project, onJob }, options);
    });
}
