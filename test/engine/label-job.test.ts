/** Naming neurons anew, as a job. */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readManifest } from "../../src/data/manifest-file";
import { runLabelJob } from "../../src/engine/label-job";
import { stalenessOf } from "../../src/engine/staleness";
import { runTrainJob } from "../../src/engine/train-job";
import type { LabelsFile, PersonalWord } from "../../src/protocol/artifact";
import { readArtifact } from "../../src/sae/artifact";
import { writeSae } from "../../src/sae/saelens";
import { failure } from "../data/scratch";
import { randomSae } from "../sae/fixtures";
import { SMALL_DIMENSIONS, smallProject, watched } from "./small-project";

const ITEMS = 60;

const table = (genre: (item: number) => string) =>
  `iid,title,genre,stars\n${Array.from({ length: ITEMS }, (_, item) => `i${item},Film ${item},${genre(item)},${item % 7}\n`).join("")}`;

/** A trained project whose items have a table. */
async function labelledProject(): Promise<{
  folder: string;
  job: { kind: "label"; manifestPath: string; out: string };
}> {
  const folder = await smallProject();
  const manifestPath = join(folder, "recprism.json");
  const manifest = JSON.parse(await readFile(manifestPath, "utf8"));
  await writeFile(
    join(folder, "items.csv"),
    table((item) => (item % 2 === 0 ? "A" : "B")),
  );
  const items = {
    ...manifest.items,
    table: "items.csv",
    ids: { rule: "table-order", column: "iid" },
    title: "title",
    tags: [{ column: "genre" }],
  };
  await writeFile(manifestPath, JSON.stringify({ ...manifest, items }));
  const out = join(folder, "sae");
  await runTrainJob(
    { kind: "train", manifestPath, out, settings: {}, restart: false, finish: false, trial: null },
    watched(),
  );
  return { folder, job: { kind: "label", manifestPath, out } };
}

const labelsIn = async (out: string): Promise<LabelsFile> =>
  JSON.parse(await readFile(join(out, "labels.json"), "utf8"));

describe("naming neurons anew", () => {
  it("gives the same names, and the same report, while nothing changed", async () => {
    const { job } = await labelledProject();
    const before = await readArtifact(job.out);
    const hooks = watched();
    expect(await runLabelJob(job, hooks)).toEqual({ artifact: job.out, interrupted: false });
    expect(await readArtifact(job.out)).toEqual(before);
    expect(hooks.told.at(-1)!.phase).toBe("measuring");
  });

  it("keeps what persons and language models said, and all measures but those of labels", async () => {
    const { folder, job } = await labelledProject();
    const before = await labelsIn(job.out);
    const word: PersonalWord = {
      label: "Mine",
      mergedWith: [],
      wrong: false,
      pinned: true,
      note: "",
      by: "Ada",
      at: "2026-01-01T00:00:00Z",
      carried: null,
    };
    before.neurons[1].person = word;
    await writeFile(join(job.out, "labels.json"), JSON.stringify(before));
    await writeFile(
      join(folder, "items.csv"),
      table((item) => (item % 3 === 0 ? "C" : "D")),
    );
    const { report: reportBefore } = await readArtifact(job.out);
    await runLabelJob(job, watched());
    const { labels, report } = await readArtifact(job.out);
    expect(labels!.neurons[1].person).toEqual(word);
    expect(labels!.neurons.map(({ evidence }) => evidence?.concept ?? "").join()).not.toMatch(/genre:[AB]/);
    const { ms, rbo30, l0, accuracy, neurons } = reportBefore!;
    expect(report).toMatchObject({ ms, rbo30, l0, accuracy, neurons });
  });

  it("makes names fit the table as it is", async () => {
    const { folder, job } = await labelledProject();
    const { hash, report } = await readArtifact(job.out);
    const { manifest } = await readManifest(job.manifestPath);
    const stale = () => stalenessOf(job.out, { hash, report: report! }, folder, manifest);
    expect(await stale()).toBeNull();
    await writeFile(join(folder, "items.csv"), `${table(() => "C")} \n`);
    expect(await stale()).toMatchObject({ remedy: "measure" });
    await writeFile(
      join(folder, "items.csv"),
      table((item) => (item % 3 === 0 ? "C" : "D")),
    );
    await runLabelJob(job, watched());
    expect(await stale()).toBeNull();
  });

  it("leaves the labels as they are when it is cancelled", async () => {
    const { job } = await labelledProject();
    const before = await labelsIn(job.out);
    const hooks = { ...watched(), cancelled: () => true };
    expect(await runLabelJob(job, hooks)).toEqual({ artifact: null, interrupted: true });
    expect(await labelsIn(job.out)).toEqual(before);
  });

  it("asks for measures first where there are none", async () => {
    const folder = await smallProject();
    const job = { kind: "label" as const, manifestPath: join(folder, "recprism.json"), out: join(folder, "sae") };
    await failure(runLabelJob(job, watched()), "artifact-missing");
    await mkdir(job.out);
    await writeSae(job.out, randomSae(SMALL_DIMENSIONS, 6));
    await failure(runLabelJob(job, watched()), "artifact-unmeasured");
  });
});
