/** A project on disk that trains within a moment, and what a job on it tells and does. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { writeNpy } from "../../src/data/npy";
import type { JobHooks } from "../../src/engine/train-job";
import type { TrainProgress } from "../../src/protocol/engine";
import type { SaeSettings } from "../../src/protocol/manifest";
import { scratchFolder } from "../data/scratch";
import { minimalManifest } from "../minimal-manifest";
import { randomDataset } from "../sae/fixtures";

export const SMALL_DIMENSIONS = 8;

/** @returns its folder */
export async function smallProject(settings: Partial<SaeSettings> = {}): Promise<string> {
  const folder = await scratchFolder();
  const { users, items } = randomDataset(80, 60, SMALL_DIMENSIONS);
  await writeNpy(join(folder, "users.npy"), users.embeddings);
  await writeNpy(join(folder, "items.npy"), items.embeddings);
  const manifest = minimalManifest("small");
  const sae = { ...manifest.sae, settings: { epochs: 3, batch: 64, ...settings } };
  await writeFile(join(folder, "recprism.json"), JSON.stringify({ ...manifest, sae }));
  return folder;
}

/** Hooks that note all progress, and cancel from the first for which the condition holds. */
export function watched(cancelFrom: (progress: TrainProgress) => boolean = () => false): JobHooks & {
  told: TrainProgress[];
} {
  const told: TrainProgress[] = [];
  let cancelled = false;
  return {
    told,
    progress(progress) {
      told.push(progress);
      cancelled ||= cancelFrom(progress);
    },
    cancelled: () => cancelled,
  };
}

/** Numbers of the runs that made steps, in order. */
export function trainedNumbers(told: readonly TrainProgress[]): number[] {
  const steps = told.filter(({ phase, loss }) => phase === "training" && loss !== null);
  return [...new Set(steps.map(({ trial }) => trial!.number))];
}
