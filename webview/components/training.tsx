/** Training as seen from a view: the button that starts it, its progress, how the last run ended. */
import type { Job, TrainProgress } from "../../src/protocol/engine";
import { ErrorNote } from "./error-note";
import { duration, significant } from "./number-format";

export interface TrainingHost {
  train(): void;
  cancelTraining(): void;
}

export function TrainingProgress({ progress, host }: { progress: TrainProgress; host: TrainingHost }) {
  const training = progress.phase === "training";
  return (
    <section class="training" aria-label="Training">
      <div class="training-line">
        <span role="status">{phaseText(progress)}</span>
        <vscode-button secondary onClick={() => host.cancelTraining()}>
          Cancel
        </vscode-button>
      </div>
      <vscode-progress-bar
        aria-label="Training progress"
        max={1}
        value={training ? progress.step / Math.max(1, progress.steps) : undefined}
        indeterminate={!training}
      />
      {training && <p class="quiet numbers">{detailText(progress)}</p>}
    </section>
  );
}

function phaseText(progress: TrainProgress): string {
  if (progress.phase === "preparing") return "Preparing to train…";
  if (progress.phase === "measuring") return "Measuring and naming neurons…";
  return `Training: epoch ${progress.epoch} of ${progress.epochs}`;
}

function detailText({ loss, secondsLeft }: TrainProgress): string {
  const parts = [
    loss === null ? null : `loss ${significant(loss)}`,
    secondsLeft === null ? null : `${duration(secondsLeft)} left`,
  ];
  return parts.filter((part) => part !== null).join(" · ");
}

/** What to say of a run that ended otherwise than well; nothing for one that went well. */
export function TrainingOutcome({ job, host }: { job: Job | null; host: TrainingHost }) {
  if (job?.state === "failed" && job.error !== null) {
    return <ErrorNote what="Training failed" error={job.error} retry={() => host.train()} />;
  }
  if (job?.state === "cancelled") {
    const kept = job.artifact === null ? "There was no checkpoint to keep." : "The last checkpoint was kept.";
    return (
      <p class="note" role="status">
        Training was cancelled. {kept}
      </p>
    );
  }
  return null;
}
