import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  type Checkpoint,
  checkpointFile,
  hasCheckpoint,
  isSameRun,
  readCheckpoint,
  removeCheckpoint,
  writeCheckpoint,
} from "../../src/sae/checkpoint";
import { completeSettings } from "./settings";

let folder: string;
let artifact: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "recprism-checkpoint-"));
  artifact = join(folder, "sae");
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const point = {
  step: 7,
  losses: { total: 1, prediction: 0.5, reconstruction: 0.25, sparsity: 0.125, l1: 0, coherence: 0, auxiliary: 0 },
  l0: 3.5,
  dead: 1,
  revived: 0,
  rbo: 0.1 + 0.2,
};

const checkpoint: Checkpoint = {
  run: { preset: "default", settings: completeSettings(), dimensions: 3, data: "abc", started: "2026-01-01T00:00:00Z" },
  state: {
    steps: 9,
    seconds: 1.5,
    states: { parameters: Float32Array.of(1, 2, 3), firstMoment: Float32Array.of(0.1, -0.2, 1e-30) },
    centre: { mean: Float32Array.of(0.5, 0, -1), scale: 1.7 },
    curve: [point],
    sums: { total: 1 / 3, prediction: 2 },
    best: { rbo: 0.5, steps: 7, threshold: 0.25, parameters: Float32Array.of(4, 5, 6) },
    worse: 1,
  },
};

describe("a checkpoint", () => {
  it("comes back to the bit", async () => {
    await writeCheckpoint(artifact, checkpoint);
    expect(await hasCheckpoint(artifact)).toBe(true);
    expect(await readCheckpoint(artifact)).toEqual(checkpoint);
    await removeCheckpoint(artifact);
    expect(await hasCheckpoint(artifact)).toBe(false);
  });

  it("comes back without a best point, too", async () => {
    const without = { ...checkpoint, state: { ...checkpoint.state, best: null } };
    await writeCheckpoint(artifact, without);
    expect(await readCheckpoint(artifact)).toEqual(without);
  });

  it("is refused with the file's name when it is cut short or is none", async () => {
    await writeCheckpoint(artifact, checkpoint);
    const file = checkpointFile(artifact);
    const bytes = await readFile(file);
    await writeFile(file, bytes.subarray(0, bytes.length - 4));
    await expect(readCheckpoint(artifact)).rejects.toMatchObject({ reason: "file-truncated", where: { file } });
    await writeFile(file, Buffer.from(bytes).fill(0x20, 8, 40));
    await expect(readCheckpoint(artifact)).rejects.toMatchObject({ where: { file } });
  });
});

describe("the same run", () => {
  it("has the same settings, whatever their order, and the same data", () => {
    const { run } = checkpoint;
    const reordered = Object.fromEntries(Object.entries(run.settings).reverse()) as typeof run.settings;
    expect(isSameRun(run, { ...run, settings: reordered, started: "later" })).toBe(true);
    expect(isSameRun(run, { ...run, settings: completeSettings({ seed: 2 }) })).toBe(false);
    expect(isSameRun(run, { ...run, data: "abd" })).toBe(false);
  });
});
