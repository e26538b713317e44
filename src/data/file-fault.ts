/** Faults of the file system in the words of a person: what happened to which file, and what to do. */
import type { Stats } from "node:fs";
import { stat } from "node:fs/promises";
import { RecPrismError } from "../protocol/error";

/** The system's error code (`ENOENT`), or undefined for what is no system error. */
export function faultCode(thrown: unknown): string | undefined {
  if (!(thrown instanceof Error) || !("code" in thrown)) return undefined;
  return typeof thrown.code === "string" && "syscall" in thrown ? thrown.code : undefined;
}

/** What reading `file` ran into; anything that is no system error is returned as it is. */
export function readFault(thrown: unknown, file: string): unknown {
  const code = faultCode(thrown);
  if (code === undefined) return thrown;
  const where = { file };
  switch (code) {
    case "ENOENT":
    case "ENOTDIR":
      return new RecPrismError("file-missing", `${file} does not exist. Check the path.`, where);
    case "EACCES":
    case "EPERM":
      return new RecPrismError(
        "file-unreadable",
        `${file} may not be read. Give yourself permission to read it.`,
        where,
      );
    case "EISDIR":
      return new RecPrismError(
        "file-unreadable",
        `${file} is a folder; a file is expected. Name the file in it.`,
        where,
      );
    case "ELOOP":
      return new RecPrismError("file-unreadable", `${file} is a link that leads to itself. Name a real file.`, where);
    default:
      return new RecPrismError("file-unreadable", `${file} cannot be read (${code}). Check its disk.`, where);
  }
}

/** What writing `file` ran into; anything that is no system error is returned as it is. */
export function writeFault(thrown: unknown, file: string): unknown {
  const code = faultCode(thrown);
  if (code === undefined) return thrown;
  const where = { file };
  switch (code) {
    case "ENOSPC":
    case "EDQUOT":
      return new RecPrismError(
        "disk-full",
        `There is no space left to write ${file}. Free some space and try again; what was there before is untouched.`,
        where,
      );
    case "EACCES":
    case "EPERM":
    case "EROFS":
      return new RecPrismError(
        "file-unwritable",
        `${file} may not be written: ${code === "EROFS" ? "its disk is read-only" : "permission denied"}. Choose another place, or give yourself permission to write there.`,
        where,
      );
    case "ENOENT":
      return new RecPrismError(
        "file-unwritable",
        `${file} cannot be written: its folder does not exist. Create it first.`,
        where,
      );
    case "ENOTDIR":
      return new RecPrismError(
        "file-unwritable",
        `${file} cannot be written: part of its path is a file, not a folder.`,
        where,
      );
    case "EISDIR":
      return new RecPrismError(
        "file-unwritable",
        `${file} is a folder; a file cannot take its place. Choose another name.`,
        where,
      );
    default:
      return new RecPrismError("file-unwritable", `${file} cannot be written (${code}). Choose another place.`, where);
  }
}

/** Stats of an ordinary file; refuses folders, pipes and devices, which could block whoever opens them. */
export async function fileStats(file: string): Promise<Stats> {
  let stats: Stats;
  try {
    stats = await stat(file);
  } catch (thrown) {
    throw readFault(thrown, file);
  }
  if (stats.isFile()) return stats;
  const kind = stats.isDirectory() ? "a folder" : "a device or pipe";
  throw new RecPrismError("file-unreadable", `${file} is ${kind}; a file is expected. Name a file.`, { file });
}
