/** Writing so that an interruption at any moment leaves the old or the new content, never a mixture. */
import { randomBytes } from "node:crypto";
import { chmod, type FileHandle, mkdir, open, readdir, realpath, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { faultCode, writeFault } from "./file-fault";

/** Temporaries of this process that are still being written, folders and files. */
const beingWritten = new Set<string>();

/**
 * Replaces a file as a whole: temporary sibling, flushed to disk, renamed over it. A link is followed, the old mode kept.
 *
 * @throws RecPrismError disk-full, file-unwritable; the old file is then as it was and nothing is left beside it
 */
export function writeFileAtomically(file: string, content: string | Uint8Array): Promise<void> {
  return replaceFileAtomically(file, (handle) => handle.writeFile(content));
}

/**
 * The same for content that is written bit by bit, to a new file open for writing. What `write` throws is passed on.
 *
 * @throws RecPrismError disk-full, file-unwritable
 */
export async function replaceFileAtomically(
  file: string,
  write: (handle: FileHandle) => Promise<unknown>,
): Promise<void> {
  try {
    const target = await realTarget(file);
    const temporary = temporaryOf(target);
    beingWritten.add(temporary);
    try {
      const handle = await open(temporary, "wx");
      try {
        await write(handle);
        await handle.sync();
      } finally {
        await handle.close();
      }
      const mode = await modeOf(target);
      if (mode !== undefined) await chmod(temporary, mode);
      await rename(temporary, target);
    } catch (thrown) {
      await rm(temporary, { force: true });
      throw thrown;
    } finally {
      beingWritten.delete(temporary);
    }
    await flushFolder(dirname(target));
  } catch (thrown) {
    throw writeFault(thrown, file);
  }
}

/** Removes what killed processes left of a file or folder that they were writing; where that is not allowed, nothing. */
export async function removeAbandoned(path: string): Promise<void> {
  try {
    const target = await realTarget(path);
    for (const name of await siblingsOf(target)) {
      if (writerOf(target, name) === undefined || isBeingWritten(target, name)) continue;
      await rm(join(dirname(target), name), { recursive: true, force: true });
    }
  } catch (thrown) {
    if (faultCode(thrown) === undefined) throw thrown;
  }
}

/**
 * Replaces a folder as a whole by what `write` puts into a temporary sibling. The old one waits as `<folder>.previous` during
 * the swap, so readers call `recoverFolder` first. What `write` throws is passed on, and the old folder is then as it was.
 *
 * @throws RecPrismError disk-full, file-unwritable
 */
export async function replaceFolderAtomically(
  folder: string,
  write: (temporaryFolder: string) => Promise<void>,
): Promise<void> {
  try {
    const target = await realTarget(folder);
    await mkdir(dirname(target), { recursive: true });
    await recoverFolder(target);
    const temporary = temporaryOf(target);
    beingWritten.add(temporary);
    try {
      await mkdir(temporary);
      await write(temporary);
      await flushTree(temporary);
      await swap(temporary, target);
    } finally {
      await rm(temporary, { recursive: true, force: true });
      beingWritten.delete(temporary);
    }
    await flushFolder(dirname(target));
    await rm(previousOf(target), { recursive: true, force: true });
  } catch (thrown) {
    throw writeFault(thrown, folder);
  }
}

/**
 * Finishes what an interrupted `replaceFolderAtomically` left: puts the old folder back where there is none, and removes
 * leftovers that no living process is writing. Where nothing may be written, it changes nothing and does not complain.
 */
export async function recoverFolder(folder: string): Promise<void> {
  try {
    const target = await realTarget(folder);
    const siblings = await siblingsOf(target);
    if (!siblings.includes(basename(target)) && siblings.includes(basename(previousOf(target)))) {
      await rename(previousOf(target), target);
    }
    await removeAbandoned(target);
    // A living writer may just be between its two renames: then `.previous` is not ours to remove.
    if (!siblings.some((name) => isBeingWritten(target, name)) && (await exists(target))) {
      await rm(previousOf(target), { recursive: true, force: true });
    }
  } catch (thrown) {
    if (faultCode(thrown) === undefined) throw thrown;
  }
}

/** A reader may put `.previous` back between the two renames; then the folder is in the way again, and we go round. */
async function swap(temporary: string, target: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const replaces = await exists(target);
    if (replaces) {
      await rm(previousOf(target), { recursive: true, force: true });
      await rename(target, previousOf(target));
    }
    try {
      await rename(temporary, target);
      return;
    } catch (thrown) {
      const inTheWay = ["ENOTEMPTY", "EEXIST", "EPERM"].includes(faultCode(thrown) ?? "") && (await exists(target));
      if (inTheWay && attempt < 5) continue;
      if (replaces && !inTheWay) await rename(previousOf(target), target);
      throw thrown;
    }
  }
}

function previousOf(target: string): string {
  return `${target}.previous`;
}

function temporaryOf(target: string): string {
  return join(dirname(target), `.${basename(target)}.${process.pid}-${randomBytes(4).toString("hex")}.tmp`);
}

/** Process id in the name of a temporary of `target`; undefined for any other name. */
function writerOf(target: string, name: string): number | undefined {
  const prefix = `.${basename(target)}.`;
  if (!name.startsWith(prefix)) return undefined;
  const match = /^(\d+)-[0-9a-f]{8}\.tmp$/.exec(name.slice(prefix.length));
  return match === null ? undefined : Number(match[1]);
}

function isBeingWritten(target: string, name: string): boolean {
  const writer = writerOf(target, name);
  if (writer === undefined) return false;
  if (writer === process.pid) return beingWritten.has(join(dirname(target), name));
  try {
    process.kill(writer, 0);
    return true;
  } catch (thrown) {
    return faultCode(thrown) === "EPERM";
  }
}

async function realTarget(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (thrown) {
    if (faultCode(thrown) === "ENOENT") return path;
    throw thrown;
  }
}

async function siblingsOf(target: string): Promise<string[]> {
  try {
    return await readdir(dirname(target));
  } catch (thrown) {
    if (faultCode(thrown) === "ENOENT") return [];
    throw thrown;
  }
}

async function exists(path: string): Promise<boolean> {
  return (await modeOf(path)) !== undefined;
}

async function modeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).mode & 0o777;
  } catch (thrown) {
    if (faultCode(thrown) === "ENOENT") return undefined;
    throw thrown;
  }
}

async function flushTree(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await flushTree(path);
    else if (entry.isFile()) await flushFile(path);
  }
  await flushFolder(folder);
}

async function flushFile(file: string): Promise<void> {
  const handle = await open(file, "r+");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Makes renames durable. Windows and some network disks cannot flush a folder; there the rename itself must do. */
async function flushFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, "r");
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (thrown) {
    if (faultCode(thrown) === undefined) throw thrown;
  }
}
