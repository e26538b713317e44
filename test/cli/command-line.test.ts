import { existsSync, readdirSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SAMPLE_GENRES } from "../../src/data/sample-world";
import type { Report } from "../../src/protocol/artifact";
import type { Recommendation } from "../../src/protocol/engine";
import type { NeuronExport } from "../../src/protocol/neurons";
import type { SteeringConfig } from "../../src/protocol/steering";
import { runCli, runCliSignalled } from "./run-cli";

let scratch: string;
let sample: string;

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), "recprism-cli-"));
  sample = join(scratch, "films");
  expect((await runCli(scratch, "sample", "films", "--json")).json()).toEqual({ path: join(sample, "recprism.json") });
  const trained = await runCli(sample, "train", "--json");
  expect(trained.stderr).toBe("");
  expect(trained.json()).toMatchObject({ artifact: join(sample, "sae"), state: "done" });
}, 180_000);
afterAll(() => rm(scratch, { recursive: true, force: true }));

describe("the command line on the sample", { timeout: 90_000 }, () => {
  it("recovers at least nine tenths of the planted genres", async () => {
    const neurons = (await runCli(sample, "neurons", "--json")).json<NeuronExport[]>();
    const labels = new Set(neurons.filter(({ kind }) => kind === "tag").map(({ label }) => label));
    const found = SAMPLE_GENRES.filter(({ genre }) => labels.has(genre));
    expect(found.length / SAMPLE_GENRES.length).toBeGreaterThanOrEqual(0.9);
    expect(neurons[0]).toMatchObject({
      neuron: 0,
      density: expect.any(Number),
      topItems: expect.arrayContaining([
        { id: expect.any(String), title: expect.any(String), activation: expect.any(Number) },
      ]),
    });
  });

  it("reports every measure", async () => {
    const report = (await runCli(sample, "report", "--json")).json<Report>();
    for (const measure of ["ms", "purity10", "purity10BaseRate", "rbo30", "kendall30", "explainedVariance"] as const) {
      expect(report[measure]).toBeGreaterThan(0);
      expect(report[measure]).toBeLessThanOrEqual(1);
    }
    expect(report).toMatchObject({ users: 2000, items: 1200, dead: expect.any(Number), l0: expect.any(Number) });
    expect(report.trainSeconds).toBeGreaterThan(0);
    expect(report.msPerStep).toBeGreaterThan(0);
    const text = await runCli(sample, "report");
    expect(text.stdout).toMatch(/MS\s+0\.\d\d/);
    expect(text.stdout).toContain("base rate");
  });

  it("steers away from a genre, and exports a config that does the same", async () => {
    const neurons = (await runCli(sample, "neurons", "--json")).json<NeuronExport[]>();
    const comedy = neurons.find(({ label }) => label === "Comedy")!.neuron;
    const steered = await runCli(
      sample,
      "steer",
      "--name",
      "Less comedy",
      "--set",
      `${comedy}=-3`,
      "--out",
      "less.steer.json",
      "--json",
    );
    const config = steered.json<SteeringConfig>();
    expect(config.rules[0]).toMatchObject({
      name: "Less comedy",
      edits: [{ neuron: comedy, label: "Comedy", value: -3 }],
    });
    // The file leaves out what is empty.
    expect(config).toMatchObject(JSON.parse(await readFile(join(sample, "less.steer.json"), "utf8")));

    const plain = (await runCli(sample, "recommend", "--user", "u0001", "--k", "5", "--json")).json<Recommendation>();
    expect(plain.before).toHaveLength(5);
    expect(plain.after).toEqual(plain.before);
    const changed = (
      await runCli(sample, "recommend", "--user", "u0001", "--config", "less.steer.json", "--k", "5", "--json")
    ).json<Recommendation>();
    expect(changed.before).toEqual(plain.before);
    expect(changed.after.map(({ score }) => score)).not.toEqual(changed.before.map(({ score }) => score));

    const exported = await runCli(
      sample,
      "export",
      "--config",
      "less.steer.json",
      "--to",
      "json",
      "--out",
      "copy.steer.json",
    );
    expect(exported.code).toBe(0);
    expect(await readFile(join(sample, "copy.steer.json"), "utf8")).toBe(
      await readFile(join(sample, "less.steer.json"), "utf8"),
    );
  });

  it("trains into another folder when told, and reads it back by --sae", async () => {
    const settings = ["--latents", "7", "--epochs", "1", "--batch", "512", "--lr", "0.002", "--seed", "3"];
    const weights = ["--prediction-weight", "2", "--reconstruction-weight", "0.5", "--kl-weight", "0.02"];
    const trained = await runCli(
      scratch,
      "train",
      "--project",
      sample,
      "--out",
      "other",
      ...settings,
      ...weights,
      "--json",
    );
    expect(trained.json()).toMatchObject({
      latents: 7,
      settings: {
        latents: 7,
        epochs: 1,
        batch: 512,
        learningRate: 0.002,
        seed: 3,
        predictionWeight: 2,
        reconstructionWeight: 0.5,
        klWeight: 0.02,
      },
    });
    const neurons = await runCli(scratch, "neurons", "--project", sample, "--sae", join(scratch, "other"), "--json");
    expect(neurons.json()).toHaveLength(7);
    expect((await runCli(sample, "neurons", "--json")).json()).not.toHaveLength(7);
  });

  it("keeps the weights so far on Ctrl-C", async () => {
    const out = join(scratch, "interrupted");
    const checkpoint = () =>
      expect.poll(() => existsSync(join(scratch, ".interrupted.checkpoint.safetensors")), { timeout: 60_000 });
    const result = await runCliSignalled(
      sample,
      "SIGINT",
      () => checkpoint().toBe(true),
      ...["train", "--epochs", "5000", "--out", out, "--json"],
    );
    expect(result.code).toBe(0);
    expect(result.stderr).toBe("Stopping; what has been trained is kept.\n");
    expect(result.json()).toMatchObject({ artifact: out, state: "cancelled", interrupted: true });
    expect(readdirSync(scratch).filter((name) => name.includes("checkpoint"))).toEqual([]);
  });

  it("exits 2 when it is called wrongly and 0 when help is asked for", async () => {
    for (const wrong of [
      ["bogus"],
      [],
      ["train", "--epochs", "many"],
      ["recommend"],
      ["steer", "--set", "3"],
      ["export", "--config", "x", "--to", "fortran"],
    ]) {
      const result = await runCli(sample, ...wrong);
      expect({ wrong, code: result.code, stdout: result.stdout }).toEqual({ wrong, code: 2, stdout: "" });
      expect(result.stderr).not.toBe("");
    }
    expect(await runCli(sample, "--help")).toMatchObject({ code: 0, stderr: "" });
  });

  it("exits 1 with what is wrong, where, and what to do", async () => {
    const cases: [string[], RegExp][] = [
      [["recommend", "--user", "u9"], /no user "u9".*Did you mean|no user "u9".*Ids look like/],
      [["train", "--latents", "0"], /sae\.settings\.latents/],
      [["train", "--batch", "60000", "--epochs", "1", "--latents", "4", "--out", "huge"], /sae\.settings\.batch.*8192/],
      [["steer", "--suppress", "4000"], /4000/],
      [["recommend", "--user", "u0001", "--config", "missing.steer.json"], /missing\.steer\.json does not exist/],
      [["report", "--sae", "nowhere"], /no SAE in .*nowhere/],
      [["report", "--project", scratch], /recprism\.json/],
    ];
    for (const [args, message] of cases) {
      const result = await runCli(sample, ...args);
      expect({ args, code: result.code, stdout: result.stdout }).toEqual({ args, code: 1, stdout: "" });
      expect(result.stderr).toMatch(message);
      expect(result.stderr).not.toMatch(/fault of its own| at .*\.js:\d+/);
    }
  });

  it("names an unknown key of the manifest", async () => {
    const file = join(sample, "recprism.json");
    const manifest = await readFile(file, "utf8");
    await writeFile(file, manifest.replace('"title": "title"', '"titel": "title"'));
    const result = await runCli(sample, "report");
    await writeFile(file, manifest);
    expect(result.code).toBe(1);
    expect(result.stderr).toMatch(/recprism\.json.*titel/);
  });
});
