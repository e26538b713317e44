/** A folder for one test, gone after it; and what a test expects of a failure. */
import { mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect } from "vitest";
import { type ErrorReason, RecPrismError } from "../../src/protocol/error";

const folders: string[] = [];

afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
});

export async function scratchFolder(): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), "recprism-")));
  folders.push(folder);
  return folder;
}

export async function scratchFile(name: string, content: string | Uint8Array): Promise<string> {
  const file = join(await scratchFolder(), name);
  await writeFile(file, content);
  return file;
}

/** The error's data, after its reason and every fragment of its message were found. */
export async function failure(
  work: Promise<unknown>,
  reason: ErrorReason,
  ...fragments: string[]
): Promise<RecPrismError> {
  const thrown = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(thrown instanceof RecPrismError)) throw thrown ?? new Error(`nothing failed; ${reason} was expected`);
  expect(thrown.reason, thrown.message).toBe(reason);
  for (const fragment of fragments) expect(thrown.message).toContain(fragment);
  return thrown;
}
