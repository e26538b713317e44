/** `recprism train`: trains with a progress bar; Ctrl-C stops and keeps what there is. */
import type { AskedSettings } from "../protocol/engine";
import { type CommonOptions, type Context, log, print } from "./context";
import { followed } from "./follow-job";
import { identityText } from "./show-identity";
import { reportText } from "./show-report";

export interface TrainOptions extends CommonOptions {
  asked: AskedSettings;
  restart: boolean;
}

export async function trainSae(context: Context, options: TrainOptions): Promise<void> {
  const { engine, project } = context;
  const { asked, restart, sae } = options;
  // A program that asks for JSON has `recprism status --json`.
  if (!options.json) log(identityText(project));
  const job = await followed(context, () => engine.train(project.id, { ...asked, restart, out: sae }), {
    stopping: "Stopping; what has been trained is kept.",
    anew: "--restart",
  });
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
