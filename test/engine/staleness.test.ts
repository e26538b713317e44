/** What is said of an SAE once the files change that it was made from. */
import { readFile, rename, rm, truncate, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { matrix } from "../../src/data/matrix";
import { writeNpy } from "../../src/data/npy";
import { recordedSources, writeSources } from "../../src/engine/source-record";
import { type Made, stalenessOf } from "../../src/engine/staleness";
import { runTrainJob } from "../../src/engine/train-job";
import { type Manifest, type ManifestInput, manifestSchema } from "../../src/protocol/manifest";
import { readArtifact } from "../../src/sae/artifact";
import { scratchFolder } from "../data/scratch";
import { completeReport } from "../sae/report";
import { smallProject, watched } from "./small-project";

const SAE = "sha256:1";
const ids = { rule: "table-order", column: "id" } as const;
const WRITTEN: ManifestInput = {
  version: 1,
  name: "films",
  items: { embeddings: "items.npy", table: "items.csv", ids, title: "title" },
  users: { embeddings: "users.npy", ids: { rule: "row-number" } },
  interactions: { table: "clicks.csv", user: "user", item: "item" },
};

/** A project of which an SAE was made just now, as its record says. */
async function made(trained = true): Promise<{ folder: string; manifest: Manifest }> {
  const folder = await scratchFolder();
  const manifest = manifestSchema.parse(WRITTEN);
  await writeNpy(join(folder, "items.npy"), matrix(3, 2));
  await writeNpy(join(folder, "users.npy"), matrix(4, 2));
  await writeFile(join(folder, "items.csv"), "id,title\na,Alien\nb,Heat\nc,Up\n");
  await writeFile(join(folder, "clicks.csv"), "user,item\n0,a\n");
  const now = await recordedSources(folder, manifest);
  await writeSources(folder, { sae: SAE, trained: trained ? now : null, measured: now });
  return { folder, manifest };
}

const report = { ...completeReport(1), items: 3, users: 4 };
const stale = ({ folder, manifest }: { folder: string; manifest: Manifest }, sae: Partial<Made> = {}) =>
  stalenessOf(folder, { hash: SAE, report, ...sae }, folder, manifest);

describe("an SAE", () => {
  it("is not stale while its files are as they were, whatever their times", async () => {
    const project = await made();
    expect(await stale(project)).toBeNull();
    await utimes(join(project.folder, "items.npy"), new Date(), new Date(Date.now() + 60_000));
    expect(await stale(project)).toBeNull();
  });

  it("is stale once a matrix has more rows, and says how many", async () => {
    const project = await made();
    await writeNpy(join(project.folder, "items.npy"), matrix(1_050, 2));
    expect(await stale(project)).toEqual({
      remedy: "train",
      title: "Embeddings changed since training",
      changes: ["items.npy changed since this SAE was trained: 3 -> 1,050 rows."],
    });
  });

  it("is stale once values differ, of as many rows and bytes", async () => {
    const project = await made();
    const other = matrix(3, 2);
    other.values[5] = 0.5;
    await writeNpy(join(project.folder, "items.npy"), other);
    await utimes(join(project.folder, "items.npy"), new Date(), new Date(Date.now() + 5_000));
    expect((await stale(project))?.changes).toEqual(["items.npy changed since this SAE was trained: other values."]);
  });

  it("needs only to be named anew where a title changed", async () => {
    const project = await made();
    await writeFile(join(project.folder, "items.csv"), "id,title\na,Aliens\nb,Heat\nc,Up\n");
    expect(await stale(project)).toEqual({
      remedy: "measure",
      title: "Item table changed since naming",
      changes: ["items.csv changed since its neurons were named: 29 -> 30 bytes."],
    });
  });

  it("tells all that changed, and to train where anything calls for it", async () => {
    const project = await made();
    await writeFile(join(project.folder, "items.csv"), "id,title\na,Aliens\nb,Heat\nc,Up\n");
    await writeFile(join(project.folder, "clicks.csv"), "user,item\n0,a\n1,b\n");
    expect(await stale(project)).toMatchObject({
      remedy: "train",
      title: "Interactions and item table changed since training",
      changes: [expect.stringMatching(/^clicks\.csv changed/), expect.stringMatching(/^items\.csv changed/)],
    });
  });

  it("is measured anew where it was trained elsewhere, on whatever", async () => {
    const project = await made(false);
    await writeNpy(join(project.folder, "items.npy"), matrix(5, 2));
    expect(await stale(project)).toMatchObject({
      remedy: "measure",
      changes: ["items.npy changed since this SAE was measured: 3 -> 5 rows."],
    });
  });

  it("says that a file is gone, or half written, without failing", async () => {
    const project = await made();
    await rm(join(project.folder, "clicks.csv"));
    await truncate(join(project.folder, "items.npy"), 140);
    expect((await stale(project))?.changes).toEqual([
      "items.npy changed since this SAE was trained, and cannot be read as it is now.",
      "clicks.csv is gone; it was there when this SAE was trained.",
    ]);
  });

  it("is not stale for a file of another name and the same content, and is for another content", async () => {
    const project = await made();
    await rename(join(project.folder, "items.npy"), join(project.folder, "films.npy"));
    const renamed = manifestSchema.parse({ ...WRITTEN, items: { ...WRITTEN.items, embeddings: "films.npy" } });
    expect(await stale({ ...project, manifest: renamed })).toBeNull();
    const other = manifestSchema.parse({ ...WRITTEN, items: { ...WRITTEN.items, embeddings: "users.npy" } });
    expect((await stale({ ...project, manifest: other }))?.changes).toEqual([
      "items.embeddings is users.npy now; it was items.npy when this SAE was trained.",
    ]);
  });

  it("notices what the manifest says otherwise of the same files", async () => {
    const project = await made();
    const swapped = manifestSchema.parse({
      ...WRITTEN,
      interactions: { table: "clicks.csv", user: "item", item: "user" },
    });
    expect((await stale({ ...project, manifest: swapped }))?.changes).toEqual([
      "recprism.json says something else of interactions than when this SAE was trained.",
    ]);
    const without = manifestSchema.parse({ ...WRITTEN, interactions: undefined });
    expect((await stale({ ...project, manifest: without }))?.changes).toContain(
      "interactions was clicks.csv when this SAE was trained; now there is none.",
    );
  });

  it("without a record of its sources is stale by the row counts in its report, and by nothing else", async () => {
    const project = await made();
    await rm(join(project.folder, "clicks.csv"));
    expect(await stale(project, { hash: "sha256:2" })).toBeNull();
    await writeFile(join(project.folder, "sources.json"), "{");
    expect(await stale(project)).toBeNull();
    await writeNpy(join(project.folder, "users.npy"), matrix(9, 2));
    const says = { title: "Embeddings changed since training", remedy: "train" };
    const changes = ["users.npy changed since this SAE was trained: 4 -> 9 rows."];
    expect(await stale(project)).toEqual({ ...says, changes });
    expect(await stale(project, { report: { ...report, settings: null } })).toMatchObject({
      remedy: "measure",
      changes: ["users.npy changed since this SAE was measured: 4 -> 9 rows."],
    });
    await rm(join(project.folder, "users.npy"));
    expect(await stale(project)).toBeNull();
  });

  it("knows after training what it was trained on", async () => {
    const folder = await smallProject();
    const out = join(folder, "sae");
    const job = {
      kind: "train",
      manifestPath: join(folder, "recprism.json"),
      out,
      settings: {},
      restart: false,
    } as const;
    await runTrainJob({ ...job, finish: false, trial: null }, watched());
    const manifest = manifestSchema.parse(JSON.parse(await readFile(job.manifestPath, "utf8")));
    const own = await readArtifact(out);
    if (own.report === null) throw new Error("it was not measured");
    expect(await stalenessOf(out, own, folder, manifest)).toBeNull();
    await writeNpy(join(folder, "users.npy"), matrix(90, 8));
    expect((await stalenessOf(out, own, folder, manifest))?.changes).toEqual([
      "users.npy changed since this SAE was trained: 80 -> 90 rows.",
    ]);
  });
});
