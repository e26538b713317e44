/** Folders below `.recprism` in which long work keeps what it has until it is over, so that it can go on after a break. */
import { mkdir, rm, rmdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { writeFault } from "../data/file-fault";

/**
 * @param kind of work
 * @param name which work of that kind
 * @returns a folder that exists
 * @throws RecPrismError disk-full, file-unwritable
 */
export async function makeWorkFolder(project: string, kind: "search" | "seeds", name: string): Promise<string> {
  const folder = join(project, ".recprism", kind, name);
  try {
    await mkdir(folder, { recursive: true });
  } catch (thrown) {
    throw writeFault(thrown, folder);
  }
  return folder;
}

export async function removeWorkFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  // Unless other work of the kind is still in it.
  await rmdir(dirname(folder)).catch(() => {});
}
