/** The work of a search: trains with several settings, one after another, and publishes the best. */
import { cp } from "node:fs/promises";
import { replaceFolderAtomically } from "../data/atomic-write";
import type { Dataset } from "../data/dataset";
import { whileLocked } from "../data/folder-lock";
import type { RankedTrial, SearchRequest, TrainProgress } from "../protocol/engine";
import { RecPrismError } from "../protocol/error";
import type { Preset, SaeSettings } from "../protocol/manifest";
import type { RunRecord } from "../protocol/run";
import type { Recommender } from "../recommender/recommender";
import { removeCheckpoint } from "../sae/checkpoint";
import { readLabels, writeLabels } from "../sae/labels-file";
import { settingsFor, statedSettings } from "../sae/presets";
import { readSae } from "../sae/saelens";
import { type SearchSpace, searchedSettings, trialSettings } from "../sae/search-space";
import { tradeOffScore } from "../sae/trade-off";
import { wordsCarriedFrom } from "./carried-words";
import { measured } from "./measure";
import { withOpenData } from "./open-data";
import { rememberRun, runId } from "./run-history";
import { openSearchFolder, readTrial, trialFolder, writeTrial } from "./search-folder";
import { type JobHooks, type JobResult, kept, NOT_STARTED, progressReporter, trained } from "./train-job";
import { removeWorkFolder } from "./work-folder";

export interface SearchJob extends SearchRequest {
  kind: "search";
  manifestPath: string;
  /** Absolute folder, which the best trial's artifact replaces. */
  out: string;
  preset?: Preset;
  /** What a person stated, which all trials share. */
  settings: Partial<SaeSettings>;
  /** Begin anew even where an interrupted search could go on. */
  restart: boolean;
  /** Only publish the best of the trials that a killed search ended. */
  finish: boolean;
}

const MOST_TRIALS = 1_000;

/** @throws RecPrismError "settings-invalid" */
export function checkSearch({ trials, tradeOff }: SearchRequest): void {
  if (!Number.isInteger(trials) || trials < 1 || trials > MOST_TRIALS) {
    throw new RecPrismError(
      "settings-invalid",
      `A search of ${trials} trials cannot be made. Ask for a whole number from 1 to ${MOST_TRIALS}.`,
      { key: "search.trials" },
    );
  }
  if (!(tradeOff >= 0 && tradeOff <= 1)) {
    throw new RecPrismError(
      "settings-invalid",
      `The trade-off is ${tradeOff}, but it is a share: from 0, where only the agreement of lists counts, to 1, where only MS does.`,
      { key: "search.tradeOff" },
    );
  }
}

/** @throws RecPrismError "training-diverged" where no trial could be trained, "settings-invalid" where nothing is left open */
export async function runSearchJob(job: SearchJob, hooks: JobHooks): Promise<JobResult> {
  hooks.progress(NOT_STARTED);
  // What persons said that cannot be read would be lost once the best SAE is written.
  await readLabels(job.out);
  return withOpenData(job.manifestPath, async (dataset, recommender) => {
    const { preset, settings: base } = settingsFor(dataset, job);
    const space: SearchSpace = {
      base,
      stated: new Set(Object.keys(statedSettings(dataset, job)) as (keyof SaeSettings)[]),
      dimensions: dataset.items.embeddings.columns,
      rows: dataset.users.ids.length + dataset.items.ids.length,
    };
    checkOpen(space, job.trials);
    const anew = job.restart && !job.finish;
    const folder = await openSearchFolder(dataset, { out: job.out, preset, space }, anew);
    const ended: RunRecord[] = [];
    for (let number = 1; number <= job.trials; number++) {
      const settings = trialSettings(space, number);
      const trial = { number, of: job.trials, preset, settings, search: folder };
      const record =
        (await readTrial(folder, number, settings)) ??
        (job.finish || hooks.cancelled() ? null : await runTrial(trial, dataset, recommender, hooks));
      if (record) ended.push(record);
    }
    return published(job, folder, ended);
  });
}

/** Replaces the artifact by the best trial's, to which the words of persons are carried. An interrupted search keeps its folder, to go on from. */
async function published({ out, trials, tradeOff }: SearchJob, folder: string, ended: RunRecord[]): Promise<JobResult> {
  const interrupted = ended.length < trials;
  const ranking = ranked(ended, tradeOff);
  const best = ranking.find(({ record }) => record.state === "done")?.record;
  if (best) {
    const artifact = trialFolder(folder, best.trial!);
    await whileLocked(out, async () => {
      const { sae } = await readSae(artifact);
      const withWords = await wordsCarriedFrom(out, sae.decoderWeights);
      await replaceFolderAtomically(out, async (temporary) => {
        await cp(artifact, temporary, { recursive: true });
        const labels = await readLabels(temporary);
        if (labels !== null) await writeLabels(temporary, withWords(labels));
      });
    });
  }
  if (!interrupted) await removeWorkFolder(folder);
  if (!interrupted && !best) {
    throw new RecPrismError(
      "training-diverged",
      `Training diverged in all ${trials} trials. Lower the learning rate or the weights of the losses. The SAE of before is untouched.`,
      { key: "sae.settings.learningRate" },
    );
  }
  const places = ranking.map(({ record, score }): RankedTrial => ({ number: record.trial!, run: record.id, score }));
  return { artifact: best ? out : null, interrupted, trials: places };
}

/** Best first; trials without a score last, and of these the failed ones. */
function ranked(records: readonly RunRecord[], tradeOff: number): { record: RunRecord; score: number | null }[] {
  const place = ({ record, score }: { record: RunRecord; score: number | null }) =>
    record.state === "failed" ? -2 : (score ?? -1);
  return records
    .map((record) => ({ record, score: tradeOffScore(record.measures, tradeOff) }))
    .sort((a, b) => place(b) - place(a));
}

interface Trial {
  number: number;
  of: number;
  preset: Preset;
  settings: SaeSettings;
  /** Folder of the search. */
  search: string;
}

/** @returns null where it was cancelled: its checkpoint then stays */
async function runTrial(
  { number, of, preset, settings, search }: Trial,
  dataset: Dataset,
  recommender: Recommender,
  hooks: JobHooks,
): Promise<RunRecord | null> {
  const out = trialFolder(search, number);
  const started = new Date();
  let latest: TrainProgress = NOT_STARTED;
  const progress = (now: TrainProgress) => {
    latest = now;
    hooks.progress(now);
  };
  const report = progressReporter({ progress, cancelled: hooks.cancelled }, { number, of });
  report({ phase: "preparing" });
  let record: RunRecord;
  try {
    const { run, ended, sources } = await trained(
      { out, preset, settings, restart: false },
      dataset,
      recommender,
      hooks,
      report,
    );
    if (ended.stopped === "cancelled") return null;
    report({ phase: "measuring", secondsLeft: null });
    const facts = { steps: ended.steps, seconds: ended.seconds, interrupted: false };
    const measures = await measured(dataset, recommender, ended.sae, facts, {
      progress: (measuredShare) => report({ measuredShare }),
      cancelled: hooks.cancelled,
    });
    record = await kept({ out, trial: number }, dataset, run, ended, sources, measures);
  } catch (thrown) {
    const reason = thrown instanceof RecPrismError ? thrown.reason : null;
    if (reason === "cancelled") return null;
    if (reason !== "training-diverged") throw thrown;
    record = failed({ number, preset, settings }, started, latest);
    await rememberRun(dataset.folder, record);
  }
  await writeTrial(search, record);
  await removeCheckpoint(out);
  return record;
}

/** Of weights that are no numbers nothing is active and nothing can be ranked. */
function failed(
  { number, preset, settings }: Pick<Trial, "number" | "preset" | "settings">,
  started: Date,
  { step, curve }: TrainProgress,
): RunRecord {
  const none = { ms: null, rbo30: null, kendall30: null, purity10: null, explainedVariance: null };
  return {
    version: 1,
    id: runId(started.toISOString(), settings.seed),
    started: started.toISOString(),
    state: "failed",
    stopped: "diverged",
    preset,
    settings,
    trial: number,
    steps: step,
    seconds: (Date.now() - started.getTime()) / 1000,
    sae: "",
    measures: { ...none, labelled: 0, l0: 0, dead: settings.latents },
    curve,
  };
}

function checkOpen(space: SearchSpace, trials: number): void {
  if (trials === 1 || searchedSettings(space).length > 0) return;
  throw new RecPrismError(
    "settings-invalid",
    `All settings that a search tries are stated (${[...space.stated].join(", ")}), so its trials would be the same. Leave some out, in recprism.json and on the command line.`,
    { key: "search.trials" },
  );
}
