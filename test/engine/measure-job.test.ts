/** An SAE that was trained elsewhere, opened in the engine process: it is measured as a job, which can be cancelled. */
import { mkdir, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { EngineClient } from "../../src/host/engine-client";
import type { Job, JobId, ProjectSummary } from "../../src/protocol/engine";
import { writeSae } from "../../src/sae/saelens";
import { built } from "../built";
import { randomSae } from "../sae/fixtures";

/** Of the sample's embeddings. */
const DIMENSIONS = 24;
const LATENTS = 16;

let scratch: string;
let client: EngineClient;
let project: ProjectSummary;
let pid = 0;
const jobs: Job[] = [];

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), "recprism-measure-"));
  client = new EngineClient({
    script: built("engine.js"),
    events: { jobChanged: (job) => jobs.push(job), taskProgress: () => {}, log: () => {} },
    started: (started) => {
      pid = started;
    },
    stopped: () => {},
    reopened: () => {},
    reopenFailed: () => {},
  });
  const films = join(scratch, "films");
  const manifest = await client.engine.createSample(films);
  await mkdir(join(films, "sae"));
  await writeSae(join(films, "sae"), randomSae(DIMENSIONS, LATENTS));
  project = await client.engine.openProject(manifest);
});
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

const ended = (job: Job) => job.state !== "running";

describe("an SAE without labels and measures", () => {
  it("is told of when its project opens, and shows no neurons yet", async () => {
    expect(project).toMatchObject({ sae: null, unmeasured: true, warnings: [] });
    await expect(client.engine.neurons(project.id, {})).rejects.toMatchObject({ reason: "artifact-unmeasured" });
  });

  it("stays as it was when measuring is cancelled, however busy its process is", async () => {
    const id = await client.engine.measure(project.id);
    await until(id, ({ progress }) => progress.phase === "measuring");
    // A stopped process takes no message, as one in a long native run would not.
    process.kill(await childOf(pid), "SIGSTOP");
    const asked = performance.now();
    await client.engine.cancel(id);
    const job = await until(id, ended);
    expect(performance.now() - asked).toBeLessThan(1_500);
    expect(job).toMatchObject({ kind: "measure", state: "cancelled", artifact: null, error: null });
    expect((await readdir(join(scratch, "films", "sae"))).sort()).toEqual(["cfg.json", "sae_weights.safetensors"]);
  }, 30_000);

  it("is labelled and measured like our own", async () => {
    const id = await client.engine.measure(project.id);
    expect(await until(id, ended)).toMatchObject({
      kind: "measure",
      state: "done",
      artifact: join(scratch, "films", "sae"),
    });
    expect((await client.engine.neurons(project.id, {})).total).toBe(LATENTS);
    expect(await client.engine.openProject(project.id)).toMatchObject({ unmeasured: false, sae: { latents: LATENTS } });
    expect(await client.engine.runs(project.id)).toEqual([]);
  }, 60_000);
});

/** The one process that the engine has forked. */
async function childOf(parent: number): Promise<number> {
  const children = await readFile(`/proc/${parent}/task/${parent}/children`, "utf8");
  return Number(children.trim().split(" ")[0]);
}
