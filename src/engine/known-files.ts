/** What the files of a manifest hold, by headers and counts, remembered while they stay as they are. */
import { readdir, stat } from "node:fs/promises";
import { extname, join } from "node:path";
import { readCsvHeader } from "../data/csv-header";
import { describeMatrixFile } from "../data/matrix-file";
import type { FoundArray } from "../data/matrix-format";
import { withTable } from "../data/table-database";
import { describeTable, type TableDescription } from "../data/tables";
import type { TableSource } from "../protocol/manifest";
import { readHeadFile } from "../recommender/head-file";
import { filesOf } from "./source-files";

export interface KnownTable {
  columns: readonly string[];
  /** Null for a table too large to be read while somebody types. */
  described: TableDescription | null;
}

/** Names of a model's inputs, without its weights, and of its outputs. */
export interface KnownPorts {
  inputs: string[];
  outputs: string[];
}

/** Reading all of a larger table takes too long for who is typing. */
const LARGEST_COUNTED = 64 * 2 ** 20;
const TEXT_TABLES = [".csv", ".tsv", ".dat", ".txt"];

/**
 * @param source its files are absolute; of a query nothing is known without running it
 * @throws RecPrismError as `describeTable`
 */
export async function knownTable(source: Exclude<TableSource, { sql: string }>): Promise<KnownTable> {
  const file = typeof source === "string" ? source : source.file;
  return remembered(`table ${JSON.stringify(source)}`, filesOf(source), async ({ bytes }) => {
    if (bytes <= LARGEST_COUNTED) {
      const described = await describeTable(source);
      return { columns: described.columns.map(({ name }) => name), described };
    }
    const columns = TEXT_TABLES.includes(extname(file).toLowerCase())
      ? (await readCsvHeader(source)).columns
      : await withTable(source, async (loaded) => loaded.columns, { columns: [] });
    return { columns, described: null };
  });
}

/** @throws RecPrismError as `describeMatrixFile` */
export async function knownArrays(file: string): Promise<FoundArray[]> {
  return remembered(`arrays ${file}`, [file], () => describeMatrixFile(file));
}

/** @throws RecPrismError as `readHeadFile` */
export async function knownPorts(file: string): Promise<KnownPorts> {
  return remembered(`ports ${file}`, [file], async () => {
    const { graph } = (await readHeadFile(file)).model;
    const names = (ports: readonly { name?: string | null }[] | null | undefined) =>
      (ports ?? []).map(({ name }) => name ?? "");
    const weights = new Set(names(graph?.initializer));
    return { inputs: names(graph?.input).filter((name) => !weights.has(name)), outputs: names(graph?.output) };
  });
}

/** Answers by what was asked; faults are remembered too, since they are asked for as often. */
const answers = new Map<string, Promise<unknown>>();
const MOST_ANSWERS = 300;

async function remembered<Answer>(
  what: string,
  files: readonly string[],
  look: (of: { bytes: number }) => Promise<Answer>,
): Promise<Answer> {
  const stats = await Promise.all(files.map((file) => stat(file).catch(() => null)));
  const key = [what, ...stats.map((one) => `${one?.size} ${one?.mtimeMs}`)].join("|");
  const before = answers.get(key);
  if (before !== undefined) return before as Promise<Answer>;
  if (answers.size >= MOST_ANSWERS) answers.clear();
  const answer = look({ bytes: stats.reduce((sum, one) => sum + (one?.size ?? 0), 0) });
  answers.set(key, answer);
  return answer;
}

const DEEPEST = 4;
const MOST_ENTRIES = 2_000;
/** Of our own artifacts. */
const OWN_FILES = /^(sae_weights|neurons)\.safetensors$|^(labels|report|sources|cfg|recprism)\.json$|\.steer\.json$/;

/** Files of a folder and three levels below, relative to it, nearer ones first; past hidden folders and packages. */
export async function filesBelow(folder: string): Promise<string[]> {
  const files: string[] = [];
  let level = [""];
  let seen = 0;
  for (let depth = 0; depth < DEEPEST && level.length > 0; depth++) {
    const below: string[] = [];
    for (const prefix of level) {
      const entries = await readdir(join(folder, prefix), { withFileTypes: true }).catch(() => []);
      for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
        if (entry.name.startsWith(".") || entry.name === "node_modules") continue;
        if (++seen > MOST_ENTRIES) return files;
        if (entry.isDirectory()) below.push(`${prefix}${entry.name}/`);
        else if (!OWN_FILES.test(entry.name)) files.push(`${prefix}${entry.name}`);
      }
    }
    level = below;
  }
  return files;
}
