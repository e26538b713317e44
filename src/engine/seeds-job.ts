/** The work of seed stability: trains an SAE's own settings from other seeds, and compares what they find. */
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { replaceFolderAtomically } from "../data/atomic-write";
import type { Dataset } from "../data/dataset";
import type { SeedStability } from "../protocol/artifact";
import { RecPrismError } from "../protocol/error";
import type { SaeSettings } from "../protocol/manifest";
import type { Recommender } from "../recommender/recommender";
import { type MeasuredArtifact, readArtifact, unmeasured, writeReport } from "../sae/artifact";
import { removeCheckpoint } from "../sae/checkpoint";
import type { Sae } from "../sae/model";
import { readSae, writeSae } from "../sae/saelens";
import { type SeededDecoder, seedStability } from "../sae/seed-stability";
import { checkDimensions } from "./artifact-fit";
import { measuredRows } from "./measured-rows";
import { withOpenData } from "./open-data";
import { paceOf, partOf } from "./pace";
import { saeOnData } from "./sae-on-data";
import { type JobHooks, type JobResult, NOT_STARTED, progressReporter, type Report, trained } from "./train-job";
import { makeWorkFolder, removeWorkFolder } from "./work-folder";

export interface SeedsJob {
  kind: "seeds";
  manifestPath: string;
  /** Absolute folder of the SAE, whose report it adds to. */
  out: string;
  /** How many, the SAE's own being the first. */
  seeds: number;
}

const MOST_SEEDS = 100;
const SEED_VALUES = 2 ** 32;

/** @throws RecPrismError "settings-invalid" */
export function checkSeeds(seeds: number): void {
  if (Number.isInteger(seeds) && seeds >= 2 && seeds <= MOST_SEEDS) return;
  throw new RecPrismError(
    "settings-invalid",
    `${seeds} seeds cannot be compared. Ask for a whole number from 2 to ${MOST_SEEDS}; the SAE's own seed is the first.`,
    { key: "seeds" },
  );
}

/** @throws RecPrismError "settings-invalid" for an SAE that was trained elsewhere; "artifact-stale" where it was replaced meanwhile */
export async function runSeedsJob(job: SeedsJob, hooks: JobHooks): Promise<JobResult> {
  hooks.progress(NOT_STARTED);
  try {
    await compareSeeds(job, hooks);
  } catch (thrown) {
    if (!(thrown instanceof RecPrismError && thrown.reason === "cancelled")) throw thrown;
    return { artifact: null, interrupted: true };
  }
  return { artifact: job.out, interrupted: false };
}

async function compareSeeds({ manifestPath, out, seeds }: SeedsJob, hooks: JobHooks): Promise<void> {
  const { sae, hash } = await measuredArtifact(out);
  const { settings } = sae;
  if (settings === null) {
    throw new RecPrismError(
      "settings-invalid",
      `The SAE in ${out} does not tell its training settings, as one that was trained elsewhere, so it cannot be trained from other seeds. Train one with RecPrism.`,
      { file: out },
    );
  }
  await withOpenData(manifestPath, async (dataset, recommender) => {
    checkDimensions(sae, dataset, out);
    const folder = await makeWorkFolder(dataset.folder, "seeds", hash.replace("sha256:", ""));
    const seeded: SeededSae[] = [{ seed: settings.seed, sae }];
    for (let number = 2; number <= seeds; number++) {
      const seed = (settings.seed + number - 1) % SEED_VALUES;
      const report = progressReporter(hooks, { number, of: seeds });
      const run = { out: join(folder, `seed-${seed}`), settings: { ...settings, seed } };
      seeded.push({ seed, sae: await saeOfRun(run, dataset, recommender, hooks, report) });
    }
    await record(out, hash, await compared(seeded, dataset, hooks));
    await removeWorkFolder(folder);
  });
}

interface SeededSae {
  seed: number;
  sae: Sae;
}

/**
 * As it was trained before an interruption, or trained now.
 *
 * @throws RecPrismError "cancelled"
 */
async function saeOfRun(
  { out, settings }: { out: string; settings: SaeSettings },
  dataset: Dataset,
  recommender: Recommender,
  hooks: JobHooks,
  report: Report,
): Promise<Sae> {
  const earlier = await readSae(out).catch(() => null);
  if (earlier && isDeepStrictEqual(earlier.sae.settings, settings)) return earlier.sae;
  report({ phase: "preparing" });
  const { ended } = await trained({ out, settings, restart: false }, dataset, recommender, hooks, report);
  if (ended.stopped === "cancelled") throw new RecPrismError("cancelled", "Training from other seeds was cancelled.");
  await replaceFolderAtomically(out, async (temporary) => {
    await writeSae(temporary, ended.sae);
  });
  await removeCheckpoint(out);
  return ended.sae;
}

/** All on the rows that the first one is measured on. */
async function compared(seeded: readonly SeededSae[], dataset: Dataset, hooks: JobHooks): Promise<SeedStability> {
  const [{ seed, sae }] = seeded;
  // No concepts are asked for: only which neurons are live.
  const rows = measuredRows(dataset, sae.encoderBias.length, seed, []);
  const report = progressReporter(hooks);
  report({ phase: "measuring" });
  const pace = paceOf({ progress: (measuredShare) => report({ measuredShare }), cancelled: hooks.cancelled });
  const decoders: SeededDecoder[] = [];
  for (const [index, { seed, sae }] of seeded.entries()) {
    const part = partOf(pace, index / seeded.length, (index + 1) / seeded.length);
    const { live } = (await saeOnData(sae, rows, 0, part)).health;
    decoders.push({ seed, decoderWeights: sae.decoderWeights, live });
  }
  const stability = await seedStability(decoders);
  if (stability !== null) return stability;
  const dead = decoders.find(({ live }) => !live.includes(1))!;
  throw new RecPrismError(
    "training-diverged",
    `All neurons of the SAE of seed ${dead.seed} are dead, so there is nothing to compare. Train with other weights of the losses.`,
    { key: "sae.settings" },
  );
}

/** The artifact is read anew: a person may have edited its labels, or trained, while seeds were trained. */
async function record(folder: string, hash: string, stability: SeedStability): Promise<void> {
  const { hash: now, report } = await measuredArtifact(folder);
  if (now !== hash) {
    throw new RecPrismError(
      "artifact-stale",
      `The SAE in ${folder} was replaced while its settings were trained from other seeds. Compare the seeds of the new one.`,
      { file: folder },
    );
  }
  await writeReport(folder, { ...report, seedStability: stability });
}

async function measuredArtifact(folder: string): Promise<MeasuredArtifact> {
  const artifact = await readArtifact(folder);
  if (artifact.labels !== null) return artifact;
  throw unmeasured(folder);
}
