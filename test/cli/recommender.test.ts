/** From interactions alone to named neurons, by the command line. */
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { NeuronExport } from "../../src/protocol/neurons";
import type { RecommenderReport } from "../../src/protocol/recommender";
import { plantedPairs } from "../recommender/training/planted-tastes";
import { runCli } from "./run-cli";

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "recprism-recommender-"));
  const { users, items } = plantedPairs();
  const lines = Array.from(users, (user, pair) => `${user + 1}\t${items[pair] + 1}\t${pair % 2 === 0 ? 5 : 2}`);
  await writeFile(join(folder, "ratings.tsv"), `userId\tmovieId\trating\n${lines.join("\n")}\n`);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const train = (...options: string[]) =>
  runCli(folder, "recommender", "train", "--interactions", "ratings.tsv", "--dimensions", "8", ...options);

describe("recprism recommender train", { timeout: 120_000 }, () => {
  it("recognises the columns, reports held-out measures beside popularity, and leaves a project that trains", async () => {
    const made = await train("--kind", "mf", "--out", "made");
    expect(made).toMatchObject({ code: 0, stderr: "" });
    expect(made.stdout).toMatch(/NDCG@20\s+0\.\d{3}\s+0\.\d{3} to 0\.\d{3}\s+0\.\d{3}/);
    expect(made.stdout).toContain("recprism train --project made");
    expect((await runCli(folder, "train", "--project", "made", "--epochs", "2", "--json")).code).toBe(0);
    const neurons = (await runCli(folder, "neurons", "--project", "made", "--json")).json<NeuronExport[]>();
    expect(neurons.length).toBeGreaterThan(0);
  });

  it("takes options into the report", async () => {
    const options = [
      "--least-rating",
      "4",
      "--hold-out",
      "0.1",
      "--negatives",
      "popularity",
      "--epochs",
      "2",
      "--seed",
      "3",
    ];
    const report = (await train("--kind", "bpr", ...options, "--out", "liked", "--json")).json<RecommenderReport>();
    expect(report).toMatchObject({
      settings: { kind: "bpr", dimensions: 8, holdOut: 0.1, negatives: "popularity", epochs: 2, seed: 3 },
      interactions: { user: "userId", item: "movieId", rating: "rating", leastRating: 4 },
      data: { pairs: 1200, lowRatedLines: 1200 },
      split: { heldOutPairs: 120 },
    });
  });

  it("says which column or setting is wrong, and then writes nothing", async () => {
    const column = await train("--user", "who", "--out", "none");
    expect(column).toMatchObject({ code: 1, stderr: expect.stringContaining('"who" cannot be chosen') });
    const setting = await train("--hold-out", "1.5", "--out", "none");
    expect(setting).toMatchObject({ code: 1, stderr: expect.stringContaining("holdOut cannot be 1.5") });
    expect(await readdir(folder)).not.toContain("none");
  });
});
