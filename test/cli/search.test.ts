/** Searches and seeds by the command line, on a project that trains within a moment. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Report } from "../../src/protocol/artifact";
import type { RunRecord } from "../../src/protocol/run";
import { smallProject } from "../engine/small-project";
import { runCli, runCliSignalled } from "./run-cli";

interface Found {
  trials: (Omit<RunRecord, "version" | "curve"> & { score: number })[];
  best: number;
  artifact: string;
  state: string;
  tradeOff: number;
}

/** Resolves once the first trial of a search is over. */
const firstTrialOver = (folder: string) => async () => {
  const all = join(folder, ".recprism", "search");
  const over = () =>
    existsSync(all) && readdirSync(all).some((search) => existsSync(join(all, search, "trial-1.json")));
  await expect.poll(over, { timeout: 30_000, interval: 10 }).toBe(true);
};

describe("recprism train --search", { timeout: 60_000 }, () => {
  it("shows how the trials rank, and trains into the folder of the SAE", async () => {
    const folder = await smallProject();
    const shown = await runCli(folder, "train", "--search", "3", "--trade-off", "0.25");
    expect(shown).toMatchObject({ code: 0, stderr: "Trial 1/3\nTrial 2/3\nTrial 3/3\n" });
    const [outcome, , formula, , head, ...rows] = shown.stdout.trimEnd().split("\n");
    expect(outcome).toMatch(/^Trained: .*sae, of trial [123]$/);
    expect(formula).toContain("score = MS^0.25 (RBO@30 / .958)^0.75");
    expect(head).toMatch(/^trial +score +MS +RBO@30 +Kendall@30 +L0 +dead +seconds +.*\bw_pred\b/);
    expect(rows).toHaveLength(3);
    expect(outcome).toContain(`of trial ${rows[0].trim().split(/ +/)[0]}`);

    const report = (await runCli(folder, "report", "--json")).json<Report>();
    const runs = (await runCli(folder, "runs", "--json")).json<RunRecord[]>();
    expect(runs.map(({ trial }) => trial)).toEqual([3, 2, 1]);
    expect(runs.find(({ sae }) => sae === report.sae)?.trial).toBe(Number(rows[0].trim().split(/ +/)[0]));
  });

  it("goes on where it was killed", async () => {
    const folder = await smallProject({ epochs: 60 });
    const train = ["train", "--search", "3", "--out", "found", "--json"];
    const killed = await runCliSignalled(folder, "SIGKILL", firstTrialOver(folder), ...train);
    expect(killed.code).toBeNull();
    expect(existsSync(join(folder, "found"))).toBe(false);

    const again = await runCli(folder, ...train);
    expect(again.stderr).toMatch(/^Continuing the interrupted search at trial [23] \(--restart begins anew\)\n/);
    const found = again.json<Found>();
    expect(found).toMatchObject({ artifact: join(folder, "found"), state: "done", tradeOff: 0.5 });
    expect(found.trials.map(({ trial }) => trial).sort()).toEqual([1, 2, 3]);
    expect(found.best).toBe(found.trials[0].trial);
    expect(found.trials[0].score).toBeGreaterThan(found.trials[1].score);
    expect(readdirSync(join(folder, ".recprism"))).toEqual(["runs"]);
  });

  it("keeps the best of the finished trials on Ctrl-C", async () => {
    const folder = await smallProject({ epochs: 60 });
    const train = ["train", "--search", "30", "--json"];
    const cancelled = await runCliSignalled(folder, "SIGINT", firstTrialOver(folder), ...train);
    expect(cancelled.code).toBe(0);
    expect(cancelled.stderr).toContain("Stopping; the best of the finished trials is kept");
    const found = cancelled.json<Found>();
    expect(found.state).toBe("cancelled");
    expect(found.trials.length).toBeLessThan(30);
    const report = (await runCli(folder, "report", "--json")).json<Report>();
    expect(report).toMatchObject({ sae: found.trials[0].sae, settings: found.trials[0].settings });
  });

  it("refuses what cannot be searched", async () => {
    const folder = await smallProject();
    const cases: [number, string[], RegExp][] = [
      [2, ["--search", "many"], /must be a number/],
      [2, ["--trade-off", "0.5"], /give --search too/],
      [1, ["--search", "0"], /from 1 to 1000/],
      [1, ["--search", "2", "--trade-off", "1.5"], /trade-off is 1\.5/],
    ];
    for (const [code, args, message] of cases) {
      const result = await runCli(folder, "train", ...args);
      expect({ args, ...result }).toMatchObject({ code, stdout: "", stderr: expect.stringMatching(message) });
    }
  });
});

describe("recprism report --seeds", { timeout: 60_000 }, () => {
  it("trains the other seeds and prints the stability beside its chance level", async () => {
    const folder = await smallProject();
    expect((await runCli(folder, "train")).code).toBe(0);
    const shown = await runCli(folder, "report", "--seeds", "3");
    expect(shown).toMatchObject({ code: 0, stderr: "Seed 2/3\nSeed 3/3\n" });
    expect(shown.stdout).toMatch(/seed stability +0\.\d\d .*over 3 seeds; random directions 0\.\d\d/);
    const report = (await runCli(folder, "report", "--json")).json<Report>();
    expect(report.seedStability).toMatchObject({ seeds: [1, 2, 3] });
    expect(report.seedStability!.neurons).toHaveLength(report.latents);
    for (const seeds of ["0", "1"]) {
      const refused = await runCli(folder, "report", "--seeds", seeds);
      expect(refused).toMatchObject({ code: 1, stdout: "", stderr: expect.stringMatching(/from 2 to 100/) });
    }
  });
});
