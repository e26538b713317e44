/** The work of a training job: data in, artifact out. Runs in a process of its own. */
import { rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { Dataset } from "../data/dataset";
import { loadDataset } from "../data/load";
import type { TrainProgress } from "../protocol/engine";
import { RecPrismError } from "../protocol/error";
import { type SaeSettings, saeSettingsSchema } from "../protocol/manifest";
import { readCheckpoint, writeArtifact, writeCheckpoint } from "../sae/artifact";
import { settingsFor } from "../sae/default-settings";
import type { Sae } from "../sae/model";
import { stepsPerEpoch, train } from "../sae/train";
import { trainingPairs } from "../sae/training-set";
import { measured, type TrainingFacts } from "./measure";

export interface TrainJob {
  manifestPath: string;
  /** Absolute folder of the artifact. */
  out: string;
  /** On top of the manifest's settings, which are on top of the defaults. */
  settings: Partial<SaeSettings>;
  /** Only measure and publish the checkpoint that a killed run left. */
  finish: boolean;
}

export interface TrainJobHooks {
  progress(progress: TrainProgress): void;
  cancelled(): boolean;
}

export interface TrainJobResult {
  /** Folder of the artifact; null when the job was cancelled before there was anything to keep. */
  artifact: string | null;
  interrupted: boolean;
}

export const NOT_STARTED: TrainProgress = {
  phase: "preparing",
  epoch: 0,
  epochs: 0,
  step: 0,
  steps: 0,
  loss: null,
  secondsLeft: null,
};

/** Where a run keeps its weights while it trains. */
function checkpointFolder(out: string): string {
  return join(dirname(out), `.${basename(out)}.checkpoint`);
}

export async function hasCheckpoint(out: string): Promise<boolean> {
  return stat(checkpointFolder(out)).then(
    () => true,
    () => false,
  );
}

export async function runTrainJob(job: TrainJob, hooks: TrainJobHooks): Promise<TrainJobResult> {
  const report = progressReporter(hooks);
  report({ phase: "preparing" });
  const dataset = await loadDataset(job.manifestPath);
  if (hooks.cancelled()) return { artifact: null, interrupted: true };
  if (job.finish) {
    report({ phase: "measuring" });
    const { sae, steps, seconds } = await readCheckpoint(checkpointFolder(job.out));
    await publish(job, dataset, sae, { steps, seconds, interrupted: true });
    return { artifact: job.out, interrupted: true };
  }

  await rm(checkpointFolder(job.out), { recursive: true, force: true });
  const settings = checkedSettings(settingsFor(dataset, { ...dataset.manifest.sae.settings, ...job.settings }));
  const pairs = trainingPairs(dataset, settings.seed);
  const steps = stepsPerEpoch(pairs, settings.batch) * settings.epochs;
  report({ phase: "training", epoch: 1, epochs: settings.epochs, steps });
  const started = performance.now();
  const seconds = () => (performance.now() - started) / 1000;
  const result = await train(
    { users: dataset.users.embeddings, items: dataset.items.embeddings, pairs, settings },
    {
      cancelled: hooks.cancelled,
      checkpoint: (sae, done) => writeCheckpoint(checkpointFolder(job.out), { sae, steps: done, seconds: seconds() }),
      progress: ({ epoch, step, losses }) =>
        report({
          phase: "training",
          epoch,
          step,
          loss: losses.total,
          secondsLeft: (seconds() / step) * (steps - step),
        }),
    },
  );
  if (result.steps === 0) return { artifact: null, interrupted: true };
  report({ phase: "measuring", secondsLeft: null });
  await publish(job, dataset, result.sae, result);
  return { artifact: job.out, interrupted: result.interrupted };
}

async function publish(job: TrainJob, dataset: Dataset, sae: Sae, training: TrainingFacts): Promise<void> {
  await writeArtifact(job.out, sae, await measured(dataset, sae, training));
  await rm(checkpointFolder(job.out), { recursive: true, force: true });
}

/** Progress is told whole each time; what a report leaves out stays as it was. */
function progressReporter(hooks: TrainJobHooks): (change: Partial<TrainProgress>) => void {
  let progress = NOT_STARTED;
  return (change) => {
    progress = { ...progress, ...change };
    hooks.progress(progress);
  };
}

function checkedSettings(settings: SaeSettings): SaeSettings {
  const parsed = saeSettingsSchema.safeParse(settings);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const key = `sae.settings.${issue.path.join(".")}`;
  throw new RecPrismError(
    "settings-invalid",
    `${key}: ${issue.message}. Correct it in recprism.json or on the command line.`,
    {
      key,
    },
  );
}
