/** The work of a training job: data in, artifact out. Runs in a process of its own. */
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { Dataset } from "../data/dataset";
import { whileLocked } from "../data/folder-lock";
import type { RankedTrial, TrainProgress } from "../protocol/engine";
import { RecPrismError } from "../protocol/error";
import type { Preset, SaeSettings } from "../protocol/manifest";
import type { RecommenderReport } from "../protocol/recommender";
import type { CurvePoint, RunRecord } from "../protocol/run";
import type { Recommender } from "../recommender/recommender";
import { scoreDeviation } from "../recommender/score-deviation";
import { type NewMeasures, writeArtifact } from "../sae/artifact";
import { stepsPerEpoch } from "../sae/batches";
import {
  type Checkpoint,
  hasCheckpoint,
  isSameRun,
  type RunIdentity,
  readCheckpoint,
  removeCheckpoint,
  writeCheckpoint,
} from "../sae/checkpoint";
import { dataFingerprint } from "../sae/data-fingerprint";
import { openEvaluator } from "../sae/evaluate";
import { readLabels } from "../sae/labels-file";
import type { Sae } from "../sae/model";
import { saeOfParameters } from "../sae/parameters";
import { settingsFor } from "../sae/presets";
import { train } from "../sae/train";
import { type TrainPairs, trainingPairs } from "../sae/training-set";
import { wordsCarriedFrom } from "./carried-words";
import { measured, type TrainingFacts } from "./measure";
import { withOpenData } from "./open-data";
import { rememberRun, runId } from "./run-history";
import { recordedSources, type Sources, writeSources } from "./source-record";

export interface TrainJob {
  kind: "train";
  manifestPath: string;
  /** Absolute folder of the artifact. */
  out: string;
  preset?: Preset;
  /** On top of the manifest's settings, which are on top of the preset. */
  settings: Partial<SaeSettings>;
  /** Begin anew even where an interrupted run could go on. */
  restart: boolean;
  /** Only measure and publish the checkpoint that a killed run left. */
  finish: boolean;
  /** Number of the trial, for a run of a search. */
  trial: number | null;
}

export interface JobHooks {
  progress(progress: TrainProgress): void;
  cancelled(): boolean;
}

export interface JobResult {
  /** Folder of the artifact; null when the job was cancelled before there was anything to keep. */
  artifact: string | null;
  interrupted: boolean;
  /** Of a search: the trials that ended, best first. */
  trials?: RankedTrial[];
  /** Of a recommender that was made: what came of it. */
  recommender?: RecommenderReport;
}

export const NOT_STARTED: TrainProgress = {
  phase: "preparing",
  epoch: 0,
  epochs: 0,
  step: 0,
  steps: 0,
  loss: null,
  secondsLeft: null,
  resumedAt: null,
  measuredShare: null,
  trial: null,
  curve: [],
};

export async function runTrainJob(job: TrainJob, hooks: JobHooks): Promise<JobResult> {
  const report = progressReporter(hooks);
  report({ phase: "preparing" });
  return withOpenData(job.manifestPath, async (dataset, recommender) => {
    if (hooks.cancelled()) return { artifact: null, interrupted: true };
    return job.finish
      ? finishRun(job, dataset, recommender, hooks, report)
      : trainRun(job, dataset, recommender, hooks, report);
  });
}

async function trainRun(
  job: TrainJob,
  dataset: Dataset,
  recommender: Recommender,
  hooks: JobHooks,
  report: Report,
): Promise<JobResult> {
  const { run, ended, sources } = await trained(job, dataset, recommender, hooks, report);
  if (ended.steps === 0) return { artifact: null, interrupted: true };
  report({ phase: "measuring", secondsLeft: null });
  await publish(job, dataset, recommender, run, ended, sources, hooks, report);
  return { artifact: job.out, interrupted: ended.stopped === "cancelled" };
}

/** Trains, or goes on from the checkpoint beside `out`, to the end or to a cancel; what is learned stays in a checkpoint. */
export async function trained(
  job: Pick<TrainJob, "out" | "preset" | "settings" | "restart">,
  dataset: Dataset,
  recommender: Recommender,
  hooks: JobHooks,
  report: Report,
): Promise<{ run: RunIdentity; ended: EndedRun; sources: Sources }> {
  const { preset, settings } = settingsFor(dataset, job);
  // What persons said that cannot be read would be lost once the new SAE is written.
  await readLabels(job.out);
  // Before anything takes its time: what changes meanwhile makes the result stale.
  const sources = await recordedSources(dataset.folder, dataset.manifest);
  const pairs = trainingPairs(dataset, settings.seed);
  const { users, items } = dataset;
  const identity: RunIdentity = {
    preset,
    settings,
    dimensions: items.embeddings.columns,
    data: await fingerprint(dataset, pairs),
    started: new Date().toISOString(),
  };
  const earlier = job.restart ? null : await unfinished(job.out, identity);
  if (earlier === null) await removeCheckpoint(job.out);
  const run = earlier?.run ?? identity;
  const steps = stepsPerEpoch(pairs, settings.batch) * settings.epochs;
  const resumedAt = earlier?.state.steps ?? null;
  report({ phase: "training", epoch: 1, epochs: settings.epochs, step: resumedAt ?? 0, steps, resumedAt });
  const evaluator = await openEvaluator(dataset, recommender, settings.seed);
  const ended = await train(
    {
      users: users.embeddings,
      items: items.embeddings,
      userBias: users.bias,
      itemBias: items.bias,
      recommender,
      pairs,
      scoreDeviation: await scoreDeviation(dataset, recommender, settings.seed),
      settings,
    },
    {
      cancelled: hooks.cancelled,
      checkpoint: (state) => writeCheckpoint(job.out, { run, state }),
      evaluate: (sae) => evaluator.evaluate(sae),
      progress: ({ epoch, step, loss, curve, secondsLeft }) => report({ epoch, step, loss, curve, secondsLeft }),
    },
    earlier?.state ?? null,
  ).finally(() => evaluator.release());
  return { run, ended, sources };
}

async function finishRun(
  job: TrainJob,
  dataset: Dataset,
  recommender: Recommender,
  hooks: JobHooks,
  report: Report,
): Promise<JobResult> {
  report({ phase: "measuring" });
  const { run, state } = await readCheckpoint(job.out);
  const threshold = state.states.threshold?.[0] ?? 0;
  const sae = saeOfParameters(state.states.parameters, run.dimensions, run.settings, state.centre, threshold);
  const sources = await recordedSources(dataset.folder, dataset.manifest);
  await publish(job, dataset, recommender, run, { ...state, sae, stopped: "cancelled" }, sources, hooks, report);
  return { artifact: job.out, interrupted: true };
}

export interface EndedRun {
  sae: Sae;
  steps: number;
  seconds: number;
  stopped: RunRecord["stopped"];
  curve: CurvePoint[];
}

async function publish(
  job: TrainJob,
  dataset: Dataset,
  recommender: Recommender,
  run: RunIdentity,
  ended: EndedRun,
  sources: Sources,
  hooks: JobHooks,
  report: Report,
): Promise<void> {
  const { sae, steps, seconds, stopped } = ended;
  const training: TrainingFacts = { steps, seconds, interrupted: stopped === "cancelled" };
  const progress = (measuredShare: number) => report({ measuredShare });
  // What has been trained is kept even by who cancels now, with fewer measures.
  const briefly = () =>
    measured(dataset, recommender, sae, { ...training, interrupted: true }, { progress, cancelled: () => false });
  const measures = training.interrupted
    ? await briefly()
    : await measured(dataset, recommender, sae, training, { progress, cancelled: hooks.cancelled }).catch((thrown) => {
        if (thrown instanceof RecPrismError && thrown.reason === "cancelled") return briefly();
        throw thrown;
      });
  await kept(job, dataset, run, ended, sources, measures);
  await removeCheckpoint(job.out);
}

/** Writes the artifact of a run, with what persons said of the one that it replaces, and remembers the run. */
export async function kept(
  { out, trial }: Pick<TrainJob, "out" | "trial">,
  dataset: Dataset,
  run: RunIdentity,
  { sae, steps, seconds, stopped, curve }: EndedRun,
  sources: Sources,
  measures: (hash: string) => NewMeasures,
): Promise<RunRecord> {
  const artifact = await whileLocked(out, async () => {
    const withWords = await wordsCarriedFrom(out, sae.decoderWeights);
    return writeArtifact(out, sae, (hash) => {
      const made = measures(hash);
      return { ...made, labels: withWords(made.labels) };
    });
  });
  await writeSources(out, { sae: artifact.hash, trained: sources, measured: sources });
  const { ms, rbo30, kendall30, purity10, labelled, l0, dead, explainedVariance } = artifact.report;
  const record: RunRecord = {
    version: 1,
    id: runId(run.started, run.settings.seed),
    started: run.started,
    state: stopped === "cancelled" ? "cancelled" : "done",
    stopped,
    preset: run.preset,
    settings: run.settings,
    trial,
    steps,
    seconds,
    sae: artifact.hash,
    measures: { ms, rbo30, kendall30, purity10, labelled, l0, dead, explainedVariance },
    curve,
  };
  await rememberRun(dataset.folder, record);
  return record;
}

/** The checkpoint of an interrupted run that this run would repeat; null where there is none. */
async function unfinished(out: string, identity: RunIdentity): Promise<Checkpoint | null> {
  if (!(await hasCheckpoint(out))) return null;
  // One that cannot be read is of no use to anybody, and the run can do without.
  const checkpoint = await readCheckpoint(out).catch(() => null);
  return checkpoint && isSameRun(checkpoint.run, identity) ? checkpoint : null;
}

/** Of all that a run trains on. */
export async function fingerprint({ users, items, manifest, folder }: Dataset, pairs: TrainPairs): Promise<string> {
  const { recommender } = manifest;
  const head = recommender.kind === "onnx" ? [await readFile(resolve(folder, recommender.model))] : [];
  const biases = [users.bias, items.bias].filter((bias) => bias !== null);
  const content = [users.embeddings, items.embeddings, ...biases, pairs.users, pairs.items, ...head];
  return `${recommender.kind} ${dataFingerprint(content)}`;
}

export type Report = (change: Partial<TrainProgress>) => void;

/** Progress is told whole each time; what a report leaves out stays as it was. */
export function progressReporter(hooks: JobHooks, trial: TrainProgress["trial"] = null): Report {
  let progress: TrainProgress = { ...NOT_STARTED, trial };
  return (change) => {
    progress = { ...progress, ...change };
    hooks.progress(progress);
  };
}
