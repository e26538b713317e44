/** Neurons on the command line: searched, shown, named anew and by a person. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { labelsFileSchema } from "../../src/protocol/artifact";
import type { NeuronDetail, NeuronExport, NeuronRow } from "../../src/protocol/neurons";
import { runCli } from "./run-cli";

let scratch: string;
let sample: string;

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), "recprism-neurons-"));
  sample = join(scratch, "films");
  expect((await runCli(scratch, "sample", "films")).code).toBe(0);
  expect((await runCli(sample, "train", "--epochs", "3")).code).toBe(0);
}, 180_000);
afterAll(() => rm(scratch, { recursive: true, force: true }));

const list = async (...query: string[]) => (await runCli(sample, "neurons", "--json", ...query)).json<NeuronExport[]>();

describe("neurons on the command line", { timeout: 90_000 }, () => {
  it("are found by the same queries as in the side panel, in one argument or several", async () => {
    const all = await list();
    const tags = await list("kind:tag density<60%");
    expect(tags.length).toBeGreaterThan(0);
    expect(tags).toEqual(all.filter(({ kind, density }) => kind === "tag" && density < 0.6));
    expect(await list("kind:tag", "density<60%")).toEqual(tags);
    expect(await list("--", "-kind:tag")).toEqual(all.filter(({ kind }) => kind !== "tag"));
    const none = await runCli(sample, "neurons", "label:nothing-is-called-so");
    expect(none).toMatchObject({ code: 0, stderr: "No neuron is like that.\n" });
  });

  it("are refused by a query that cannot be read", async () => {
    const refused = await runCli(sample, "neurons", "mss>0.6");
    expect(refused).toMatchObject({ code: 1, stdout: "" });
    expect(refused.stderr).toMatch(/cannot be read at mss>0.6: there is no field "mss"; did you mean "ms"\?/);
  });

  it("are shown one at a time, for people and for programs", async () => {
    const [first] = await list("kind:tag");
    const detail = (await runCli(sample, "neuron", String(first.neuron), "--json")).json<NeuronDetail>();
    expect(detail).toMatchObject({ neuron: first.neuron, label: first.label, evidence: { label: first.label } });
    const { stdout } = await runCli(sample, "neuron", String(first.neuron));
    expect(stdout).toContain(`${first.label}  neuron ${first.neuron}`);
    expect(stdout).toContain("Proof on held-out rows");
    expect(stdout).toContain(detail.topItems[0].title);
    expect(await runCli(sample, "neuron", "9999")).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/no neuron 9999/),
    });
    expect(await runCli(sample, "neuron", "one")).toMatchObject({ code: 2 });
  });

  it("get the names that a person gives, in order, which naming anew keeps", async () => {
    const words = ["--rename", "2=Mine = yours", "--merge", "4,5=Both", "--note", "2=look again", "--pin", "4,5"];
    const rows = (await runCli(sample, "label", ...words, "--json")).json<NeuronRow[]>();
    expect(rows.map(({ neuron, label, pinned }) => [neuron, label, pinned])).toEqual([
      [2, "Mine = yours", false],
      [4, "Both", true],
      [5, "Both", true],
    ]);
    const relabelled = await runCli(sample, "label", "--json");
    expect(relabelled.json()).toMatchObject({ artifact: join(sample, "sae"), labelled: expect.any(Number) });
    const file = labelsFileSchema.parse(JSON.parse(await readFile(join(sample, "sae", "labels.json"), "utf8")));
    expect(file.neurons[2].person).toMatchObject({ label: "Mine = yours", note: "look again" });
    expect((await list("is:merged")).map(({ neuron, labelledBy }) => [neuron, labelledBy])).toEqual([
      [4, "person"],
      [5, "person"],
    ]);
    expect((await runCli(sample, "neuron", "2")).stdout).toMatch(/named it Mine = yours; noted: look again/);
    await runCli(sample, "label", "--reset", "2");
    expect(await list("is:noted")).toEqual([]);
  });

  it("refuse words that make no sense", async () => {
    expect(await runCli(sample, "label", "--rename", "2=")).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/name is empty/),
    });
    expect(await runCli(sample, "label", "--rename", "2")).toMatchObject({ code: 2 });
    expect(await runCli(sample, "label", "--merge", "2=Mine")).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/two or more/),
    });
    expect(await runCli(sample, "label", "--pin", "x")).toMatchObject({ code: 2 });
  });
});
