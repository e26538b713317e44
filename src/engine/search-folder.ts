/** Where a search keeps its trials until it is over, so that it can go on where it was stopped. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { Dataset } from "../data/dataset";
import type { Preset, SaeSettings } from "../protocol/manifest";
import type { RunRecord } from "../protocol/run";
import { readArtifact } from "../sae/artifact";
import type { SearchSpace } from "../sae/search-space";
import { trainingPairs } from "../sae/training-set";
import { readRecord, writeRecord } from "./run-history";
import { fingerprint } from "./train-job";
import { makeWorkFolder, removeWorkFolder } from "./work-folder";

export interface SearchIdentity {
  /** Folder that the best artifact is for: searches for different folders may go on at the same time. */
  out: string;
  preset: Preset;
  space: SearchSpace;
}

/**
 * The folder of a search, which exists from now on. Neither the number of trials nor their ranking decides about it, so a
 * search can be made longer, or ranked otherwise, when it goes on.
 *
 * @param anew forget the trials in it
 */
export async function openSearchFolder(
  dataset: Dataset,
  { out, preset, space }: SearchIdentity,
  anew: boolean,
): Promise<string> {
  const data = await fingerprint(dataset, trainingPairs(dataset, space.base.seed));
  const content = JSON.stringify([out, preset, Object.entries(space.base).sort(), [...space.stated].sort(), data]);
  const identity = createHash("sha256").update(content).digest("hex").slice(0, 16);
  const folder = await makeWorkFolder(dataset.folder, "search", identity);
  if (!anew) return folder;
  await removeWorkFolder(folder);
  return makeWorkFolder(dataset.folder, "search", identity);
}

export function trialFolder(search: string, number: number): string {
  return join(search, `trial-${number}`);
}

function recordFile(search: string, number: number): string {
  return `${trialFolder(search, number)}.json`;
}

/** Notes that a trial is over, its artifact being written or its training having failed. */
export async function writeTrial(search: string, record: RunRecord): Promise<void> {
  await writeRecord(recordFile(search, record.trial!), record);
}

/** The record of a trial that is over; null for one that is still to be trained, or whose artifact does not read. */
export async function readTrial(search: string, number: number, settings: SaeSettings): Promise<RunRecord | null> {
  const record = await readRecord(recordFile(search, number));
  if (record === null || !isDeepStrictEqual(record.settings, settings)) return null;
  if (record.state === "failed") return record;
  const artifact = await readArtifact(trialFolder(search, number)).catch(() => null);
  return artifact?.labels && artifact.hash === record.sae ? record : null;
}
