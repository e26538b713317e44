/** Recommenders from interactions alone, through the command line: how good their lists are, and how long they take. */
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RankingMeasures, RecommenderKind, RecommenderReport } from "../src/protocol/recommender";
import { type Measurement, printTable } from "./table";

interface Run {
  data: "ml-1m" | "ml-100k";
  interactions: string;
  kind: RecommenderKind;
  /** From the command to the project on disk. */
  seconds?: number;
  leastNdcg?: number;
  leastHitRate?: number;
}

const RUNS: Run[] = [
  { data: "ml-1m", interactions: "interactions.csv", kind: "mf", seconds: 60, leastNdcg: 0.21, leastHitRate: 0.88 },
  { data: "ml-1m", interactions: "interactions.csv", kind: "bpr" },
  { data: "ml-1m", interactions: "interactions.csv", kind: "ncf", seconds: 300 },
  { data: "ml-100k", interactions: "u.data", kind: "mf" },
  { data: "ml-100k", interactions: "u.data", kind: "bpr" },
  { data: "ml-100k", interactions: "u.data", kind: "ncf" },
];

export function benchRecommender(data: string): void {
  const runs = RUNS.filter((run) => existsSync(join(data, run.data)));
  if (runs.length < RUNS.length)
    console.log(`\nSome data is not in ${data} (set RECPRISM_DATA): its recommenders are skipped.`);
  if (runs.length > 0) {
    printTable(
      "Recommenders of dim 20 from interactions: HR@20 / NDCG@20 / MRR@20 / percentile rank",
      runs.flatMap((run) => measurementsOf(data, run)),
    );
  }
}

function measurementsOf(
  source: string,
  { data, interactions, kind, seconds, leastNdcg, leastHitRate }: Run,
): Measurement[] {
  const folder = mkdtempSync(join(tmpdir(), "recprism-bench-"));
  try {
    cpSync(join(source, data, interactions), join(folder, interactions));
    const started = performance.now();
    const report = trained(folder, interactions, kind);
    const taken = (performance.now() - started) / 1000;
    const { recommender, popularity } = report.measures!;
    const reached = recommender.ndcg20.value >= (leastNdcg ?? 0) && recommender.hr20.value >= (leastHitRate ?? 0);
    return [
      {
        what: `${data} ${kind}, held out ${report.split.by === "time" ? "by time" : "at random"}`,
        measured: figures(recommender),
        budget: leastNdcg === undefined ? null : { limit: `HR ≥${leastHitRate}, NDCG ≥${leastNdcg}`, kept: reached },
        baseline: `most popular: ${figures(popularity)}`,
      },
      {
        what: "  from the command to the project",
        measured: `${taken.toFixed(1)} s, training ${report.training.seconds.toFixed(1)} s`,
        budget: seconds === undefined ? null : { limit: `${seconds} s`, kept: taken < seconds },
      },
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function trained(folder: string, interactions: string, kind: RecommenderKind): RecommenderReport {
  const args = ["recommender", "train", "--kind", kind, "--interactions", interactions, "--out", "made", "--json"];
  const result = spawnSync(process.execPath, [join(__dirname, "..", "cli.js"), ...args], {
    cwd: folder,
    encoding: "utf8",
  });
  if (result.status !== 0) throw new Error(`recprism ${args.join(" ")} failed: ${result.stderr}`);
  return JSON.parse(result.stdout);
}

function figures({ hr20, ndcg20, mrr20, percentileRank }: RankingMeasures): string {
  return [hr20, ndcg20, mrr20, percentileRank].map(({ value }) => value.toFixed(3)).join(" / ");
}
