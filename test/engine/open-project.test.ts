/** What opening a project may load, and what a run on it would get. */
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createEngine } from "../../src/engine/service";
import type { Engine } from "../../src/protocol/engine";

let scratch: string;
let sample: string;
let engine: Engine;
let dispose: () => void;

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), "recprism-open-"));
  sample = join(scratch, "films");
  ({ engine, dispose } = createEngine({
    jobScript: "none",
    events: { jobChanged: () => {}, taskProgress: () => {}, log: () => {} },
  }));
  await engine.createSample(sample);
});
afterAll(async () => {
  dispose();
  await rm(scratch, { recursive: true, force: true });
});

describe("a project in a restricted workspace", () => {
  it("opens where the recommender is a formula", async () => {
    expect(await engine.openProject(sample, { restricted: true })).toMatchObject({ name: "Sample films", sae: null });
  });

  it("is refused where a table is a query", async () => {
    const file = join(sample, "recprism.json");
    const manifest = JSON.parse(await readFile(file, "utf8"));
    const { table } = manifest.items;
    const asked = {
      ...manifest,
      items: { ...manifest.items, table: { sql: "SELECT * FROM films", from: { films: table } } },
    };
    await writeFile(file, JSON.stringify(asked));
    try {
      await expect(engine.openProject(sample, { restricted: true })).rejects.toMatchObject({
        reason: "workspace-restricted",
        where: { key: "items.table.sql" },
      });
      // Trusted, it is run.
      expect((await engine.openProject(sample)).warnings).toEqual([]);
    } finally {
      await writeFile(file, JSON.stringify(manifest));
    }
  });

  it("is refused before its ONNX model is even looked for, with the way out", async () => {
    const file = join(sample, "recprism.json");
    const manifest = JSON.parse(await readFile(file, "utf8"));
    await writeFile(file, JSON.stringify({ ...manifest, recommender: { kind: "onnx", model: "head.onnx" } }));
    try {
      expect(existsSync(join(sample, "head.onnx"))).toBe(false);
      await expect(engine.openProject(sample, { restricted: true })).rejects.toMatchObject({
        reason: "workspace-restricted",
        message: expect.stringMatching(/Sample films scores by an ONNX model \(head\.onnx\).*Trust the workspace/),
      });
      // Trusted, it is looked for.
      await expect(engine.openProject(sample)).rejects.toMatchObject({ reason: "file-missing" });
    } finally {
      await writeFile(file, JSON.stringify(manifest));
    }
  });
});

describe("an open project", () => {
  it("says which row is which, before anything is trained", async () => {
    const { identity, fixes } = await engine.openProject(sample);
    expect(fixes).toEqual([]);
    for (const side of [identity.items, identity.users]) {
      expect(side.samples).toHaveLength(5);
      expect(side.samples[0].row).toBe(0);
      expect(side.samples[4].row).toBe(side.rows - 1);
      expect(side.inInteractions).toBeGreaterThan(0);
    }
    expect(identity.items).toMatchObject({ inTable: identity.items.rows, rule: expect.stringContaining("row n is") });
    expect(identity.items.samples.every(({ title }) => title !== null)).toBe(true);
  });
});

describe("settings of a run", () => {
  it("are what is asked for, on top of the preset", async () => {
    const { id, preset, settings } = await engine.openProject(sample);
    expect(await engine.trainSettings(id, { settings: {} })).toEqual({ preset, settings });
    const asked = await engine.trainSettings(id, { settings: { latents: 7, activation: "topk", k: 2 } });
    expect(asked).toEqual({ preset, settings: { ...settings, latents: 7, activation: "topk", k: 2 } });
    const ncf = await engine.trainSettings(id, { preset: "paper-ncf", settings: {} });
    expect(ncf).toMatchObject({ preset: "paper-ncf", settings: { predictionWeight: 10, standardisation: "none" } });
  });

  it("that make no sense are refused by name", async () => {
    const { id } = await engine.openProject(sample);
    await expect(
      engine.trainSettings(id, { settings: { latents: 4, activation: "topk", k: 9 } }),
    ).rejects.toMatchObject({
      reason: "settings-invalid",
      where: { key: "sae.settings.k" },
    });
  });
});
