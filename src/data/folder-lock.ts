/** One process at a time where several read a folder's files in order to replace them. */
import { open, readFile, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { RecPrismError } from "../protocol/error";
import { faultCode } from "./file-fault";

const RETRY_MILLISECONDS = 15;
const PATIENCE_MILLISECONDS = 30_000;

/**
 * Does work while no other process, and no other call of this one, works on the folder under this lock. The lock is a
 * file beside the folder, so that the folder may be replaced meanwhile; one that a killed process left is taken over.
 * Where no file may be made there, the work goes on without: it is then most likely refused anyway.
 */
export async function whileLocked<Result>(folder: string, work: () => Promise<Result>): Promise<Result> {
  const lock = join(dirname(folder), `.${basename(folder)}.lock`);
  const held = await acquired(lock);
  try {
    return await work();
  } finally {
    if (held) await rm(lock, { force: true });
  }
}

async function acquired(lock: string): Promise<boolean> {
  const deadline = Date.now() + PATIENCE_MILLISECONDS;
  for (;;) {
    try {
      const handle = await open(lock, "wx");
      try {
        await handle.writeFile(String(process.pid));
      } finally {
        await handle.close();
      }
      return true;
    } catch (thrown) {
      if (faultCode(thrown) !== "EEXIST") return false;
    }
    if (await isAbandoned(lock)) await rm(lock, { force: true });
    else if (Date.now() > deadline) {
      throw new RecPrismError(
        "file-unwritable",
        `Another process has been writing beside ${lock} for long. Wait for it to end, or remove that file if there is none.`,
        { file: lock },
      );
    } else await delay(RETRY_MILLISECONDS);
  }
}

/** Its process is gone. A lock that is empty or gone is just being made or given back. */
async function isAbandoned(lock: string): Promise<boolean> {
  const holder = Number(await readFile(lock, "utf8").catch(() => ""));
  if (!Number.isInteger(holder) || holder <= 0) return false;
  try {
    process.kill(holder, 0);
    return false;
  } catch (thrown) {
    return faultCode(thrown) === "ESRCH";
  }
}
