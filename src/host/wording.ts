/** How the host words measures, training progress and results. */
import type { Report } from "../protocol/artifact";
import type { Job, ProjectSummary, RowIdentity, TrainProgress } from "../protocol/engine";
import type { ManifestFix } from "../protocol/error";
import type { RankingMeasures, RecommenderReport } from "../protocol/recommender";

/** Two digits without a leading zero, as measures are printed: `.59`; `n/a` where the data does not allow the measure. */
export function measure(value: number | null): string {
  if (value === null || !Number.isFinite(value)) return "n/a";
  return value.toFixed(2).replace(/^(-?)0\./, "$1.");
}

export function timeLeft(seconds: number): string {
  if (seconds < 60) return `${Math.max(1, Math.round(seconds))} s left`;
  if (seconds < 3600) return `${Math.round(seconds / 60)} min left`;
  return `${(seconds / 3600).toFixed(1)} h left`;
}

/** `epoch 3/18, loss 0.4123, 12 s left`, and of a run that was taken up again `, continued from step 1,200` */
export function progressText(progress: TrainProgress): string {
  if (progress.phase === "preparing") return "preparing data";
  const share = progress.measuredShare === null ? "" : ` (${Math.round(100 * progress.measuredShare)}%)`;
  const parts =
    progress.phase === "measuring"
      ? [`measuring and naming neurons${share}`]
      : [`epoch ${progress.epoch}/${progress.epochs}`];
  if (progress.trial !== null) parts.unshift(`run ${progress.trial.number}/${progress.trial.of}`);
  if (progress.phase === "training" && progress.loss !== null) parts.push(`loss ${progress.loss.toPrecision(4)}`);
  if (progress.secondsLeft !== null) parts.push(timeLeft(progress.secondsLeft));
  if (progress.resumedAt !== null) parts.push(`continued from step ${progress.resumedAt.toLocaleString("en")}`);
  return parts.join(", ");
}

/** Share of the training steps that are done, or, where there are none, of the measuring; in [0, 1]. */
export function progressShare(progress: TrainProgress): number {
  if (progress.phase === "preparing") return 0;
  if (progress.steps <= 0) return progress.measuredShare ?? 0;
  if (progress.phase === "measuring") return 1;
  return Math.min(1, Math.max(0, progress.step / progress.steps));
}

/** `MS .59, RBO@30 .56, 18 of 22 neurons labelled` */
export function measuresText(report: Report): string {
  return `MS ${measure(report.ms)}, RBO@30 ${measure(report.rbo30)}, ${report.labelled} of ${report.latents} neurons labelled`;
}

/** What a job does, as a word at the start of a sentence. */
export function jobDoing({ kind }: Job): "Measuring" | "Naming" | "Training" {
  return kind === "measure" ? "Measuring" : kind === "label" ? "Naming" : "Training";
}

/** What to tell when a job has ended; the project as it was read anew after it. */
export function jobOutcome(job: Job, project: ProjectSummary): string {
  const result = project.sae === null ? "" : `: ${measuresText(project.sae.report)}`;
  if (job.kind === "measure") {
    if (job.state === "done") return `Measured the SAE of ${project.name}${result}.`;
    if (job.state === "cancelled") return "Measuring was cancelled. The SAE stays without labels and measures.";
    return job.error?.message ?? "Measuring failed.";
  }
  if (job.kind === "label") {
    if (job.state === "done") return `Named the neurons of ${project.name} anew${result}.`;
    if (job.state === "cancelled") return "Naming was cancelled. The names stay as they were.";
    return job.error?.message ?? "Naming failed.";
  }
  if (job.state === "done") return `Trained an SAE for ${project.name}${result}.`;
  if (job.state === "cancelled") {
    return job.artifact === null
      ? "Training was cancelled before its first checkpoint. Nothing was written."
      : `Training was cancelled. Its last checkpoint was kept${result}.`;
  }
  return job.error?.message ?? "Training failed.";
}

/** The same of a recommender, which has lists and no neurons. */
export function recommenderProgressText(progress: TrainProgress): string {
  return progressText(progress).replace("measuring and naming neurons", "measuring its lists");
}

/** `NDCG@20 .32 and HR@20 .92 on held-out interactions (most popular items: .18 and .79)` */
export function rankingText({ measures }: RecommenderReport): string {
  if (measures === null) return "nothing was held out to measure it with";
  const both = ({ ndcg20, hr20 }: RankingMeasures) => [measure(ndcg20.value), measure(hr20.value)];
  const [ndcg, hr] = both(measures.recommender);
  return `NDCG@20 ${ndcg} and HR@20 ${hr} on held-out interactions (most popular items: ${both(measures.popularity).join(" and ")})`;
}

/** `1,200 rows, 1,200 in the table, 1,187 with interactions` */
export function identityCounts({ rows, inTable, inInteractions, unknownIds }: RowIdentity): string {
  const whole = (count: number) => count.toLocaleString("en");
  return [
    `${whole(rows)} row${rows === 1 ? "" : "s"}`,
    ...(inTable === null ? [] : [`${whole(inTable)} in the table`]),
    ...(inInteractions === null ? [] : [`${whole(inInteractions)} with interactions`]),
    ...(unknownIds ? [`${whole(unknownIds)} ids of interactions name no row`] : []),
  ].join(", ");
}

/** What there is to doubt of ids before anything is trained on them, and what may do away with it; null where all is well. */
export function identityDoubt(project: ProjectSummary): { text: string; fixes: ManifestFix[] } | null {
  const { identity, warnings } = project;
  const fixes = project.fixes.filter(({ key }) => key.split(".")[1] === "ids");
  if (!identity.items.unknownIds && !identity.users.unknownIds && fixes.length === 0) return null;
  const remedies = fixes.length === 0 ? [] : [`Likely remedy: ${fixes.map(({ title }) => title).join("; ")}.`];
  return { text: [...warnings, ...remedies].join("\n\n"), fixes };
}

/** `2 edits` */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** A recipe's name as a file's, without extension: `Less Horror, more Drama` gives `less-horror-more-drama`. */
export function fileNameOf(name: string): string {
  const words = name.toLowerCase().replace(/[^\p{L}\p{N}._]+/gu, "-");
  return words.replace(/^[-.]+|[-.]+$/g, "") || "recipe";
}
