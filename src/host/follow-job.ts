/** A job's progress in a notification, with a way to cancel it. */
import { type LogOutputChannel, ProgressLocation, window } from "vscode";
import type { Job, JobId, TrainProgress } from "../protocol/engine";
import { errorData } from "../protocol/error";
import type { SharedState } from "../protocol/webview";
import type { Session } from "./session";
import { progressShare, progressText } from "./wording";

/** Resolves with the job once it has ended, in whatever way; with null if the engine's end, told already, took it along. */
export async function followedJob(
  session: Session,
  log: LogOutputChannel,
  id: JobId,
  title: string,
  text: (progress: TrainProgress) => string = progressText,
): Promise<Job | null> {
  log.info(`job ${id} started`);
  const job = await window.withProgress(
    { location: ProgressLocation.Notification, title, cancellable: true },
    (progress, token) => {
      token.onCancellationRequested(() => {
        session.engine.cancel(id).catch((thrown) => log.warn(errorData(thrown).message));
      });
      return new Promise<Job | null>((resolve) => {
        let reported = 0;
        const follow = ({ job, error }: SharedState) => {
          if (job?.id !== id) return;
          const percent = 100 * progressShare(job.progress);
          progress.report({ message: text(job.progress), increment: Math.max(0, percent - reported) });
          reported = Math.max(reported, percent);
          if (job.state === "running") return;
          subscription.dispose();
          resolve(job.error !== null && job.error === error ? null : job);
        };
        const subscription = session.onChanged(follow);
        follow(session.state);
      });
    },
  );
  log.info(`job ${id} ${job?.state ?? "ended with the engine"}`);
  return job;
}
