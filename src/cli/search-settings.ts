/** `recprism train --search`: trains with several settings, keeps the best, and shows how they rank. */
import { decimal } from "../engine/figures";
import { differingSettings, type SettingName, usedSetting } from "../protocol/differing-settings";
import type { Job } from "../protocol/engine";
import type { RunRecord } from "../protocol/run";
import { type Context, log, print } from "./context";
import { followed } from "./follow-job";
import { table } from "./table";
import type { TrainOptions } from "./train-sae";

export interface SearchOptions extends TrainOptions {
  search: number;
  tradeOff?: number;
}

const DEFAULT_TRADE_OFF = 0.5;

type ScoredRun = RunRecord & { score: number | null };

export async function searchSettings(context: Context, options: SearchOptions): Promise<void> {
  const { engine, project, onJob } = context;
  const { asked, restart, sae, search: trials, tradeOff = DEFAULT_TRADE_OFF } = options;
  let begun = false;
  onJob(({ progress: { trial } }) => {
    if (begun || trial === null) return;
    begun = true;
    if (trial.number > 1) log(`Continuing the interrupted search at trial ${trial.number} (--restart begins anew)`);
  });
  const job = await followed(
    context,
    () => engine.train(project.id, { ...asked, restart, out: sae, search: { trials, tradeOff } }),
    {
      part: "Trial",
      stopping: "Stopping; the best of the finished trials is kept, and the same command goes on from here.",
      anew: "--restart",
    },
  );
  if (job.artifact === null) {
    process.exitCode = 1;
    log("Cancelled before a trial was finished. The same command goes on from here.");
    return;
  }
  const runs = await rankedRuns(context, job);
  const best = job.trials![0].number;
  const { artifact, state } = job;
  const trialsToPrint = runs.map(({ version, curve, ...run }) => run);
  print(options, { trials: trialsToPrint, best, artifact, state, tradeOff }, () => {
    const outcome = state === "done" ? "Trained" : `Cancelled after ${runs.length} of ${trials} trials; kept the best`;
    return [
      `${outcome}: ${artifact}, of trial ${best}\n`,
      `Best first, by score = MS^${tradeOff} (RBO@30 / .958)^${Number((1 - tradeOff).toPrecision(3))}. The best of many looks a little better than it is.\n`,
      trialsTable(runs),
    ].join("\n");
  });
}

/** Best first. */
async function rankedRuns({ engine, project }: Context, { trials }: Job): Promise<ScoredRun[]> {
  const runs = new Map((await engine.runs(project.id)).map((run) => [run.id, run]));
  return trials!.flatMap(({ run, score }) => {
    const record = runs.get(run);
    return record ? [{ ...record, score }] : [];
  });
}

/** As the weights are called in the options' help. */
const SHORT_NAMES: Partial<Record<SettingName, string>> = {
  predictionWeight: "w_pred",
  reconstructionWeight: "w_rec",
  klWeight: "w_kl",
  l1Weight: "w_l1",
  coherenceWeight: "w_coh",
  learningRate: "lr",
};

function trialsTable(runs: readonly ScoredRun[]): string {
  const right = (heading: string, cell: (run: ScoredRun) => string) => ({ heading, align: "right" as const, cell });
  return table(runs, [
    right("trial", ({ trial }) => String(trial)),
    right("score", ({ score }) => decimal(score, 3)),
    right("MS", ({ measures }) => decimal(measures.ms, 3)),
    right("RBO@30", ({ measures }) => decimal(measures.rbo30, 3)),
    right("Kendall@30", ({ measures }) => decimal(measures.kendall30, 3)),
    right("L0", ({ measures }) => decimal(measures.l0, 1)),
    right("dead", ({ measures }) => String(measures.dead)),
    right("seconds", ({ seconds }) => decimal(seconds, 1)),
    ...differingSettings(runs).map((name) =>
      right(SHORT_NAMES[name] ?? name, ({ settings }) => String(usedSetting(settings, name) ?? "")),
    ),
    { heading: "", cell: ({ state }) => (state === "failed" ? "diverged" : "") },
  ]);
}
