/** Follows a job to its end: a bar on a terminal, Ctrl-C to stop it. */
import { SingleBar } from "cli-progress";
import type { Job, JobId } from "../protocol/engine";
import { errorFromData } from "../protocol/error";
import { type Context, log } from "./context";

export interface JobWords {
  /** What a job of several runs calls one of them: `Trial`. */
  part?: string;
  /** Said on Ctrl-C. */
  stopping: string;
  /** How to begin anew where an interrupted run goes on. */
  anew?: string;
}

/** @throws RecPrismError that the job failed with */
export async function followed(
  { engine, onJob }: Pick<Context, "engine" | "onJob">,
  start: () => Promise<JobId>,
  { part = "", stopping, anew }: JobWords,
): Promise<Job> {
  const bar = progressBar(part);
  let resumed: number | null = null;
  const ended = new Promise<Job>((resolve) => {
    onJob((job) => {
      const { resumedAt, trial } = job.progress;
      if (resumedAt !== null && resumed !== (trial?.number ?? 0)) {
        resumed = trial?.number ?? 0;
        log(`Continuing the interrupted run at step ${resumedAt}${anew ? ` (${anew} begins anew)` : ""}`);
      }
      bar.show(job);
      if (job.state !== "running") resolve(job);
    });
  });
  const id = await start();
  const stop = () => {
    log(stopping);
    void engine.cancel(id);
  };
  process.once("SIGINT", stop);
  const job = await ended;
  process.off("SIGINT", stop);
  bar.end();
  if (job.error) throw errorFromData(job.error);
  return job;
}

interface Progress {
  show(job: Job): void;
  end(): void;
}

/** On a terminal a bar for each run; elsewhere a line for each of several, and nothing for one, so that logs stay short. */
function progressBar(part: string): Progress {
  return process.stderr.isTTY ? bars(part) : lines(part);
}

function lines(part: string): Progress {
  let shown: number | null = null;
  return {
    show({ progress: { trial } }) {
      if (trial !== null && trial.number !== shown) log(`${part} ${trial.number}/${trial.of}`);
      shown = trial?.number ?? null;
    },
    end: () => {},
  };
}

function bars(part: string): Progress {
  let bar: SingleBar | null = null;
  let shown: number | null = null;
  const end = () => {
    bar?.stop();
    bar = null;
  };
  return {
    show({ progress }) {
      const { trial, steps, step, measuredShare } = progress;
      if ((trial?.number ?? null) !== shown) end();
      shown = trial?.number ?? null;
      const values = {
        part: trial === null ? "" : `${part} ${trial.number}/${trial.of}  `,
        phase: progress.phase,
        epoch: progress.epoch,
        epochs: progress.epochs,
        loss: progress.loss?.toPrecision(3) ?? "-",
        left: progress.secondsLeft === null ? "" : `${Math.ceil(progress.secondsLeft)} s left`,
      };
      // A job that only measures has no steps.
      const share = Math.round(100 * (measuredShare ?? 0));
      const [done, of] = steps > 0 ? [step, steps] : [share, 100];
      if (bar === null && (steps > 0 || measuredShare !== null)) {
        bar = new SingleBar({
          stream: process.stderr,
          format: `{part}{phase} {bar} {percentage}%${steps > 0 ? "  epoch {epoch}/{epochs}  loss {loss}  {left}" : ""}`,
          barsize: 30,
          clearOnComplete: false,
          hideCursor: true,
        });
        bar.start(of, done, values);
      } else {
        bar?.update(done, values);
      }
    },
    end,
  };
}
