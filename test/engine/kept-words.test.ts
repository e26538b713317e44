/** Through the engine's process: what persons and language models say is kept, found, and outlives jobs. */
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { EngineClient } from "../../src/host/engine-client";
import { labelsFileSchema } from "../../src/protocol/artifact";
import type { Engine, Job, JobId, ProjectSummary } from "../../src/protocol/engine";
import { built } from "../built";

let scratch: string;
let client: EngineClient;
let engine: Engine;
let project: ProjectSummary;
const jobs = new Map<JobId, Job>();

const labelsFile = () => join(scratch, "films", "sae", "labels.json");
const words = async () => labelsFileSchema.parse(JSON.parse(await readFile(labelsFile(), "utf8"))).neurons;
const found = async (search: string) => (await engine.neurons(project.id, { search })).rows.map(({ neuron }) => neuron);

async function ended(id: JobId): Promise<Job> {
  for (;;) {
    const job = jobs.get(id);
    if (job !== undefined && job.state !== "running") return job;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), "recprism-words-"));
  client = new EngineClient({
    script: built("engine.js"),
    events: { jobChanged: (job) => jobs.set(job.id, job), taskProgress: () => {}, log: () => {} },
    started: () => {},
    stopped: () => {},
    reopened: () => {},
    reopenFailed: () => {},
  });
  engine = client.engine;
  project = await engine.openProject(await engine.createSample(join(scratch, "films")));
  expect(await ended(await engine.train(project.id, { settings: { epochs: 3 } }))).toMatchObject({ state: "done" });
}, 120_000);
afterAll(async () => {
  client.dispose();
  await rm(scratch, { recursive: true, force: true });
});

describe("what a person says of neurons", { timeout: 90_000 }, () => {
  it("is shown at once, found by searches and written with who and when", async () => {
    const [row] = await engine.changeLabel(project.id, { change: "rename", neurons: [3], label: "Mine" }, "Ada");
    expect(row).toMatchObject({ neuron: 3, label: "Mine", labelledBy: "person" });
    await engine.changeLabel(project.id, { change: "merge", neurons: [4, 5], label: "Both" }, "Ada");
    await engine.changeLabel(project.id, { change: "note", neurons: [3], note: "look again" }, "Bob");
    expect(await found("mine")).toEqual([3]);
    expect(await found("is:merged")).toEqual([4, 5]);
    expect(await found("is:noted is:renamed")).toEqual([3]);
    expect((await words())[3].person).toMatchObject({ label: "Mine", by: "Bob", note: "look again" });
    expect((await engine.neuron(project.id, 3)).person?.note).toBe("look again");
    expect((await engine.exportNeurons(project.id, "mine")).map(({ label }) => label)).toEqual(["Mine"]);
  });

  it("is signed by whom the machine knows where nobody is named", async () => {
    await engine.changeLabel(project.id, { change: "pin", neurons: [6], pinned: true });
    expect((await words())[6].person?.by).toMatch(/\S/);
    await engine.changeLabel(project.id, { change: "reset", neurons: [6] });
    expect((await words())[6].person).toBeNull();
  });

  it("is refused where it makes no sense", async () => {
    await expect(engine.changeLabel(project.id, { change: "rename", neurons: [3], label: "" })).rejects.toMatchObject({
      reason: "label-invalid",
    });
    await expect(
      engine.changeLabel(project.id, { change: "pin", neurons: [9999], pinned: true }),
    ).rejects.toMatchObject({ reason: "not-found" });
    await expect(engine.neurons(project.id, { search: "mss>1" })).rejects.toMatchObject({ reason: "query-invalid" });
  });

  it("outlives naming anew, even what is said while that goes on", async () => {
    const before = await words();
    const job = await engine.label(project.id);
    await engine.changeLabel(project.id, { change: "wrong", neurons: [7], wrong: true }, "Ada");
    expect(await ended(job)).toMatchObject({ kind: "label", state: "done" });
    const after = await words();
    expect(after[3].person).toEqual(before[3].person);
    expect(after[4].person?.mergedWith).toEqual([5]);
    expect(await found("is:wrong")).toEqual([7]);
  });

  it("is kept when another process changed the file meanwhile", async () => {
    const file = labelsFileSchema.parse(JSON.parse(await readFile(labelsFile(), "utf8")));
    file.neurons[8].person = { ...file.neurons[3].person!, label: "From the terminal" };
    await writeFile(labelsFile(), JSON.stringify(file));
    await engine.changeLabel(project.id, { change: "pin", neurons: [3], pinned: true }, "Ada");
    expect(await found('"from the terminal"')).toEqual([8]);
    expect(await found("is:pinned")).toEqual([3]);
  });

  it("is carried to the same neurons of an SAE that is trained anew, with the match", async () => {
    const hash = (await engine.report(project.id)).sae;
    expect(await ended(await engine.train(project.id, { settings: { epochs: 4 } }))).toMatchObject({ state: "done" });
    expect((await engine.report(project.id)).sae).not.toBe(hash);
    const [neuron] = await found("mine");
    const { person } = await engine.neuron(project.id, neuron);
    expect(person).toMatchObject({ label: "Mine", note: "look again", by: "Ada", carried: { sae: hash, neuron: 3 } });
    expect(person!.carried!.cosine).toBeGreaterThanOrEqual(0.8);
    expect(person!.carried!.cosine).toBeLessThanOrEqual(1);
    expect(await found("is:carried")).toContain(neuron);
    expect((await readdir(join(scratch, "films"))).filter((name) => name.includes("lock"))).toEqual([]);
  });
});

describe("what a language model says of a neuron", { timeout: 30_000 }, () => {
  /** Tells active items by what the engine says of them, as a model that knows the films would. */
  async function knowingAnswer(neuron: number, prompt: string): Promise<string> {
    const items = prompt.split("\n").filter((line) => line.startsWith('{"item"'));
    const numbers: number[] = [];
    const concept = (await engine.neuron(project.id, neuron)).evidence!.label;
    for (const line of items) {
      const { item, tags } = JSON.parse(line) as { item: number; tags?: string[] };
      if (tags?.includes(concept)) numbers.push(item);
    }
    return JSON.stringify({ items: numbers });
  }

  it("is asked on items of one half, tested on others, kept with its score and shown where it stands the test", async () => {
    const { rows } = await engine.neurons(project.id, { kinds: ["tag"], sort: "purity10", descending: true });
    const { neuron, statisticalLabel } = rows.find(({ labelledBy }) => labelledBy === "statistics")!;
    const naming = await engine.modelNaming(project.id, neuron);
    const test = await engine.modelTest(project.id, neuron, 'Well: {"name": "Tested name"}');
    expect(test.label).toBe("Tested name");
    expect(test.items).toBeGreaterThanOrEqual(8);
    const titles = (prompt: string) => [...prompt.matchAll(/"title":("(?:[^"\\]|\\.)*")/g)].map(([, title]) => title);
    expect(titles(test.prompt).filter((title) => titles(naming.prompt).includes(title))).toEqual([]);
    const answer = await knowingAnswer(neuron, test.prompt);
    const row = await engine.keepModelLabel(project.id, neuron, test.label, "Test Model", answer);
    const { model } = await engine.neuron(project.id, neuron);
    expect(model).toMatchObject({ label: "Tested name", model: "Test Model", asked: test.items });
    expect(model!.score).toBeCloseTo(model!.correct / model!.asked, 9);
    expect(row.statisticalLabel).toBe(statisticalLabel);
    expect(row.labelledBy).toBe(model!.interval[0] > 0.5 ? "model" : "statistics");
    await ended(await engine.label(project.id));
    expect((await engine.neuron(project.id, neuron)).model).toEqual(model);
  });

  it("is refused where an answer is no answer", async () => {
    await expect(engine.modelTest(project.id, 3, "Sorry.")).rejects.toMatchObject({ reason: "answer-unreadable" });
    await expect(engine.keepModelLabel(project.id, 3, "x", "m", "all of them")).rejects.toMatchObject({
      reason: "answer-unreadable",
    });
    await expect(engine.modelNaming(project.id, 9999)).rejects.toMatchObject({ reason: "not-found" });
  });
});

describe("labels.json that somebody broke", { timeout: 30_000 }, () => {
  it("stops a training that would lose it, and names the key", async () => {
    const file = JSON.parse(await readFile(labelsFile(), "utf8"));
    file.neurons[3].person = { label: 5 };
    await writeFile(labelsFile(), JSON.stringify(file));
    const failed = await ended(await engine.train(project.id, { settings: { epochs: 3 } }));
    expect(failed).toMatchObject({ state: "failed", error: { reason: "artifact-invalid" } });
    expect(failed.error?.message).toContain("neurons[3].person.label: found 5, expected text");
    expect(JSON.parse(await readFile(labelsFile(), "utf8"))).toEqual(file);
  });
});
