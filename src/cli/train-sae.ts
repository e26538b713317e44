/** `recprism train`: trains with a progress bar; Ctrl-C stops and keeps what there is. */
import { SingleBar } from "cli-progress";
import type { Job } from "../protocol/engine";
import { errorFromData } from "../protocol/error";
import type { SaeSettings } from "../protocol/manifest";
import { type CommonOptions, type Context, log, print } from "./context";
import { reportText } from "./show-report";

export interface TrainOptions extends CommonOptions {
  latents?: number;
  epochs?: number;
  batch?: number;
  lr?: number;
  predictionWeight?: number;
  reconstructionWeight?: number;
  klWeight?: number;
  seed?: number;
}

export async function trainSae({ engine, project, onJob }: Context, options: TrainOptions): Promise<void> {
  const bar = progressBar();
  const ended = new Promise<Job>((resolve) => {
    onJob((job) => {
      bar.show(job);
      if (job.state !== "running") resolve(job);
    });
  });
  const id = await engine.train(project.id, { settings: settingsOf(options), out: options.sae });
  const stop = () => {
    log("Stopping; what has been trained is kept.");
    void engine.cancel(id);
  };
  process.once("SIGINT", stop);
  const job = await ended;
  process.off("SIGINT", stop);
  bar.end();

  if (job.error) throw errorFromData(job.error);
  if (job.artifact === null) {
    process.exitCode = 1;
    log("Cancelled before there was anything to keep.");
    return;
  }
  const report = await engine.report(project.id);
  print(options, { artifact: job.artifact, state: job.state, ...report }, () => {
    const outcome = job.state === "done" ? "Trained" : "Cancelled; kept the weights so far";
    return `${outcome}: ${job.artifact}\n\n${reportText(report)}`;
  });
}

function settingsOf(options: TrainOptions): Partial<SaeSettings> {
  const { latents, epochs, batch, lr, predictionWeight, reconstructionWeight, klWeight, seed } = options;
  const given = {
    latents,
    epochs,
    batch,
    learningRate: lr,
    predictionWeight,
    reconstructionWeight,
    klWeight,
    seed,
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

/** On a terminal a bar; elsewhere nothing, so that logs stay short. */
function progressBar(): { show(job: Job): void; end(): void } {
  if (!process.stderr.isTTY) return { show: () => {}, end: () => {} };
  const bar = new SingleBar({
    stream: process.stderr,
    format: "{phase} {bar} {percentage}%  epoch {epoch}/{epochs}  loss {loss}  {left}",
    barsize: 30,
    clearOnComplete: false,
    hideCursor: true,
  });
  let started = false;
  return {
    show({ progress }) {
      const values = {
        phase: progress.phase,
        epoch: progress.epoch,
        epochs: progress.epochs,
        loss: progress.loss?.toPrecision(3) ?? "-",
        left: progress.secondsLeft === null ? "" : `${Math.ceil(progress.secondsLeft)} s left`,
      };
      if (!started && progress.steps > 0) {
        bar.start(progress.steps, 0, values);
        started = true;
      } else if (started) {
        bar.update(progress.step, values);
      }
    },
    end() {
      if (started) bar.stop();
    },
  };
}
