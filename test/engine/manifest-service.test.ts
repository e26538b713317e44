/** The engine's side of a manifest in an editor: opening, checking, adding to it, saving it, and noticing what changed. */
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { runMeasureJob } from "../../src/engine/measure-job";
import { createEngine } from "../../src/engine/service";
import { runTrainJob } from "../../src/engine/train-job";
import { edited } from "../../src/host/manifest-edit";
import { scratchFolder } from "../data/scratch";
import { watched } from "./small-project";

const { engine, dispose } = createEngine({
  jobScript: "none",
  events: { jobChanged: () => {}, taskProgress: () => {}, log: () => {} },
});
afterAll(dispose);

/** The sample without its interactions, trained for a moment. */
async function trainedSample(): Promise<{ folder: string; manifest: string }> {
  const folder = join(await scratchFolder(), "films");
  const manifest = await engine.createSample(folder);
  const { interactions: _, ...rest } = JSON.parse(await readFile(manifest, "utf8"));
  await writeFile(manifest, JSON.stringify({ ...rest, sae: { settings: { epochs: 1, latents: 16 } } }, null, 4));
  const out = join(folder, "sae");
  const job = { manifestPath: manifest, out, settings: {}, restart: false, finish: false, trial: null };
  await runTrainJob({ kind: "train", ...job }, watched());
  return { folder, manifest };
}

describe("a project whose manifest is being written", () => {
  it("is opened with what was added, and its SAE is stale for that alone", async () => {
    const { manifest } = await trainedSample();
    const before = await engine.openProject(manifest);
    expect(before).toMatchObject({ interactions: null, stale: null });
    const text = await readFile(manifest, "utf8");
    const { edits } = await engine.proposeAddition(manifest, "interactions", "interactions.csv", {});
    await engine.saveManifest(manifest, edited(text, edits!));
    const after = await engine.openProject(manifest);
    expect(after.interactions).toBeGreaterThan(10_000);
    expect(after.sae?.hash).toBe(before.sae?.hash);
    expect(after.stale).toEqual({
      remedy: "train",
      title: "Interactions changed since training",
      changes: ["interactions is new: there was none when this SAE was trained."],
    });
  });

  it("notices a file that changes while it is open, and goes on with what it has", async () => {
    const { folder, manifest } = await trainedSample();
    const { id, sources } = await engine.openProject(manifest);
    expect(sources).toContain(join(folder, "items.npy"));
    const bytes = await readFile(join(folder, "items.npy"));
    await writeFile(join(folder, "items.npy"), bytes.subarray(0, 500));
    expect((await engine.staleness(id))?.changes).toEqual([
      "items.npy changed since this SAE was trained, and cannot be read as it is now.",
    ]);
    expect((await engine.neurons(id, {})).total).toBe(16);
    await writeFile(join(folder, "items.npy"), bytes);
    expect(await engine.staleness(id)).toBeNull();
  });

  it("fits again once it is measured where only a title changed, and says the same of its training", async () => {
    const { folder, manifest } = await trainedSample();
    const table = join(folder, "items.csv");
    await writeFile(table, `${(await readFile(table, "utf8")).trimEnd()} again\n`);
    const before = await engine.openProject(manifest);
    expect(before.stale).toMatchObject({ remedy: "measure", title: "Item table changed since naming" });
    await runMeasureJob({ kind: "measure", manifestPath: manifest, out: join(folder, "sae") }, watched());
    const after = await engine.openProject(manifest);
    expect(after.stale).toBeNull();
    expect(after.sae?.hash).toBe(before.sae?.hash);
    expect(after.sae?.report).toMatchObject({ steps: before.sae!.report.steps, interrupted: false });
    expect(after.sae!.report.steps).toBeGreaterThan(0);
  });

  it("that could not be opened says so where the manifest names the cause, until it opens", async () => {
    const { folder, manifest } = await trainedSample();
    const text = await readFile(manifest, "utf8");
    const { items } = JSON.parse(text);
    const bias = await readFile(join(folder, items.bias));
    const broken = Buffer.from(bias);
    broken.writeFloatLE(Number.NaN, broken.length - 4);
    await writeFile(join(folder, items.bias), broken);
    await expect(engine.openProject(manifest)).rejects.toMatchObject({ reason: "value-not-finite" });
    expect(await engine.checkManifest(manifest, text, false)).toMatchObject([
      { path: ["items", "bias"], reason: "value-not-finite", message: expect.stringContaining("NaN") },
    ]);
    await writeFile(join(folder, items.bias), bias);
    await engine.openProject(manifest);
    expect(await engine.checkManifest(manifest, text, false)).toEqual([]);
  });

  it("keeps its manifest where another text is none, and leaves nothing beside it", async () => {
    const { folder, manifest } = await trainedSample();
    const text = await readFile(manifest, "utf8");
    const files = await readdir(folder);
    await expect(engine.saveManifest(manifest, "{}")).rejects.toMatchObject({ reason: "manifest-invalid" });
    expect(await readFile(manifest, "utf8")).toBe(text);
    expect(await readdir(folder)).toEqual(files);
  });
});
