/** What a person should know of the runtime reaches the engine's log, from whichever process it comes. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { createEngine } from "../../src/engine/service";
import { tellRuntimeNotice } from "../../src/graph/runtime-notice";
import type { EngineEvents, Job } from "../../src/protocol/engine";

let scratch: string;
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), "recprism-notices-"));
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await rm(scratch, { recursive: true, force: true });
});

describe("the engine's log", () => {
  it("has each warning once, of this process and of the jobs it forks with its environment", async () => {
    vi.stubEnv("RECPRISM_EXECUTION_PROVIDER", "webgpu");
    const warnings: string[] = [];
    const jobs: Job[] = [];
    const events: EngineEvents = {
      jobChanged: (job) => jobs.push(job),
      taskProgress: () => {},
      log: (level, message) => level === "warning" && warnings.push(message),
    };
    const { engine, dispose } = createEngine({ jobScript: join(__dirname, "warning-job.mjs"), events });
    const project = await engine.openProject(await engine.createSample(join(scratch, "films")));
    warnings.length = 0;

    tellRuntimeNotice("no binary here");
    for (let run = 1; run <= 2; run++) {
      const id = await engine.train(project.id, { settings: {} });
      await vi.waitFor(() => expect(jobs.findLast((job) => job.id === id)?.state).toBe("done"), { timeout: 10_000 });
    }
    expect(warnings).toEqual(["no binary here", "using WebAssembly", "provider webgpu"]);

    dispose();
    tellRuntimeNotice("nobody listens any more");
    expect(warnings).toHaveLength(3);
  });
});
