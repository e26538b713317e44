/** Audiences, items by name and explanations, asked of the engine of a project on disk. */
import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createEngine } from "../../src/engine/service";
import { runTrainJob } from "../../src/engine/train-job";
import type { Audience } from "../../src/protocol/steering";
import { recipeSchema } from "../../src/protocol/steering";
import { built } from "../built";
import { failure } from "../data/scratch";
import { watched } from "./small-project";

describe("an engine with the sample project", { timeout: 60_000 }, () => {
  const { engine, dispose } = createEngine({
    jobScript: built("job.js"),
    events: { jobChanged: () => {}, taskProgress: () => {}, log: () => {} },
  });
  /** Of all tests, so that it is trained once. */
  let scratch = "";
  let id = "";

  beforeAll(async () => {
    scratch = await realpath(await mkdtemp(join(tmpdir(), "recprism-")));
    const folder = join(scratch, "sample");
    await engine.createSample(folder);
    const job = { kind: "train", manifestPath: folder, out: join(folder, "sae"), restart: false } as const;
    await runTrainJob({ ...job, settings: { epochs: 2 }, finish: false, trial: null }, watched());
    ({ id } = await engine.openProject(folder));
  }, 60_000);
  afterAll(async () => {
    dispose();
    await rm(scratch, { recursive: true, force: true });
  });

  const sql = (where: string): Audience => ({ kind: "sql", where });

  it("tells what audiences may name, and finds as many users as their details say", async () => {
    const { userColumns, tags, interactions } = await engine.vocabulary(id);
    expect(interactions).toBe(true);
    expect(tags.length).toBeGreaterThan(3);
    expect(tags[0].items).toBeGreaterThanOrEqual(tags[1].items);
    const attributes = userColumns.filter(({ examples }) => examples.length > 1 && examples.length < 8);
    expect(attributes.length).toBeGreaterThan(0);
    const { name, examples } = attributes[0];
    let found = 0;
    for (const value of examples) {
      const audience = await engine.audience(id, sql(`"${name}" = '${value}'`));
      expect(audience.size).toBeGreaterThan(0);
      for (const { detail } of audience.examples) expect(detail).toContain(value);
      found += audience.size;
    }
    const everyone = await engine.audience(id, { kind: "everyone" });
    expect(found).toBe(everyone.size);
    expect(everyone.size).toBe(everyone.of);
  });

  it("refuses SQL that is no condition, and ends one that is cancelled", async () => {
    await failure(engine.audience(id, sql("true; DROP TABLE users")), "query-invalid", "2 statements");
    const endless = engine.audience(id, sql("(SELECT count(*) FROM range(1000000000000)) > 0"), "endless");
    // It answers other questions meanwhile.
    expect(await engine.findItems(id, "", 3)).toHaveLength(3);
    await engine.endTask("endless");
    await failure(endless, "cancelled");
    expect((await engine.audience(id, sql("true"))).size).toBeGreaterThan(0);
  });

  it("explains the first item of a user's list, as it is and steered", async () => {
    const [{ id: user }] = await engine.findUsers(id, "", 1);
    const recipe = recipeSchema.parse({ name: "r", edits: [{ neuron: 0, operation: "add", value: 2 }] });
    const { before, after } = await engine.preview({ project: id, user, recipe, k: 5 });
    const first = await engine.explain(id, user, before[0].id, null);
    expect(first).toMatchObject({ user, rank: 1, seen: false, method: "exact", steered: false });
    expect(first.score).toBe(before[0].score);
    const contributions = first.neurons.reduce((sum, { contribution }) => sum + contribution, 0);
    expect(first.bias + first.unexplained + contributions).toBeCloseTo(first.score, 9);
    const second = await engine.explain(id, user, after[1].id, recipe);
    expect(second).toMatchObject({ rank: 2, steered: true, score: after[1].score });
  });

  it("runs no SQL in a restricted workspace, but finds audiences otherwise", async () => {
    await engine.openProject(id, { restricted: true });
    await failure(engine.audience(id, sql("true")), "workspace-restricted");
    expect((await engine.vocabulary(id)).userColumns).toEqual([]);
    expect((await engine.audience(id, { kind: "random", count: 3, seed: 1 })).size).toBe(3);
    await engine.openProject(id);
    expect((await engine.audience(id, sql("true"))).size).toBeGreaterThan(0);
  });
});
