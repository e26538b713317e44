/** What a folder holds that could be part of a project: matrices and tables, without reading their values. */
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { RecPrismError } from "../protocol/error";
import { fileStats, readFault } from "./file-fault";
import { readNpyHeader } from "./npy";
import { describeNpyDtype } from "./npy-description";
import { namesInteractions, subjectOfFile } from "./recognise";
import { describeTable, type TableDescription } from "./tables";

export interface FoundMatrix {
  /** Relative to the scanned folder, with forward slashes. */
  file: string;
  rows: number;
  columns: number;
  dtype: string;
}

export interface FoundTable extends TableDescription {
  file: string;
}

export interface Scan {
  matrices: FoundMatrix[];
  tables: FoundTable[];
  /** Files that could not be read, each with the reason, and limits that were met. */
  faults: { file: string; message: string }[];
}

/** The folder itself and three levels below. */
const DEEPEST = 4;
const MOST_FILES = 4000;
const MOST_MATRICES = 200;
const MOST_TABLES = 30;
/** A larger table is looked at only when its name gives it a role: that means reading all of it. */
const LARGEST_STRANGER = 64 * 2 ** 20;

/** Looks at most three levels below the folder, past hidden folders and packages. Files nearer to the top come first. */
export async function scanFolder(folder: string): Promise<Scan> {
  const { files, complete } = await filesBelow(folder);
  const result: Scan = { matrices: [], tables: [], faults: [] };
  const told = async (file: string, look: () => Promise<unknown>) => {
    try {
      await look();
    } catch (thrown) {
      if (!(thrown instanceof RecPrismError)) throw thrown;
      result.faults.push({ file, message: thrown.message });
    }
  };
  const matrices = files.filter((file) => /\.npy$/i.test(file));
  const tables = files.filter((file) => /\.[ct]sv$/i.test(file));
  for (const file of matrices.slice(0, MOST_MATRICES)) {
    await told(file, async () => {
      const { rows, columns, dtype } = await readNpyHeader(join(folder, file));
      result.matrices.push({ file, rows, columns, dtype: describeNpyDtype(dtype) });
    });
  }
  for (const file of tables.slice(0, MOST_TABLES)) {
    await told(file, async () => {
      const { size } = await fileStats(join(folder, file));
      const named = namesInteractions(file) || subjectOfFile(file).side !== null;
      if (named || size <= LARGEST_STRANGER)
        result.tables.push({ file, ...(await rememberedTable(join(folder, file))) });
    });
  }
  if (!complete || matrices.length > MOST_MATRICES || tables.length > MOST_TABLES) {
    result.faults.push({
      file: ".",
      message: `${folder} holds too many files to look at all. Choose a folder nearer to the embeddings.`,
    });
  }
  return result;
}

async function filesBelow(folder: string): Promise<{ files: string[]; complete: boolean }> {
  const files: string[] = [];
  let level = [""];
  let seen = 0;
  for (let depth = 0; depth < DEEPEST && level.length > 0; depth++) {
    const below: string[] = [];
    for (const prefix of level) {
      for (const entry of await entriesOf(join(folder, prefix), depth === 0)) {
        if (entry.name.startsWith(".") || entry.name === "node_modules") continue;
        if (++seen > MOST_FILES) return { files, complete: false };
        if (entry.isDirectory()) below.push(`${prefix}${entry.name}/`);
        else files.push(`${prefix}${entry.name}`);
      }
    }
    level = below;
  }
  return { files, complete: true };
}

async function entriesOf(folder: string, needed: boolean) {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (thrown) {
    if (needed) throw readFault(thrown, folder);
    return [];
  }
}

/** Tables are described again and again while a person makes choices; what has not changed is not read again. */
const remembered = new Map<string, TableDescription>();
const MOST_REMEMBERED = 100;

async function rememberedTable(file: string): Promise<TableDescription> {
  const stats = await stat(file).catch(() => null);
  const key = `${file}|${stats?.size}|${stats?.mtimeMs}`;
  const known = remembered.get(key);
  if (known !== undefined) return known;
  const description = await describeTable(file);
  if (remembered.size >= MOST_REMEMBERED) remembered.clear();
  remembered.set(key, description);
  return description;
}
