/** The engine's client against a real child process that answers, reports and crashes. */
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it, vi } from "vitest";
import { EngineClient } from "../../src/host/engine-client";
import type { Job, ProjectSummary } from "../../src/protocol/engine";
import { RecPrismError } from "../../src/protocol/error";
import type { SteeringConfig } from "../../src/protocol/steering";

vi.setConfig({ testTimeout: 30_000 });
const clients: EngineClient[] = [];

function startClient(
  script = fileURLToPath(new URL("./engine-child.mjs", import.meta.url)),
  environment?: () => Record<string, string>,
) {
  const seen = {
    jobs: [] as Job[],
    log: [] as string[],
    pids: [] as number[],
    stops: [] as { error: RecPrismError; final: boolean }[],
    reopened: [] as ProjectSummary[],
    reopenFailures: [] as RecPrismError[],
  };
  const client = new EngineClient({
    script,
    environment,
    events: {
      jobChanged: (job) => seen.jobs.push(job),
      taskProgress: () => {},
      log: (_level, message) => seen.log.push(message),
    },
    started: (pid) => seen.pids.push(pid),
    stopped: (error, final) => seen.stops.push({ error, final }),
    reopened: (project) => seen.reopened.push(project),
    reopenFailed: (error) => seen.reopenFailures.push(error),
  });
  clients.push(client);
  return { client, engine: client.engine, seen };
}

/** Processes start slowly on a busy machine. */
const eventually = (check: () => void) => vi.waitFor(check, { timeout: 15_000 });

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

afterEach(() => {
  for (const client of clients.splice(0)) client.dispose();
});

describe("the engine's client", () => {
  it("starts no process before the first call, and one only for several calls", async () => {
    const { engine, seen } = startClient();
    expect(seen.pids).toEqual([]);
    await Promise.all([engine.jobs(), engine.jobs()]);
    expect(seen.pids).toHaveLength(1);
  });

  it("carries typed arrays as they are", async () => {
    const { engine } = startClient();
    expect(await engine.jobs()).toEqual([{ id: "job-1", values: new Float32Array([1, 2]) }]);
  });

  it("gives every process the environment of its start", async () => {
    let provider = "webgpu";
    const { engine, seen } = startClient(undefined, () => ({ RECPRISM_EXECUTION_PROVIDER: provider }));
    const given = () => engine.generate("p", {} as SteeringConfig, "json", "config");
    expect(await given()).toBe("webgpu");
    provider = "cpu";
    await engine.report("p").catch(() => {});
    await eventually(() => expect(seen.stops).toHaveLength(1));
    expect(await given()).toBe("cpu");
  });

  it("keeps reason and place of the engine's errors", async () => {
    const { engine } = startClient();
    const error = await engine.neuron("p", 99).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(RecPrismError);
    expect(error).toMatchObject({
      reason: "not-found",
      message: "There is no neuron 99.",
      where: { file: "labels.json", row: 99 },
    });
  });

  it("calls faults of the engine itself internal, and goes on", async () => {
    const { engine, seen } = startClient();
    await expect(engine.cancel("job-1")).rejects.toMatchObject({ reason: "internal" });
    await expect(engine.readConfig("p", "unheard-of")).rejects.toMatchObject({ reason: "internal" });
    expect(await engine.train("p", { settings: {} })).toBe("job-1");
    expect(seen.stops).toEqual([]);
  });

  it("passes the engine's events on", async () => {
    const { engine, seen } = startClient();
    await engine.train("p", { settings: {} });
    expect(seen.jobs).toMatchObject([{ id: "job-1", state: "running" }]);
    expect(seen.log).toEqual(["training"]);
  });

  it("is not taken for a promise", async () => {
    const { engine } = startClient();
    expect(await engine).toBe(engine);
  });
});

describe("a crash of the engine", () => {
  it("rejects every call under way, logs the last words, and the next call starts a new process", async () => {
    const { engine, seen } = startClient();
    const [first, second] = await Promise.allSettled([engine.report("p"), engine.report("p")]);
    for (const outcome of [first, second]) {
      expect(outcome).toMatchObject({ status: "rejected", reason: { reason: "engine-stopped" } });
    }
    expect(seen.stops).toMatchObject([{ final: false, error: { message: expect.stringContaining("SIGKILL") } }]);
    await eventually(() => expect(seen.log).toContain("about to crash"));
    expect(seen.pids).toHaveLength(1);
    await engine.jobs();
    expect(seen.pids).toHaveLength(2);
  });

  it("restarts at once and reopens the project that was open", async () => {
    const { engine, seen } = startClient();
    await engine.openProject("/films", { restricted: true });
    await engine.report("/films").catch(() => {});
    await eventually(() => expect(seen.reopened).toHaveLength(1));
    expect(seen.reopened[0]).toEqual({ id: "/films", name: `project of ${seen.pids[1]}`, restricted: true });
    expect(await engine.jobs()).toHaveLength(1);
  });

  it("ends restarting after three crashes within a minute, until told otherwise", async () => {
    const { client, engine, seen } = startClient();
    for (let crash = 0; crash < 3; crash++) await engine.report("p").catch(() => {});
    expect(seen.stops.map((stop) => stop.final)).toEqual([false, false, true]);
    await expect(engine.jobs()).rejects.toMatchObject({
      reason: "engine-stopped",
      message: expect.stringContaining("3 times within a minute"),
    });
    expect(seen.pids).toHaveLength(3);
    client.restart();
    expect(await engine.jobs()).toHaveLength(1);
  });

  it("reopens the project of before when opening another one crashed the engine", async () => {
    const { engine, seen } = startClient();
    await engine.openProject("/films");
    await expect(engine.openProject("/poison")).rejects.toMatchObject({ reason: "engine-stopped" });
    await eventually(() => expect(seen.reopened).toMatchObject([{ id: "/films" }]));
    expect(seen.reopenFailures).toEqual([]);
  });

  it("that comes from a missing script leaves its path in the log", async () => {
    const { engine, seen } = startClient("/nowhere/engine.js");
    await expect(engine.jobs()).rejects.toMatchObject({ reason: "engine-stopped" });
    expect(seen.stops).toHaveLength(1);
    await eventually(() => expect(seen.log.join("\n")).toContain("/nowhere/engine.js"));
  });
});

describe("disposing of the client", () => {
  it("ends the process, rejects what is under way and reports no crash", async () => {
    const { client, engine, seen } = startClient();
    await engine.jobs();
    const pending = expect(engine.report("p")).rejects.toMatchObject({ reason: "engine-stopped" });
    client.dispose();
    await pending;
    await eventually(() => expect(isRunning(seen.pids[0])).toBe(false));
    expect(seen.stops).toEqual([]);
    await expect(engine.jobs()).rejects.toMatchObject({ reason: "engine-stopped" });
  });
});
