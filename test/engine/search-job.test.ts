/** A search, whole and broken off, on a project that trains within a moment. */
import { existsSync, readdirSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { rememberedRuns } from "../../src/engine/run-history";
import { checkSearch, runSearchJob, type SearchJob } from "../../src/engine/search-job";
import { RecPrismError } from "../../src/protocol/error";
import type { SaeSettings } from "../../src/protocol/manifest";
import type { RunRecord } from "../../src/protocol/run";
import { readArtifact } from "../../src/sae/artifact";
import { hasCheckpoint } from "../../src/sae/checkpoint";
import { tradeOffScore } from "../../src/sae/trade-off";
import type { train } from "../../src/sae/train";
import { failure } from "../data/scratch";
import { smallProject, trainedNumbers, watched } from "./small-project";

/** Which settings diverge, as real ones do at some size of the data. */
let diverges: (settings: SaeSettings) => boolean = () => false;

vi.mock("../../src/sae/train", async (importOriginal) => {
  const original = await importOriginal<{ train: typeof train }>();
  return {
    ...original,
    train: async (...[input, hooks, resumed]: Parameters<typeof train>) => {
      if (!diverges(input.settings)) return original.train(input, hooks, resumed);
      throw new RecPrismError("training-diverged", "Training diverged at step 1.");
    },
  };
});

function search(folder: string, changes: Partial<SearchJob> = {}): SearchJob {
  return {
    kind: "search",
    manifestPath: join(folder, "recprism.json"),
    out: join(folder, "sae"),
    settings: {},
    trials: 3,
    tradeOff: 0.5,
    restart: false,
    finish: false,
    ...changes,
  };
}

const bestOf = (runs: readonly RunRecord[], tradeOff: number) =>
  runs.toSorted((a, b) => tradeOffScore(b.measures, tradeOff)! - tradeOffScore(a.measures, tradeOff)!)[0];

/** The search's own folder; there is one at most. */
function searchFolder(project: string): string | null {
  const all = join(project, ".recprism", "search");
  return existsSync(all) ? join(all, readdirSync(all)[0]) : null;
}

describe("a search", () => {
  it.each([0, 0.5, 1])("publishes the trial that is best by the trade-off %d, and remembers all", async (tradeOff) => {
    const folder = await smallProject();
    const hooks = watched();
    const result = await runSearchJob(search(folder, { tradeOff }), hooks);
    const runs = await rememberedRuns(folder);
    expect(runs.map(({ trial, state }) => [trial, state])).toEqual([
      [1, "done"],
      [2, "done"],
      [3, "done"],
    ]);
    const best = bestOf(runs, tradeOff);
    expect(result).toMatchObject({ artifact: join(folder, "sae"), interrupted: false });
    expect(result.trials![0]).toEqual({
      number: best.trial,
      run: best.id,
      score: tradeOffScore(best.measures, tradeOff),
    });
    const scores = result.trials!.map(({ score }) => score!);
    expect(scores).toEqual(scores.toSorted((a, b) => b - a));
    expect(await readArtifact(join(folder, "sae"))).toMatchObject({
      hash: best.sae,
      report: { settings: best.settings, interrupted: false },
    });
    expect(searchFolder(folder)).toBeNull();
    expect(trainedNumbers(hooks.told)).toEqual([1, 2, 3]);
    expect(hooks.told.at(-1)).toMatchObject({ phase: "measuring", trial: { number: 3, of: 3 } });
  });

  it("tries other sizes and weights, but leaves what a person stated", async () => {
    const folder = await smallProject({ predictionWeight: 7 });
    await runSearchJob(search(folder, { settings: { klWeight: 0.3 } }), watched());
    const runs = await rememberedRuns(folder);
    expect(new Set(runs.map(({ settings }) => settings.latents)).size).toBeGreaterThan(1);
    expect(new Set(runs.map(({ settings }) => settings.learningRate)).size).toBe(3);
    for (const { settings } of runs) {
      expect(settings).toMatchObject({ predictionWeight: 7, klWeight: 0.3, epochs: 3, batch: 64 });
    }
  });

  it("cannot be made where all that it would try is stated", async () => {
    const all = { predictionWeight: 1, reconstructionWeight: 1, klWeight: 1, coherenceWeight: 1, learningRate: 0.01 };
    const folder = await smallProject({ ...all, latents: 12 });
    await failure(runSearchJob(search(folder), watched()), "settings-invalid", "learningRate", "latents");
    await runSearchJob(search(folder, { trials: 1 }), watched());
    expect(await rememberedRuns(folder)).toHaveLength(1);
  });

  it.each([
    [{ trials: 0, tradeOff: 0.5 }, "search.trials"],
    [{ trials: 1001, tradeOff: 0.5 }, "search.trials"],
    [{ trials: 2.5, tradeOff: 0.5 }, "search.trials"],
    [{ trials: 3, tradeOff: -0.1 }, "search.tradeOff"],
    [{ trials: 3, tradeOff: 1.1 }, "search.tradeOff"],
    [{ trials: 3, tradeOff: Number.NaN }, "search.tradeOff"],
  ])("is refused when asked for as %o", (request, key) => {
    expect(() => checkSearch(request)).toThrowError(
      expect.objectContaining({ reason: "settings-invalid", where: { key } }),
    );
  });
});

describe("a search that was broken off", () => {
  /** Cancelled once the second trial is at work in a phase. */
  async function broken(folder: string, phase: "training" | "measuring") {
    const hooks = watched(({ trial, phase: now, step }) => trial?.number === 2 && now === phase && step > 0);
    return runSearchJob(search(folder), hooks);
  }

  it.each(["training", "measuring"] as const)(
    "keeps the best so far when cancelled while %s, and then ends as if nothing had happened",
    async (phase) => {
      const undisturbed = await smallProject();
      await runSearchJob(search(undisturbed), watched());
      const weights = (await rememberedRuns(undisturbed)).map(({ trial, sae }) => [trial, sae]);

      const folder = await smallProject();
      const cancelled = await broken(folder, phase);
      const [first] = await rememberedRuns(folder);
      expect(cancelled).toMatchObject({
        artifact: join(folder, "sae"),
        interrupted: true,
        trials: [{ run: first.id }],
      });
      expect((await readArtifact(join(folder, "sae"))).hash).toBe(first.sae);
      expect(await hasCheckpoint(join(searchFolder(folder)!, "trial-2"))).toBe(true);

      const hooks = watched();
      const resumed = await runSearchJob(search(folder), hooks);
      expect(resumed).toMatchObject({ interrupted: false, trials: [{}, {}, {}] });
      expect(trainedNumbers(hooks.told)).toEqual(phase === "training" ? [2, 3] : [3]);
      const ofSecond = hooks.told.filter(({ trial, phase: now }) => trial?.number === 2 && now === "training");
      expect(ofSecond[0].resumedAt).toBeGreaterThan(0);
      const runs = await rememberedRuns(folder);
      expect(runs.map(({ trial, sae }) => [trial, sae])).toEqual(weights);
      expect((await readArtifact(join(folder, "sae"))).hash).toBe(bestOf(runs, 0.5).sae);
      expect(searchFolder(folder)).toBeNull();
    },
  );

  it("leaves the SAE of before where no trial was finished", async () => {
    const folder = await smallProject();
    await runSearchJob(search(folder, { trials: 1 }), watched());
    const { hash } = await readArtifact(join(folder, "sae"));
    const hooks = watched(({ step }) => step > 0);
    expect(await runSearchJob(search(folder, { settings: { seed: 9 } }), hooks)).toEqual({
      artifact: null,
      interrupted: true,
      trials: [],
    });
    expect((await readArtifact(join(folder, "sae"))).hash).toBe(hash);
  });

  it("publishes what a killed process had finished, without training", async () => {
    const folder = await smallProject();
    await broken(folder, "training");
    await rm(join(folder, "sae"), { recursive: true });
    const hooks = watched();
    const finished = await runSearchJob(search(folder, { finish: true, restart: true }), hooks);
    expect(finished).toMatchObject({ artifact: join(folder, "sae"), interrupted: true, trials: [{ number: 1 }] });
    expect(trainedNumbers(hooks.told)).toEqual([]);
    expect((await readArtifact(join(folder, "sae"))).labels).not.toBeNull();
  });

  it("trains a trial anew whose artifact does not read, and all of them when told to", async () => {
    const folder = await smallProject();
    await broken(folder, "training");
    const cut = join(searchFolder(folder)!, "trial-1", "sae_weights.safetensors");
    await writeFile(cut, (await readFile(cut)).subarray(0, 100));
    const hooks = watched(({ trial, step }) => trial?.number === 3 && step > 0);
    await runSearchJob(search(folder), hooks);
    expect(trainedNumbers(hooks.told)).toEqual([1, 2, 3]);

    const again = watched();
    await runSearchJob(search(folder, { restart: true }), again);
    expect(trainedNumbers(again.told)).toEqual([1, 2, 3]);
    expect(again.told.every(({ resumedAt }) => resumedAt === null)).toBe(true);
  });

  it("goes on with more trials, or ranked otherwise", async () => {
    const folder = await smallProject();
    await broken(folder, "training");
    const hooks = watched();
    const longer = await runSearchJob(search(folder, { trials: 4, tradeOff: 1 }), hooks);
    expect(trainedNumbers(hooks.told)).toEqual([2, 3, 4]);
    expect(longer.trials![0].run).toBe(bestOf(await rememberedRuns(folder), 1).id);
  });
});

describe("a trial that diverges", () => {
  /** The one with the preset's learning rate. */
  const isFirst = ({ learningRate }: SaeSettings) => learningRate === 3e-3;

  it("is remembered as failed, ranks last, and does not end the search", async () => {
    const folder = await smallProject();
    diverges = isFirst;
    const result = await runSearchJob(search(folder), watched());
    diverges = () => false;
    const [first, ...others] = await rememberedRuns(folder);
    expect(first).toMatchObject({ trial: 1, state: "failed", stopped: "diverged", sae: "", measures: { ms: null } });
    expect(others.map(({ state }) => state)).toEqual(["done", "done"]);
    expect(result.trials!.at(-1)).toEqual({ number: 1, run: first.id, score: null });
    expect((await readArtifact(join(folder, "sae"))).hash).toBe(bestOf(others, 0.5).sae);
  });

  it("is not trained again when the search goes on", async () => {
    const folder = await smallProject();
    diverges = isFirst;
    await runSearchJob(
      search(folder),
      watched(({ trial, step }) => trial?.number === 2 && step > 0),
    );
    diverges = () => false;
    const hooks = watched();
    const result = await runSearchJob(search(folder), hooks);
    expect(trainedNumbers(hooks.told)).toEqual([2, 3]);
    expect(result.trials!.at(-1)).toMatchObject({ number: 1, score: null });
  });

  it("fails the search when all do", async () => {
    const folder = await smallProject();
    diverges = () => true;
    await failure(runSearchJob(search(folder), watched()), "training-diverged", "all 3 trials");
    diverges = () => false;
    expect((await rememberedRuns(folder)).map(({ state }) => state)).toEqual(["failed", "failed", "failed"]);
    expect(existsSync(join(folder, "sae"))).toBe(false);
  });
});
