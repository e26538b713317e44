/** A search in the engine process, cancelled while its own process does not answer. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { EngineClient } from "../../src/host/engine-client";
import type { Job, JobId } from "../../src/protocol/engine";
import { built } from "../built";
import { smallProject } from "./small-project";

const jobs: Job[] = [];
let pid = 0;
const client = new EngineClient({
  script: built("engine.js"),
  events: { jobChanged: (job) => jobs.push(job), taskProgress: () => {}, log: () => {} },
  started: (started) => {
    pid = started;
  },
  stopped: () => {},
  reopened: () => {},
  reopenFailed: () => {},
});
afterEach(() => client.dispose());

/** The latest state of a job, once it satisfies the condition. */
async function until(id: JobId, condition: (job: Job) => boolean): Promise<Job> {
  for (;;) {
    const job = jobs.findLast((candidate) => candidate.id === id);
    if (job && condition(job)) return job;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

describe("a search whose process does not answer", () => {
  it("is killed on cancel, and the best of its finished trials is published", async () => {
    const folder = await smallProject({ epochs: 200 });
    const { id: project } = await client.engine.openProject(folder);
    const id = await client.engine.train(project, { settings: {}, search: { trials: 5, tradeOff: 0.5 } });
    await until(id, ({ progress }) => progress.trial?.number === 2 && progress.phase === "training");
    const [child] = (await readFile(`/proc/${pid}/task/${pid}/children`, "utf8")).trim().split(" ");
    process.kill(Number(child), "SIGSTOP");
    await client.engine.cancel(id);
    const job = await until(id, ({ state }) => state !== "running");
    expect(job).toMatchObject({
      kind: "search",
      state: "cancelled",
      artifact: join(folder, "sae"),
      error: null,
      trials: [{ number: 1, score: expect.any(Number) }],
    });
    const [run] = await client.engine.runs(project);
    expect((await client.engine.report(project)).sae).toBe(run.sae);
    await expect(client.engine.compareSeeds(project, 1)).rejects.toMatchObject({ reason: "settings-invalid" });
  }, 30_000);
});
