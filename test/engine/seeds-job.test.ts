/** Seed stability of a trained SAE, as a job. */
import { existsSync, readdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { writeSample } from "../../src/data/sample";
import { checkSeeds, runSeedsJob } from "../../src/engine/seeds-job";
import { runTrainJob } from "../../src/engine/train-job";
import type { Report } from "../../src/protocol/artifact";
import type { SaeSettings } from "../../src/protocol/manifest";
import { readArtifact, writeArtifact } from "../../src/sae/artifact";
import { hasCheckpoint } from "../../src/sae/checkpoint";
import { failure, scratchFolder } from "../data/scratch";
import { randomSae } from "../sae/fixtures";
import { completeReport, unlabelled } from "../sae/report";
import { SMALL_DIMENSIONS, smallProject, trainedNumbers, watched } from "./small-project";

const seedsJob = (folder: string, seeds = 3) => ({
  kind: "seeds" as const,
  manifestPath: join(folder, "recprism.json"),
  out: join(folder, "sae"),
  seeds,
});

async function trainedSae(folder: string, settings: Partial<SaeSettings> = {}): Promise<void> {
  const { manifestPath, out } = seedsJob(folder);
  await runTrainJob(
    { kind: "train", manifestPath, out, settings, restart: false, finish: false, trial: null },
    watched(),
  );
}

async function reportIn(folder: string): Promise<Report> {
  return (await readArtifact(join(folder, "sae"))).report!;
}

describe("seed stability", () => {
  it("is well above chance on the sample, whose neurons stand for something", async () => {
    const folder = join(await scratchFolder(), "films");
    await writeSample(folder);
    await trainedSae(folder, { latents: 24, epochs: 6 });
    const before = await reportIn(folder);
    const labels = await readFile(join(folder, "sae", "labels.json"));

    expect(await runSeedsJob(seedsJob(folder), watched())).toEqual({
      artifact: join(folder, "sae"),
      interrupted: false,
    });
    const { seedStability, ...rest } = await reportIn(folder);
    expect(seedStability!.seeds).toEqual([1, 2, 3]);
    expect(seedStability!.mean.interval![0]).toBeGreaterThan(seedStability!.chance + 0.1);
    expect(seedStability!.neurons).toHaveLength(24);
    expect({ ...rest, seedStability: null }).toEqual(before);
    expect(await readFile(join(folder, "sae", "labels.json"))).toEqual(labels);
    expect(readdirSync(join(folder, ".recprism"))).toEqual(["runs"]);
  }, 60_000);

  it("goes on where it was cancelled, with the same result", async () => {
    const undisturbed = await smallProject();
    await trainedSae(undisturbed);
    await runSeedsJob(seedsJob(undisturbed), watched());

    const folder = await smallProject();
    await trainedSae(folder);
    const before = await readFile(join(folder, "sae", "report.json"));
    const cancelling = watched(({ trial, step }) => trial?.number === 3 && step > 0);
    expect(await runSeedsJob(seedsJob(folder), cancelling)).toEqual({ artifact: null, interrupted: true });
    expect(trainedNumbers(cancelling.told)).toEqual([2, 3]);
    expect(await readFile(join(folder, "sae", "report.json"))).toEqual(before);
    const { hash } = await readArtifact(join(folder, "sae"));
    const kept = join(folder, ".recprism", "seeds", hash.replace("sha256:", ""));
    expect(existsSync(join(kept, "seed-2", "sae_weights.safetensors"))).toBe(true);
    expect(await hasCheckpoint(join(kept, "seed-3"))).toBe(true);

    const resuming = watched();
    await runSeedsJob(seedsJob(folder), resuming);
    expect(trainedNumbers(resuming.told)).toEqual([3]);
    expect(resuming.told.some(({ resumedAt }) => resumedAt !== null)).toBe(true);
    expect((await reportIn(folder)).seedStability).toEqual((await reportIn(undisturbed)).seedStability);
  });

  it("takes the seed after the greatest from the start", async () => {
    const folder = await smallProject({ seed: 4_294_967_295 });
    await trainedSae(folder);
    await runSeedsJob(seedsJob(folder, 2), watched());
    expect((await reportIn(folder)).seedStability!.seeds).toEqual([4_294_967_295, 0]);
  });

  it("cannot be measured of an SAE that was trained elsewhere", async () => {
    const folder = await smallProject();
    const sae = { ...randomSae(SMALL_DIMENSIONS, 12), settings: null };
    await writeArtifact(join(folder, "sae"), sae, (hash) => ({
      labels: unlabelled(12, hash),
      report: completeReport(12, { sae: hash, settings: null }),
    }));
    await failure(runSeedsJob(seedsJob(folder), watched()), "settings-invalid", "trained elsewhere");
  });

  it.each([0, 1, 101, 2.5])("is refused for %d seeds", (seeds) => {
    expect(() => checkSeeds(seeds)).toThrowError(
      expect.objectContaining({ reason: "settings-invalid", where: { key: "seeds" } }),
    );
  });
});
