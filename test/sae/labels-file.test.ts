/** `labels.json` under several writers and in hands that break it. */
import { spawnSync } from "node:child_process";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { changedLabels } from "../../src/engine/label-change";
import type { LabelsFile } from "../../src/protocol/artifact";
import { changeLabels, readLabels, replaceLabels } from "../../src/sae/labels-file";
import { scratchFolder } from "../data/scratch";
import { FRIGHT, neuronLabel, personalWord } from "../engine/labelled-neurons";

const HASH = "sha256:now";
const file = (label: string, latents = 3, sae = HASH): LabelsFile => ({
  version: 2,
  sae,
  neurons: Array.from({ length: latents }, (_, neuron) => neuronLabel({ neuron, label })),
});

async function labelledFolder(): Promise<string> {
  const folder = join(await scratchFolder(), "sae");
  await mkdir(folder);
  await writeFile(join(folder, "labels.json"), JSON.stringify(file("Horror")));
  return folder;
}

const pinned = (folder: string, neuron: number) =>
  changeLabels(folder, HASH, (labels) =>
    changedLabels(labels, { change: "pin", neurons: [neuron], pinned: true }, { by: "Ada", at: "now" }),
  );

describe("labels.json", () => {
  it("keeps every word of many writers at once, and of labels that are made anew meanwhile", async () => {
    const folder = await labelledFolder();
    await Promise.all([
      pinned(folder, 0),
      replaceLabels(folder, file("Thriller")),
      pinned(folder, 1),
      pinned(folder, 2),
    ]);
    const labels = await readLabels(folder);
    expect(labels?.neurons.map(({ label, person }) => [label, person?.pinned])).toEqual([
      ["Thriller", true],
      ["Thriller", true],
      ["Thriller", true],
    ]);
    expect(await readdir(join(folder, ".."))).toEqual(["sae"]);
  });

  it("keeps a language model's name too", async () => {
    const folder = await labelledFolder();
    await changeLabels(folder, HASH, ([first, ...others]) => [{ ...first, model: FRIGHT }, ...others]);
    await replaceLabels(folder, file("Thriller"));
    expect((await readLabels(folder))?.neurons[0]).toMatchObject({ label: "Thriller", model: FRIGHT });
  });

  it("does not give words to other weights", async () => {
    const folder = await labelledFolder();
    await pinned(folder, 0);
    await replaceLabels(folder, file("Thriller", 3, "sha256:other"));
    expect((await readLabels(folder))?.neurons.map(({ person }) => person)).toEqual([null, null, null]);
    await expect(pinned(folder, 0)).rejects.toMatchObject({ reason: "artifact-stale" });
  });

  it("that somebody broke is refused by its key, and left as it is", async () => {
    const folder = await labelledFolder();
    const broken = file("Horror");
    broken.neurons[1].person = { ...personalWord({}), label: 5 as unknown as string };
    const text = JSON.stringify(broken);
    await writeFile(join(folder, "labels.json"), text);
    for (const use of [readLabels(folder), pinned(folder, 0), replaceLabels(folder, file("Thriller"))]) {
      await expect(use).rejects.toMatchObject({
        reason: "artifact-invalid",
        message: expect.stringContaining("neurons[1].person.label: found 5, expected text"),
        where: { key: "neurons[1].person.label" },
      });
    }
    expect(await readFile(join(folder, "labels.json"), "utf8")).toBe(text);
  });

  it("of a version without words is replaced", async () => {
    const folder = await labelledFolder();
    await writeFile(join(folder, "labels.json"), JSON.stringify({ version: 1, sae: HASH, neurons: [{ neuron: 0 }] }));
    expect(await readLabels(folder)).toBeNull();
    await replaceLabels(folder, file("Thriller"));
    expect((await readLabels(folder))?.neurons[0].label).toBe("Thriller");
  });

  it("is not held up by a lock that a killed process left", async () => {
    const folder = await labelledFolder();
    const dead = spawnSync(process.execPath, ["-e", ""]).pid;
    await writeFile(join(folder, "..", ".sae.lock"), String(dead));
    await pinned(folder, 0);
    expect((await readLabels(folder))?.neurons[0].person?.pinned).toBe(true);
  });
});
