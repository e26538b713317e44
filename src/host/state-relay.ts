/** Hands state on to a view: at once where it matters, at a bounded rate while only a job's progress moves. */
import type { SharedState } from "../protocol/webview";

export const PROGRESS_INTERVAL_MS = 100;

export class StateRelay {
  #sent: SharedState | null = null;
  #waiting: SharedState | null = null;
  #timer: NodeJS.Timeout | null = null;

  constructor(private readonly send: (state: SharedState) => void) {}

  push(state: SharedState): void {
    if (this.#sent === null || !onlyProgressDiffers(this.#sent, state)) {
      this.#sendNow(state);
      return;
    }
    this.#waiting = state;
    this.#timer ??= setTimeout(() => this.#sendNow(this.#waiting as SharedState), PROGRESS_INTERVAL_MS);
  }

  dispose(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #sendNow(state: SharedState): void {
    this.dispose();
    this.#sent = state;
    this.#waiting = null;
    this.send(state);
  }
}

function onlyProgressDiffers(before: SharedState, after: SharedState): boolean {
  return (
    before.job !== null &&
    before.job.id === after.job?.id &&
    before.job.state === after.job.state &&
    before.job.progress.phase === after.job.progress.phase &&
    before.project === after.project &&
    before.neuron === after.neuron &&
    before.compared === after.compared &&
    before.tab === after.tab &&
    before.labelsVersion === after.labelsVersion &&
    before.error === after.error &&
    before.busy === after.busy
  );
}
