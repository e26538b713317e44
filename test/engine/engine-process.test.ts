import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { EngineClient } from "../../src/host/engine-client";
import type { Engine, Job, JobId, ProjectSummary } from "../../src/protocol/engine";
import type { RecPrismError } from "../../src/protocol/error";
import { EMPTY_RECIPE } from "../../src/protocol/steering";
import { built } from "../built";

let scratch: string;
let client: EngineClient;
let engine: Engine;
let project: ProjectSummary;
const jobs: Job[] = [];
const pids: number[] = [];
const progress: { task: string; share: number }[] = [];
const stops: RecPrismError[] = [];

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), "recprism-engine-"));
  client = new EngineClient({
    script: built("engine.js"),
    events: {
      jobChanged: (job) => jobs.push(job),
      taskProgress: (task, share) => progress.push({ task, share }),
      log: () => {},
    },
    started: (pid) => pids.push(pid),
    stopped: (error) => stops.push(error),
    reopened: () => {},
    reopenFailed: (error) => stops.push(error),
  });
  engine = client.engine;
  project = await engine.openProject(await engine.createSample(join(scratch, "films")));
}, 60_000);
afterAll(async () => {
  client.dispose();
  await rm(scratch, { recursive: true, force: true });
});

/** The latest state of a job, once it satisfies the condition. */
async function until(id: JobId, condition: (job: Job) => boolean): Promise<Job> {
  for (;;) {
    const job = jobs.findLast((candidate) => candidate.id === id);
    if (job && condition(job)) return job;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

const trains = (job: Job) => job.progress.phase === "training" && job.progress.step > 0;
const ended = (job: Job) => job.state !== "running";

describe("the engine process", () => {
  it("says what is missing before anything was trained", async () => {
    expect(project.sae).toBeNull();
    await expect(engine.neurons(project.id, {})).rejects.toMatchObject({ reason: "artifact-missing" });
    await expect(engine.neurons("nowhere", {})).rejects.toMatchObject({ reason: "not-found" });
  });

  it("trains with progress, answering meanwhile, and shows the neurons when it is done", async () => {
    const id = await engine.train(project.id, { settings: { epochs: 3 } });
    const running = await until(id, trains);
    expect(running.progress).toMatchObject({ epochs: 3, loss: expect.any(Number), secondsLeft: expect.any(Number) });
    expect(await engine.findUsers(project.id, "u00", 3)).toHaveLength(3);
    await expect(engine.train(project.id, { settings: {} })).rejects.toMatchObject({
      message: expect.stringContaining("already going on"),
    });
    const done = await until(id, ended);
    expect(done).toMatchObject({ state: "done", error: null, artifact: join(scratch, "films", "sae") });
    const page = await engine.neurons(project.id, { limit: 5 });
    expect(page.rows).toHaveLength(5);
    expect(page.total).toBe(project.settings.latents);
    const steps = jobs.filter((job) => job.id === id).map(({ progress }) => progress.step);
    expect(steps).toEqual([...steps].sort((a, b) => a - b));
  }, 60_000);

  it("tells all of a neuron, with the label's proof and figures that agree", async () => {
    const { rows } = await engine.neurons(project.id, { kinds: ["tag"], sort: "purity10", descending: true });
    const detail = await engine.neuron(project.id, rows[0].neuron);
    expect(detail.evidence?.label).toBe(rows[0].label);
    expect(detail.topItems[0].activation).toBeCloseTo(detail.largestItemActivation, 6);
    expect(detail.activationHistogram.items.reduce((sum, count) => sum + count, 0)).toBe(detail.activeItems);
    expect(detail.activeItems / project.items).toBeCloseTo(detail.density, 9);
    expect(detail.lifts.map(({ concept }) => concept)).toContain(detail.evidence?.concept);
    await expect(engine.neuron(project.id, 9_999)).rejects.toMatchObject({ reason: "not-found" });
  });

  it("draws the catalogue, tells what its items are, and compares neurons", async () => {
    const map = await engine.itemMap(project.id);
    expect(map.x).toBeInstanceOf(Float32Array);
    expect([map.rows.length, map.x.length, map.y.length, map.of]).toEqual(new Array(4).fill(project.items));
    expect(await engine.mapActivations(project.id, 0)).toHaveLength(project.items);
    const [item] = await engine.items(project.id, [map.rows[5]]);
    expect(item.row).toBe(5);
    const { rows } = await engine.neurons(project.id, { limit: 3 });
    const compared = await engine.compareNeurons(project.id, [rows[2].neuron, rows[0].neuron]);
    expect(compared.neurons).toEqual([rows[2], rows[0]]);
    expect(compared.decoderCosine).toHaveLength(4);
    await expect(engine.compareNeurons(project.id, [0])).rejects.toMatchObject({ reason: "query-invalid" });
  });

  it("previews what the exported config recommends", async () => {
    const { rows } = await engine.neurons(project.id, { kinds: ["tag"] });
    const recipe = {
      ...EMPTY_RECIPE,
      name: "Try",
      edits: [{ neuron: rows[0].neuron, operation: "set" as const, value: 4 }],
    };
    const preview = await engine.preview({ project: project.id, user: "u0003", recipe, k: 10 });
    const config = await engine.configure(project.id, [recipe]);
    const recommendation = await engine.recommend(project.id, "u0003", 10, config);
    expect(preview.after.map(({ id }) => id)).toEqual(recommendation.after.map(({ id }) => id));
    expect(preview.before.map(({ id }) => id)).toEqual(recommendation.before.map(({ id }) => id));
    expect(preview.activations).toEqual([{ neuron: rows[0].neuron, before: expect.any(Number), after: 4 }]);
    const profile = await engine.user(project.id, "u0003");
    expect(profile.detail).toMatch(/\d+ interactions/);
    expect(profile.neurons[0].activation).toBeGreaterThanOrEqual(profile.neurons[1].activation);
  });

  it("measures a cohort, telling how far it is, and ends what nobody waits for any more", async () => {
    const { rows } = await engine.neurons(project.id, { kinds: ["tag"] });
    const { neuron } = rows[0];
    const recipe = { ...EMPTY_RECIPE, name: "Try", edits: [{ neuron, operation: "set" as const, value: 4 }] };
    const effect = await engine.effect({ project: project.id, recipe, k: 10 });
    expect(effect).toMatchObject({ users: project.users, measured: project.users, k: 10 });
    expect(effect.concepts[0]).toMatchObject({ target: true, label: rows[0].label });
    const [share] = effect.concepts;
    expect(share.after.value).toBeGreaterThan(share.before.value);
    expect(share.after.interval?.[0]).toBeLessThanOrEqual(share.after.value);
    const dose = engine.doseCurve({ project: project.id, recipe, neurons: [neuron], k: 10, task: "curve" });
    await expect.poll(() => progress.some(({ task }) => task === "curve"), { timeout: 10_000 }).toBe(true);
    const asked = performance.now();
    await engine.endTask("curve");
    await expect(dose).rejects.toMatchObject({ reason: "cancelled" });
    expect(performance.now() - asked).toBeLessThan(1_000);
    expect(progress.every(({ share }) => share >= 0 && share <= 1)).toBe(true);
  });

  it("cancels within a second, keeping the weights so far", async () => {
    const before = await readFile(join(scratch, "films", "sae", "report.json"), "utf8");
    const id = await engine.train(project.id, { settings: { epochs: 10_000 } });
    await until(id, trains);
    const asked = performance.now();
    await engine.cancel(id);
    const job = await until(id, (candidate) => candidate.progress.phase !== "training" || ended(candidate));
    expect(performance.now() - asked).toBeLessThan(1_000);
    expect(["measuring"]).toContain(job.progress.phase);
    expect(await until(id, ended)).toMatchObject({
      state: "cancelled",
      artifact: join(scratch, "films", "sae"),
      error: null,
    });
    const report = await readFile(join(scratch, "films", "sae", "report.json"), "utf8");
    expect(report).not.toBe(before);
    expect(JSON.parse(report)).toMatchObject({ interrupted: true });
    expect((await readdir(join(scratch, "films"))).filter((name) => name.includes("checkpoint"))).toEqual([]);
  }, 60_000);

  it("leaves everything as it was when cancelled while it still prepares", async () => {
    const before = await readFile(join(scratch, "films", "sae", "report.json"), "utf8");
    const id = await engine.train(project.id, { settings: {} });
    await engine.cancel(id);
    expect(await until(id, ended)).toMatchObject({ state: "cancelled", artifact: null, error: null });
    expect(await readFile(join(scratch, "films", "sae", "report.json"), "utf8")).toBe(before);
  }, 30_000);

  it("publishes the last checkpoint when a training process cannot be stopped gently", async () => {
    const id = await engine.train(project.id, { settings: { epochs: 10_000 } });
    await until(id, trains);
    const checkpoint = join(scratch, "films", ".sae.checkpoint.safetensors");
    await expect.poll(() => existsSync(checkpoint), { timeout: 20_000 }).toBe(true);
    // A stopped process takes no message, as one in a long native run would not.
    process.kill(await childOf(pids[0]), "SIGSTOP");
    await engine.cancel(id);
    expect(await until(id, ended)).toMatchObject({ state: "cancelled", artifact: join(scratch, "films", "sae") });
    const report = JSON.parse(await readFile(join(scratch, "films", "sae", "report.json"), "utf8"));
    expect(report).toMatchObject({ interrupted: true, steps: expect.any(Number) });
    expect(existsSync(checkpoint)).toBe(false);
  }, 60_000);

  it("reports a training process that dies, keeps the SAE of before and goes on", async () => {
    const before = await readFile(join(scratch, "films", "sae", "report.json"), "utf8");
    const id = await engine.train(project.id, { settings: { epochs: 10_000 } });
    await until(id, trains);
    process.kill(await childOf(pids[0]), "SIGKILL");
    const job = await until(id, ended);
    expect(job.error).toMatchObject({ reason: "engine-stopped", message: expect.stringContaining("SIGKILL") });
    expect(await readFile(join(scratch, "films", "sae", "report.json"), "utf8")).toBe(before);
    expect((await engine.neurons(project.id, { limit: 1 })).rows).toHaveLength(1);
  }, 60_000);

  it("fails a run whose settings make no sense, by key, and lives on", async () => {
    const id = await engine.train(project.id, { settings: { latents: 1.5 } });
    expect((await until(id, ended)).error).toMatchObject({
      reason: "settings-invalid",
      where: { key: "sae.settings.latents" },
    });
    expect((await engine.openProject(project.id)).name).toBe("Sample films");
  });

  it("is started again after a crash, with the project open", async () => {
    const [pid] = pids;
    process.kill(pid, "SIGKILL");
    await expect.poll(() => stops.length).toBe(1);
    expect(stops[0].reason).toBe("engine-stopped");
    expect((await engine.neurons(project.id, { limit: 2 })).rows).toHaveLength(2);
    expect(pids.at(-1)).not.toBe(pid);
  }, 30_000);
});

/** The one process that the engine has forked. */
async function childOf(pid: number): Promise<number> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, "utf8");
  return Number(children.trim().split(" ")[0]);
}
