/** Making a recommender: from a table of interactions to a project on disk that opens. */
import { existsSync, readdirSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { closeDataset, loadDataset } from "../../src/data/load";
import { readManifest } from "../../src/data/manifest-file";
import { type RecommenderJob, runRecommenderJob } from "../../src/engine/recommender-job";
import type { TrainProgress } from "../../src/protocol/engine";
import { type RecommenderKind, recommenderReportSchema } from "../../src/protocol/recommender";
import { openRecommender } from "../../src/recommender/open-recommender";
import { failure, scratchFolder } from "../data/scratch";
import { PLANTED_ITEMS, PLANTED_USERS, plantedPairs } from "../recommender/training/planted-tastes";
import { watched } from "./small-project";

/** A folder that holds interactions and films, with ids that are not their row numbers. */
async function exported(): Promise<string> {
  const folder = await scratchFolder();
  const { users, items } = plantedPairs();
  const lines = Array.from(users, (user, pair) => `u${1000 + user},${items[pair] + 5},${pair * 60}`);
  await writeFile(join(folder, "ratings.csv"), `user,film,at\n${lines.join("\n")}\n`);
  const films = Array.from({ length: PLANTED_ITEMS }, (_, item) => `${item + 5},Film ${item}`);
  await writeFile(join(folder, "films.csv"), `film,title\n${films.join("\n")}\n`);
  return folder;
}

function job(
  folder: string,
  kind: RecommenderKind,
  changes: Partial<RecommenderJob["project"]["interactions"]> = {},
): RecommenderJob {
  return {
    kind: "recommender",
    folder,
    project: {
      name: "planted",
      interactions: { table: "ratings.csv", user: "user", item: "film", ...changes },
      items: { table: "films.csv", id: "film", title: "title", tags: [] },
      users: { attributes: [] },
    },
    settings: { kind, dimensions: 8, epochs: 8 },
    out: join(folder, "made"),
  };
}

describe("a recommender made from interactions", { timeout: 60_000 }, () => {
  it.each(["mf", "bpr", "ncf"] as const)(
    "by %s becomes a project of which rows, ids, titles and scores fit",
    async (kind) => {
      const folder = await exported();
      const result = await runRecommenderJob(job(folder, kind), watched());
      expect(result).toMatchObject({ artifact: join(folder, "made"), interrupted: false });

      const report = recommenderReportSchema.parse(
        JSON.parse(await readFile(join(folder, "made", "recommender.json"), "utf8")),
      );
      expect(report).toEqual(result.recommender);
      expect(report).toMatchObject({
        interactions: { table: "../ratings.csv", user: "user", item: "film" },
        data: { users: PLANTED_USERS, items: PLANTED_ITEMS, pairs: 2400 },
        split: { by: "random", trainPairs: 1920, heldOutPairs: 480 },
      });
      const { recommender, popularity, measuredUsers, usersWithHeldOut } = report.measures!;
      expect(measuredUsers).toBe(usersWithHeldOut);
      expect(recommender.ndcg20.interval![0]).toBeGreaterThan(popularity.ndcg20.interval![1]);
      expect(recommender.percentileRank.value).toBeLessThan(0.37);
      expect(popularity.percentileRank.value).toBeGreaterThan(0.4);

      const dataset = await loadDataset(join(folder, "made"));
      try {
        expect(dataset.warnings).toEqual([]);
        expect(dataset.items.ids.at(0)).toBe("5");
        expect(dataset.items.titles![3]).toBe("Film 3");
        expect(dataset.users.ids.at(2)).toBe("u1002");
        expect(dataset.interactions!.items).toHaveLength(2400);
        const opened = await openRecommender(dataset);
        const scores = await opened.scorer(dataset.items).scoreItems(new Float32Array(8).fill(0.1), 0);
        await opened.release();
        expect(opened.kind).toBe(kind === "ncf" ? "onnx" : "dot");
        expect(opened.inGraph.probabilities).toBe(kind === "ncf");
        expect(scores.every(Number.isFinite)).toBe(true);
      } finally {
        await closeDataset(dataset);
      }
    },
  );

  it("holds out each user's last pairs where there are times", async () => {
    const folder = await exported();
    const { recommender } = await runRecommenderJob(job(folder, "mf", { timestamp: "at" }), watched());
    expect(recommender!.split).toEqual({ by: "time", trainPairs: 1920, heldOutPairs: 480 });
  });

  it("is the same again, to the byte", async () => {
    const folder = await exported();
    const files = async (out: string) => {
      await runRecommenderJob({ ...job(folder, "mf"), out: join(folder, out) }, watched());
      return Promise.all(
        ["items.npy", "users.npy", "item_bias.npy", "item_ids.txt"].map((name) => readFile(join(folder, out, name))),
      );
    };
    expect(await files("b")).toEqual(await files("a"));
  });

  it("of another kind takes the place of one made before, and leaves the rest of the manifest alone", async () => {
    const folder = await exported();
    await runRecommenderJob(job(folder, "mf"), watched());
    const { manifest, path } = await readManifest(join(folder, "made"));
    await writeFile(path, JSON.stringify({ ...manifest, name: "renamed", sae: { path: "my-sae" } }));
    await runRecommenderJob(job(folder, "ncf"), watched());
    const { manifest: after } = await readManifest(path);
    expect(after).toMatchObject({
      name: "renamed",
      sae: { path: "my-sae" },
      recommender: { kind: "onnx", model: "head.onnx" },
    });
    expect(after.items.bias).toBeUndefined();
    expect(readdirSync(join(folder, "made")).sort()).toEqual([
      "head.onnx",
      "item_ids.txt",
      "items.npy",
      "recommender.json",
      "recprism.json",
      "user_ids.txt",
      "users.npy",
    ]);
  });

  it.each(["preparing", "training", "measuring"] as const)(
    "leaves nothing when it is cancelled while %s",
    async (phase) => {
      const folder = await exported();
      const hooks = watched((progress: TrainProgress) => progress.phase === phase);
      expect(await runRecommenderJob(job(folder, "ncf"), hooks)).toEqual({ artifact: null, interrupted: true });
      expect(existsSync(join(folder, "made"))).toBe(false);
    },
  );

  it("does not write over embeddings that came from elsewhere", async () => {
    const folder = await exported();
    await mkdir(join(folder, "made"));
    await writeFile(join(folder, "made", "items.npy"), "mine");
    await failure(runRecommenderJob(job(folder, "mf"), watched()), "file-unwritable", "items.npy", "another folder");
    expect(await readFile(join(folder, "made", "items.npy"), "utf8")).toBe("mine");
  });

  it("lists ids with a line break in them as JSON", async () => {
    const folder = await exported();
    await writeFile(join(folder, "odd.csv"), 'user,film\n"a\nb",1\nc,1\nc,2\n"a\nb",2\n');
    await runRecommenderJob(job(folder, "mf", { table: "odd.csv" }), watched());
    expect(JSON.parse(await readFile(join(folder, "made", "user_ids.json"), "utf8"))).toEqual(["a\nb", "c"]);
    expect((await readManifest(join(folder, "made"))).manifest.users.ids).toEqual({
      rule: "list",
      file: "user_ids.json",
    });
  });
});
