/** A job as seen from a view: its progress with a way to stop it, and how the last one ended. */
import type { Job, TrainProgress } from "../../src/protocol/engine";
import { ErrorNote } from "./error-note";
import { count, duration, significant } from "./number-format";

export interface TrainingHost {
  train(): void;
  measure(): void;
  cancelTraining(): void;
}

export function TrainingProgress({ job, host }: { job: Job; host: TrainingHost }) {
  const { progress } = job;
  const training = progress.phase === "training";
  const what = job.kind === "measure" ? "Measuring" : "Training";
  const share = training ? progress.step / Math.max(1, progress.steps) : progress.measuredShare;
  return (
    <section class="training" aria-label={what}>
      <div class="training-line">
        <span role="status">{phaseText(job)}</span>
        <vscode-button secondary onClick={() => host.cancelTraining()}>
          Cancel
        </vscode-button>
      </div>
      <vscode-progress-bar
        aria-label={`${what} progress`}
        max={1}
        value={share ?? undefined}
        indeterminate={share === null}
      />
      {training && <p class="quiet numbers">{detailText(progress)}</p>}
      {progress.resumedAt !== null && (
        <p class="quiet numbers">Continues an interrupted run from step {count(progress.resumedAt)}.</p>
      )}
    </section>
  );
}

function phaseText({ kind, progress }: Job): string {
  if (progress.phase === "preparing") return `Preparing to ${kind === "measure" ? "measure" : "train"}…`;
  const { trial } = progress;
  const which = trial === null ? "" : `Run ${trial.number} of ${trial.of}. `;
  if (progress.phase === "measuring") {
    return kind === "recommender" ? "Measuring the recommender…" : `${which}Measuring and naming neurons…`;
  }
  return `${which}Training: epoch ${progress.epoch} of ${progress.epochs}`;
}

function detailText({ step, steps, loss, secondsLeft }: TrainProgress): string {
  const parts = [
    `step ${count(step)} of ${count(steps)}`,
    loss === null ? null : `loss ${significant(loss)}`,
    secondsLeft === null ? null : `${duration(secondsLeft)} left`,
  ];
  return parts.filter((part) => part !== null).join(" · ");
}

interface TrainingOutcomeProps {
  job: Job | null;
  /** By which to try again what failed; none where another way is at hand. */
  host?: TrainingHost;
}

/** What to say of a job that ended otherwise than well; nothing for one that went well. */
export function TrainingOutcome({ job, host }: TrainingOutcomeProps) {
  if (job === null) return null;
  const measuring = job.kind === "measure";
  if (job.state === "failed" && job.error !== null) {
    // What a recommender is made from is asked for anew by its command.
    const again = job.kind === "recommender" ? undefined : host;
    const retry = again && (() => (measuring ? again.measure() : again.train()));
    return <ErrorNote what={measuring ? "Measuring failed" : "Training failed"} error={job.error} retry={retry} />;
  }
  if (job.state === "cancelled") {
    return (
      <p class="note" role="status">
        {cancelledText(job)}
      </p>
    );
  }
  return null;
}

function cancelledText({ kind, artifact }: Job): string {
  if (kind === "measure") return "Measuring was cancelled.";
  if (kind === "recommender") return "Training was cancelled. Nothing was written.";
  const kept = artifact === null ? "There was no checkpoint to keep." : "The last checkpoint was kept.";
  return `Training was cancelled. ${kept}`;
}
