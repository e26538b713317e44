/** `recprism recommender train`: makes a recommender where there are interactions alone. */

import { basename, dirname, join, resolve } from "node:path";
import { decimal } from "../engine/figures";
import type { Estimate } from "../protocol/artifact";
import type { Engine } from "../protocol/engine";
import { RecPrismError } from "../protocol/error";
import type { RankingMeasures, RecommenderReport, RecommenderRequest } from "../protocol/recommender";
import { log, print, withEngine } from "./context";
import { followed } from "./follow-job";
import { table } from "./table";

export interface RecommenderOptions {
  json: boolean;
  interactions: string;
  user?: string;
  item?: string;
  timestamp?: string;
  rating?: string;
  leastRating?: number;
  out: string;
  settings: RecommenderRequest["settings"];
}

export async function trainRecommender(options: RecommenderOptions): Promise<void> {
  await withEngine(async (engine, onJob) => {
    const { settings } = options;
    const out = resolve(options.out);
    const request = { ...(await basis(engine, options)), settings, out };
    const job = await followed({ engine, onJob }, () => engine.trainRecommender(request), {
      stopping: "Stopping; nothing is written.",
    });
    if (job.recommender === undefined) {
      process.exitCode = 1;
      log("Cancelled; nothing was written.");
      return;
    }
    const report = job.recommender;
    print(options, { project: join(out, "recprism.json"), ...report }, () => {
      return `Made a recommender: ${out}\n\n${recommenderText(report)}\n\nNext: recprism train --project ${options.out}`;
    });
  });
}

/** The interactions, with columns that are not given recognised by their names, and the tables found beside them. */
async function basis(
  engine: Engine,
  { interactions, user, item, timestamp, rating, leastRating }: RecommenderOptions,
): Promise<Pick<RecommenderRequest, "folder" | "project">> {
  const file = resolve(interactions);
  const proposal = await engine.propose([dirname(file), file], {
    interactions: basename(file),
    "item-embeddings": null,
    "user-embeddings": null,
    ...(user === undefined ? {} : { "interaction-user": user }),
    ...(item === undefined ? {} : { "interaction-item": item }),
    ...(timestamp === undefined ? {} : { "interaction-timestamp": timestamp || null }),
    ...(rating === undefined ? {} : { "interaction-rating": rating || null }),
  });
  for (const note of proposal.notes) log(`note: ${note}`);
  const project = proposal.withoutEmbeddings;
  if (project === null) {
    throw new RecPrismError(
      "file-format",
      `No recommender can be made from ${file}.\n- ${proposal.problems.join("\n- ")}`,
      {
        file,
      },
    );
  }
  const asked = leastRating === undefined ? {} : { leastRating };
  return {
    folder: proposal.folder ?? dirname(file),
    project: { ...project, interactions: { ...project.interactions, ...asked } },
  };
}

export function recommenderText({ settings, data, split, training, measures }: RecommenderReport): string {
  const count = (number: number) => number.toLocaleString("en");
  const held = split.by === "time" ? "each user's last" : "any";
  const facts = [
    `${settings.kind}, ${settings.dimensions} dimensions: ${count(data.users)} users, ${count(data.items)} items, ${count(data.pairs)} pairs`,
    ...(data.incompleteLines > 0
      ? [`${count(data.incompleteLines)} lines without a user or an item were left out.`]
      : []),
    ...(data.lowRatedLines > 0 ? [`${count(data.lowRatedLines)} lines rated too low were left out.`] : []),
    `Trained in ${training.seconds.toFixed(1)} s on ${count(split.trainPairs)} pairs; held out: ${count(split.heldOutPairs)} pairs (${held}).`,
  ];
  if (measures === null) return facts.join("\n");
  const users =
    measures.measuredUsers < measures.usersWithHeldOut ? `a sample of ${count(measures.measuredUsers)}` : "all";
  const { recommender, popularity } = measures;
  const rows: { name: string; of: keyof RankingMeasures; remark: string }[] = [
    { name: "HR@20", of: "hr20", remark: "a held-out item is in the top 20" },
    { name: "NDCG@20", of: "ndcg20", remark: "held-out items stand high in it" },
    { name: "MRR@20", of: "mrr20", remark: "1 / rank of the first" },
    { name: "percentile rank", of: "percentileRank", remark: "of held-out items: 0 is the top, .5 is chance" },
  ];
  const interval = ({ interval }: Estimate) =>
    interval === null ? "" : `${decimal(interval[0], 3)} to ${decimal(interval[1], 3)}`;
  const measured = table(rows, [
    { heading: "measure", cell: ({ name }) => name },
    { heading: "value", align: "right", cell: ({ of }) => decimal(recommender[of].value, 3) },
    { heading: "95% interval", cell: ({ of }) => interval(recommender[of]) },
    { heading: "most popular", align: "right", cell: ({ of }) => decimal(popularity[of].value, 3) },
    { heading: "", cell: ({ remark }) => remark },
  ]);
  return `${facts.join("\n")}\nMeasured on ${users} users with held-out items, items they were trained with left out.\n\n${measured}`;
}
