/** The whole job on real data: MovieLens 1M with the embeddings of a matrix factorisation. */
import { cpSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { itemsOfUser } from "../../src/data/dataset";
import { loadDataset } from "../../src/data/load";
import { createEngine } from "../../src/engine/service";
import type { Report } from "../../src/protocol/artifact";
import type { NeuronExport } from "../../src/protocol/neurons";
import { built } from "../built";
import { hasMovieLens, MOVIELENS_1M, needsMovieLens } from "../data/shared-data";
import { PYTHON, runPython } from "../python-run";
import { runCli } from "./run-cli";

const K = 30;
const COMPARED_USERS = 50;

describe.skipIf(!hasMovieLens)(`MovieLens 1M${needsMovieLens}`, { timeout: 120_000 }, () => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "recprism-ml-1m-"));
    for (const name of ["interactions.csv", "items.csv", "embeddings/mf"]) {
      cpSync(join(MOVIELENS_1M, name), join(folder, name), { recursive: true });
    }
    const init = await runCli(folder, "init", ".", "--json");
    expect(init).toMatchObject({ code: 0 });
    const trained = await runCli(folder, "train", "--epochs", "2", "--latents", "22", "--json");
    expect(trained).toMatchObject({ code: 0, stderr: "" });
  }, 180_000);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it("is found whole by init: both matrices, biases, table, tags and interactions", async () => {
    const manifest = JSON.parse(await readFile(join(folder, "recprism.json"), "utf8"));
    expect(manifest).toMatchObject({
      items: {
        embeddings: "embeddings/mf/items.npy",
        bias: "embeddings/mf/item_bias.npy",
        table: "items.csv",
        tags: [{ column: "genres", separator: "|" }],
      },
      users: { embeddings: "embeddings/mf/users.npy", bias: "embeddings/mf/user_bias.npy" },
      interactions: { table: "interactions.csv", user: "uid", item: "iid" },
    });
  });

  it("keeps most of the ranking after two epochs, and names neurons well above their base rates", async () => {
    const report = (await runCli(folder, "report", "--json")).json<Report>();
    expect(report).toMatchObject({
      users: 6018,
      items: 3018,
      dimensions: 20,
      latents: 22,
      rankedUsersHeldOut: true,
      dead: 0,
    });
    expect(report.ms).toBeGreaterThan(0.5);
    expect(report.rbo30).toBeGreaterThan(0.5);
    expect(report.purity10! / report.purity10BaseRate!).toBeGreaterThan(2);
    const neurons = (await runCli(folder, "neurons", "--json")).json<NeuronExport[]>();
    const labels = neurons.map(({ label }) => label);
    expect(labels).toEqual(expect.arrayContaining(["Horror", "Comedy", "Action", "Before 1980"]));
    const horror = neurons.find(({ label }) => label === "Horror")!;
    const films = await readFile(join(folder, "items.csv"), "utf8");
    const tagged = horror.topItems.filter(({ id }) => new RegExp(`^${id},.*\\bHorror\\b`, "m").test(films));
    expect(tagged.length).toBeGreaterThanOrEqual(8);
  });

  it.skipIf(PYTHON === null)("exports Python that returns the preview's top 30 for 50 users", async () => {
    const neurons = (await runCli(folder, "neurons", "--json")).json<NeuronExport[]>();
    const neuron = (label: string) => neurons.find((candidate) => candidate.label === label)!.neuron;
    const edits = ["--set", `${neuron("Horror")}=-1.5`, "--add", `${neuron("Comedy")}=0.7`];
    await runCli(folder, "steer", ...edits, "--out", "less.steer.json");
    const exported = await runCli(
      folder,
      "export",
      "--config",
      "less.steer.json",
      "--to",
      "python",
      "--out",
      "less.py",
    );
    expect(exported.code).toBe(0);

    const { engine, dispose } = createEngine({
      jobScript: built("job.js"),
      events: { jobChanged: () => {}, taskProgress: () => {}, log: () => {} },
    });
    const { id } = await engine.openProject(folder);
    const config = await engine.readConfig(id, join(folder, "less.steer.json"));
    const dataset = await loadDataset(join(folder, "recprism.json"));
    const users = Array.from({ length: COMPARED_USERS }, (_, i) => i * 120);
    const expected: string[][] = [];
    let changed = 0;
    for (const user of users) {
      const { before, after } = await engine.recommend(id, dataset.users.ids.at(user), K, config);
      expected.push(after.map((item) => item.id));
      if (after.some((item, rank) => item.id !== before[rank].id)) changed++;
    }
    dispose();
    expect(changed).toBe(COMPARED_USERS);

    const lists = runPython(
      { less: await readFile(join(folder, "less.py"), "utf8") },
      `
import less
load = lambda name: np.load(given["folder"] + "/" + name + ".npy")
users, items = load("users"), load("items")
user_bias, item_bias = load("user_bias").ravel(), load("item_bias").ravel()
result = [
    less.recommend(users[user], items, item_bias, user_bias[user], seen, k=${K}).tolist()
    for user, seen in zip(given["users"], given["seen"])
]`,
      {
        folder: join(folder, "embeddings", "mf"),
        users,
        seen: users.map((user) => [...itemsOfUser(dataset.interactions, user)]),
      },
    ) as number[][];
    expect(lists.map((rows) => rows.map((item) => dataset.items.ids.at(item)))).toEqual(expected);
  });
});
