/** The status-bar item that is there while a training job runs. */
import { type Disposable, StatusBarAlignment, window } from "vscode";
import type { Session } from "./session";
import { progressText } from "./wording";

export function trainingStatus(session: Session): Disposable {
  const item = window.createStatusBarItem("recprism.training", StatusBarAlignment.Left);
  item.name = "RecPrism Training";
  item.command = "recprism.neurons.focus";
  const subscription = session.onChanged(({ job }) => {
    if (job?.state !== "running") return item.hide();
    const { phase, epoch, epochs } = job.progress;
    item.text = phase === "training" ? `$(pulse) RecPrism: epoch ${epoch}/${epochs}` : "$(pulse) RecPrism: training";
    item.tooltip = `Training SAE: ${progressText(job.progress)}`;
    item.show();
  });
  return {
    dispose() {
      subscription.dispose();
      item.dispose();
    },
  };
}
