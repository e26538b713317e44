/** Work that is watched and ended by a name. */
import { describe, expect, it } from "vitest";
import { Tasks } from "../../src/engine/tasks";

/** Steps longer than the time between two turns, so that each is told. */
async function steps(pace: (share: number) => Promise<void>, count: number): Promise<string> {
  for (let step = 0; step < count; step++) {
    await new Promise((resolve) => setTimeout(resolve, 35));
    await pace(step / count);
  }
  return "done";
}

describe("a task", () => {
  it("tells how far it is, by its name", async () => {
    const told: [string, number][] = [];
    const tasks = new Tasks((task, share) => told.push([task, share]));
    expect(await tasks.run("a", (pace) => steps(pace, 3))).toBe("done");
    expect(told.length).toBeGreaterThan(0);
    expect(told.every(([task, share]) => task === "a" && share >= 0 && share < 1)).toBe(true);
  });

  it("ends with “cancelled” once it is ended, and its signal says so too", async () => {
    const tasks = new Tasks(() => {});
    let signalled: AbortSignal | undefined;
    const running = tasks.run("a", (pace, signal) => {
      signalled = signal;
      return steps(pace, 1_000);
    });
    tasks.end("a");
    await expect(running).rejects.toMatchObject({ reason: "cancelled" });
    expect(signalled?.aborted).toBe(true);
  });

  it("takes the place of one of the same name, and leaves others alone", async () => {
    const tasks = new Tasks(() => {});
    const first = tasks.run("a", (pace) => steps(pace, 1_000));
    const other = tasks.run("b", (pace) => steps(pace, 3));
    const second = tasks.run("a", (pace) => steps(pace, 3));
    await expect(first).rejects.toMatchObject({ reason: "cancelled" });
    expect(await Promise.all([second, other])).toEqual(["done", "done"]);
    // What is over is not there to be ended.
    tasks.end("a");
  });

  it("without a name is not told of and cannot be ended", async () => {
    const told: unknown[] = [];
    const tasks = new Tasks((...words) => told.push(words));
    const running = tasks.run(undefined, (pace) => steps(pace, 3));
    tasks.dispose();
    expect(await running).toBe("done");
    expect(told).toEqual([]);
  });

  it("that fails is forgotten, with its own fault", async () => {
    const tasks = new Tasks(() => {});
    await expect(tasks.run("a", () => Promise.reject(new Error("no")))).rejects.toThrow("no");
    expect(await tasks.run("a", (pace) => steps(pace, 1))).toBe("done");
  });
});
