/** The files below a folder that could be part of a project, by their names. */
import type { Dirent } from "node:fs";
import { readdir, realpath, stat } from "node:fs/promises";
import { join } from "node:path";
import { readFault } from "./file-fault";
import { liesWithin } from "./manifest-paths";

/** The folder itself and three levels below. */
const DEEPEST = 4;
const MOST_ENTRIES = 4_000;
const OURS =
  /(^|\/)((sae_weights|neurons)\.safetensors|(recprism|recommender|labels|report|structure|audit|sources|cfg)\.json|[^/]*\.steer\.json)$/;

export interface FolderFiles {
  /** Relative to the folder, with forward slashes; those nearer to the top first. */
  files: string[];
  /** Links that lead out of the folder: whatever is there is left alone. */
  outside: string[];
  /** False where there are too many to list all. */
  complete: boolean;
}

/**
 * Files of a folder and three levels below, past hidden folders and packages. Links are followed to files within the folder
 * and to nothing else, so that no circle of them has an effect.
 *
 * @throws RecPrismError file-missing, file-unreadable: of the folder itself
 */
export async function filesBelow(folder: string): Promise<FolderFiles> {
  const found: FolderFiles = { files: [], outside: [], complete: true };
  let level = [""];
  let seen = 0;
  for (let depth = 0; depth < DEEPEST && level.length > 0; depth++) {
    const below: string[] = [];
    for (const prefix of level) {
      for (const entry of await entriesOf(join(folder, prefix), depth === 0)) {
        if (entry.name.startsWith(".") || entry.name === "node_modules") continue;
        if (++seen > MOST_ENTRIES) return { ...found, complete: false };
        const path = `${prefix}${entry.name}`;
        if (entry.isDirectory()) below.push(`${path}/`);
        else if (isOurs(path)) continue;
        else if (!entry.isSymbolicLink()) found.files.push(path);
        else {
          const target = await targetOf(folder, path);
          if (target === "outside") found.outside.push(path);
          if (target === "file") found.files.push(path);
        }
      }
    }
    level = below;
  }
  return found;
}

/** What RecPrism wrote itself: neither source of a project nor part of one. */
export function isOurs(file: string): boolean {
  return OURS.test(file);
}

/** A link that leads nowhere is a file: whoever reads it says what is wrong with it. */
async function targetOf(folder: string, path: string): Promise<"file" | "folder" | "outside"> {
  const real = await realpath(join(folder, path)).catch(() => null);
  if (real === null) return "file";
  if (!liesWithin(await realpath(folder), real)) return "outside";
  return (await stat(real)).isDirectory() ? "folder" : "file";
}

async function entriesOf(folder: string, needed: boolean): Promise<Dirent[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (thrown) {
    if (needed) throw readFault(thrown, folder);
    return [];
  }
}
