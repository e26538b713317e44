/** The status-bar item that is there while a job runs. */
import { type Disposable, StatusBarAlignment, window } from "vscode";
import type { Session } from "./session";
import { jobDoing, progressText } from "./wording";

export function trainingStatus(session: Session): Disposable {
  const item = window.createStatusBarItem("recprism.training", StatusBarAlignment.Left);
  item.name = "RecPrism Training";
  item.command = "recprism.neurons.focus";
  const subscription = session.onChanged(({ job }) => {
    if (job?.state !== "running") return item.hide();
    const { phase, epoch, epochs } = job.progress;
    const doing = jobDoing(job);
    item.text = `$(pulse) RecPrism: ${phase === "training" ? `epoch ${epoch}/${epochs}` : doing.toLowerCase()}`;
    const what = { recommender: "recommender", label: "neurons" }[job.kind as string] ?? "SAE";
    item.tooltip = `${doing} ${what}: ${progressText(job.progress)}`;
    item.show();
  });
  return {
    dispose() {
      subscription.dispose();
      item.dispose();
    },
  };
}
