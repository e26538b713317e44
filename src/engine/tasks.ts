/** Work that a person waits for in this process: it tells how far it is, and ends when nobody wants it any more. */
import type { TaskId } from "../protocol/engine";
import { type Pace, paceOf } from "./pace";

export class Tasks {
  private readonly running = new Map<TaskId, AbortController>();

  constructor(private readonly progressed: (task: TaskId, share: number) => void) {}

  /**
   * @param task absent where nobody watches or ends it
   * @param work rejects with "cancelled" once its pace is told to; the signal is for what has no pace
   */
  async run<Value>(
    task: TaskId | undefined,
    work: (pace: Pace, signal: AbortSignal) => Promise<Value>,
  ): Promise<Value> {
    const controller = new AbortController();
    const { signal } = controller;
    const pace = paceOf({
      progress: (share) => {
        if (task !== undefined) this.progressed(task, share);
      },
      cancelled: () => signal.aborted,
    });
    if (task === undefined) return work(pace, signal);
    // A task that is asked for again under its name takes the place of the one before.
    this.end(task);
    this.running.set(task, controller);
    try {
      return await work(pace, signal);
    } finally {
      if (this.running.get(task) === controller) this.running.delete(task);
    }
  }

  end(task: TaskId): void {
    this.running.get(task)?.abort();
    this.running.delete(task);
  }

  dispose(): void {
    for (const task of this.running.keys()) this.end(task);
  }
}
