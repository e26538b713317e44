/** Work of the engine that takes a while, with its progress in a notification and a way to cancel it. */
import { randomUUID } from "node:crypto";
import { ProgressLocation, window } from "vscode";
import type { TaskId } from "../protocol/engine";
import type { Session } from "./session";

/** @param work rejects with "cancelled" once it is */
export async function withTask<Value>(
  session: Session,
  title: string,
  work: (task: TaskId) => Promise<Value>,
): Promise<Value> {
  const id: TaskId = randomUUID();
  return window.withProgress(
    { location: ProgressLocation.Notification, title, cancellable: true },
    async (progress, token) => {
      let reported = 0;
      const following = session.onTaskProgress((task, share) => {
        if (task !== id || share <= reported) return;
        progress.report({ increment: 100 * (share - reported) });
        reported = share;
      });
      // What the work becomes is told by the call that asked for it.
      token.onCancellationRequested(() => void session.engine.endTask(id).catch(() => {}));
      try {
        return await work(id);
      } finally {
        following.dispose();
      }
    },
  );
}
