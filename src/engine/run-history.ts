/** The runs of a project that ended, one small file each, so that they can be compared after their weights are gone. */
import { mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { writeFileAtomically } from "../data/atomic-write";
import { type RunRecord, runRecordSchema } from "../protocol/run";

function folderOf(project: string): string {
  return join(project, ".recprism", "runs");
}

/** An id that sorts by time and is a file name everywhere. */
export function runId(started: string, seed: number): string {
  return `${started.replace(/[^0-9TZ]/g, "-")}-${seed}`;
}

export async function rememberRun(project: string, record: RunRecord): Promise<void> {
  const folder = folderOf(project);
  await mkdir(folder, { recursive: true });
  await writeRecord(join(folder, `${record.id}.json`), record);
}

export async function writeRecord(file: string, record: RunRecord): Promise<void> {
  await writeFileAtomically(file, `${JSON.stringify(record)}\n`);
}

/** Null for a file that is none or is missing. */
export async function readRecord(file: string): Promise<RunRecord | null> {
  return runRecordSchema.safeParse(await contentOf(file)).data ?? null;
}

/** Oldest first. Files that are no run records are passed over: the folder is in the user's workspace. */
export async function rememberedRuns(project: string): Promise<RunRecord[]> {
  const folder = folderOf(project);
  const names = await readdir(folder).catch(() => []);
  const records: RunRecord[] = [];
  for (const name of names.filter((candidate) => candidate.endsWith(".json")).sort()) {
    const record = await readRecord(join(folder, name));
    if (record) records.push(record);
  }
  return records;
}

async function contentOf(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, "utf8"));
  } catch {
    return null;
  }
}
