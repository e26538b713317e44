/** Training by the command line: every setting, runs that are remembered, interrupted, and measured afterwards. */
import { existsSync, readdirSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Report } from "../../src/protocol/artifact";
import type { NeuronExport } from "../../src/protocol/neurons";
import type { RunRecord } from "../../src/protocol/run";
import { readSae, writeSae } from "../../src/sae/saelens";
import { runCli, runCliSignalled } from "./run-cli";

let scratch: string;
let sample: string;

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), "recprism-runs-"));
  sample = join(scratch, "films");
  expect((await runCli(scratch, "sample", "films")).code).toBe(0);
}, 60_000);
afterAll(() => rm(scratch, { recursive: true, force: true }));

const weights = (out: string) => readFile(join(sample, out, "sae_weights.safetensors"));

describe("recprism train", { timeout: 180_000 }, () => {
  it("takes every setting", async () => {
    const options: [string, string | null, keyof RunRecord["settings"], unknown][] = [
      ["--latents", "12", "latents", 12],
      ["--activation", "batchtopk", "activation", "batchtopk"],
      ["--k", "3", "k", 3],
      ["--untied", null, "tied", false],
      ["--standardisation", "center", "standardisation", "center"],
      ["--epochs", "1", "epochs", 1],
      ["--batch", "128", "batch", 128],
      ["--lr", "0.002", "learningRate", 0.002],
      ["--warmup", "0.1", "warmup", 0.1],
      ["--decay", "0.2", "decay", 0.2],
      ["--prediction-loss", "listwise", "predictionLoss", "listwise"],
      ["--candidates", "4", "candidates", 4],
      ["--prediction-weight", "2", "predictionWeight", 2],
      ["--reconstruction-weight", "0.5", "reconstructionWeight", 0.5],
      ["--kl-weight", "0", "klWeight", 0],
      ["--l1-weight", "0.001", "l1Weight", 0.001],
      ["--coherence-weight", "0.2", "coherenceWeight", 0.2],
      ["--prefixes", "4,8", "prefixes", [4, 8]],
      ["--revival", "aux-k", "revival", "aux-k"],
      ["--patience", "5", "patience", 5],
      ["--seed", "7", "seed", 7],
    ];
    const args = options.flatMap(([option, value]) => (value === null ? [option] : [option, value]));
    const trained = await runCli(sample, "train", "--preset", "paper-ncf", ...args, "--out", "all", "--json");
    expect(trained).toMatchObject({ code: 0, stderr: "" });
    const wanted = Object.fromEntries(options.map(([, , setting, value]) => [setting, value]));
    expect(trained.json<Report>().settings).toEqual(wanted);
    const [run] = (await runCli(sample, "runs", "--json")).json<RunRecord[]>();
    expect(run).toMatchObject({ preset: "paper-ncf", settings: wanted, state: "done" });
  });

  it("refuses a value that no setting has, and settings that do not go together", async () => {
    for (const wrong of [
      ["--activation", "softmax"],
      ["--preset", "mine"],
      ["--prefixes", "4,many"],
    ]) {
      expect(await runCli(sample, "train", ...wrong)).toMatchObject({ code: 2, stdout: "" });
    }
    const apart = await runCli(sample, "train", "--latents", "4", "--activation", "topk", "--k", "9");
    expect(apart).toMatchObject({ code: 1, stdout: "", stderr: expect.stringContaining("sae.settings.k") });
  });

  it("killed at any moment, and run again, ends with the weights of a run that nothing disturbed", async () => {
    // Several times as long as it takes to the first checkpoint.
    const settings = ["--preset", "paper-mf", "--epochs", "140", "--seed", "3", "--json"];
    const whole = await runCli(sample, "train", ...settings, "--out", "whole");
    expect(whole).toMatchObject({ code: 0, stderr: "" });

    const moment = Math.round(500 * Math.random());
    const killed = await runCliSignalled(
      sample,
      "SIGKILL",
      async () => {
        await expect
          .poll(() => existsSync(join(sample, ".broken.checkpoint.safetensors")), { timeout: 90_000 })
          .toBe(true);
        await delay(moment);
      },
      ...["train", ...settings, "--out", "broken"],
    );
    expect(killed.code, `killed ${moment} ms after the first checkpoint`).toBeNull();
    expect(existsSync(join(sample, "broken"))).toBe(false);

    const again = await runCli(sample, "train", ...settings, "--out", "broken");
    expect(again.code).toBe(0);
    expect(again.stderr).toMatch(/^Continuing the interrupted run at step \d+ \(--restart begins anew\)\n$/);
    expect((await weights("broken")).equals(await weights("whole")), `killed after ${moment} ms`).toBe(true);
    const [resumed, undisturbed] = (await runCli(sample, "runs", "--json")).json<RunRecord[]>();
    expect(resumed.curve).toEqual(undisturbed.curve);
    expect(resumed.measures).toEqual(undisturbed.measures);
    expect(readdirSync(sample).filter((name) => name.includes("checkpoint"))).toEqual([]);
  });

  it("begins anew where a run was interrupted when told to", async () => {
    const train = ["train", "--epochs", "400", "--seed", "4", "--out", "restarted", "--json"];
    const checkpoint = join(sample, ".restarted.checkpoint.safetensors");
    const begun = () => expect.poll(() => existsSync(checkpoint), { timeout: 90_000 }).toBe(true);
    await runCliSignalled(sample, "SIGKILL", begun, ...train);
    const { mtimeMs } = await stat(checkpoint);
    const begunAnew = () =>
      expect
        .poll(
          () =>
            stat(checkpoint).then(
              (found) => found.mtimeMs > mtimeMs,
              () => false,
            ),
          { timeout: 90_000 },
        )
        .toBe(true);
    const restarted = await runCliSignalled(sample, "SIGINT", begunAnew, ...train, "--restart");
    expect(restarted).toMatchObject({ code: 0, stderr: "Stopping; what has been trained is kept.\n" });
  });
});

describe("recprism runs", { timeout: 60_000 }, () => {
  it("says what to do where there are none", async () => {
    expect((await runCli(scratch, "sample", "untouched")).code).toBe(0);
    const result = await runCli(join(scratch, "untouched"), "runs");
    expect(result).toMatchObject({ code: 0, stdout: "No run has ended yet: recprism train\n" });
    expect((await runCli(join(scratch, "untouched"), "runs", "--json")).json()).toEqual([]);
  });

  it("lists them newest first, with what they differ in, and marks the SAE in use", async () => {
    const short = ["train", "--preset", "paper-mf", "--epochs", "1", "--latents", "8"];
    expect((await runCli(sample, ...short, "--out", "first")).code).toBe(0);
    expect((await runCli(sample, ...short, "--kl-weight", "0.5", "--out", "second")).code).toBe(0);
    const lines = (await runCli(sample, "runs", "--sae", "first")).stdout.trimEnd().split("\n");
    expect(lines[0]).toMatch(/^began +MS +RBO@30 +Kendall@30 +L0 +dead +labelled +seconds +state +preset +settings$/);
    expect(lines[1]).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d .* \d+\/8 +\d+\.\d +done +paper-mf .*klWeight=0\.5/);
    expect(lines[2]).toMatch(/ done, current +paper-mf .*latents=8 .*klWeight=0\.01/);
    expect(lines[2]).not.toMatch(/ k=/);
  });
});

describe("an SAE that came without labels and measures", { timeout: 60_000 }, () => {
  it("is measured by the first command that needs them, and shows the same as where it was trained", async () => {
    const trained = join(sample, "elsewhere");
    expect((await runCli(sample, "train", "--epochs", "2", "--out", trained)).code).toBe(0);
    const folder = join(scratch, "from-saelens");
    await mkdir(folder);
    const { sae, hash } = await readSae(trained);
    expect(await writeSae(folder, sae)).toEqual({ hash });
    expect(readdirSync(folder).sort()).toEqual(["cfg.json", "sae_weights.safetensors"]);

    const runs = await runCli(sample, "runs", "--sae", folder);
    expect(runs).toMatchObject({ code: 0, stderr: "" });
    const listed = await runCli(sample, "neurons", "--sae", folder, "--json");
    expect(listed).toMatchObject({
      code: 0,
      stderr: "The SAE has no labels and measures of this version; measuring it, which is done once.\n",
    });
    const original = await runCli(sample, "neurons", "--sae", trained, "--json");
    expect(listed.json<NeuronExport[]>()).toEqual(original.json());
    const report = await runCli(sample, "report", "--sae", folder, "--json");
    expect(report).toMatchObject({ code: 0, stderr: "" });
    const { ms, rbo30 } = (await runCli(sample, "report", "--sae", trained, "--json")).json<Report>();
    expect(report.json<Report>()).toMatchObject({ ms, rbo30, sae: hash });
  });
});
