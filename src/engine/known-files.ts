/** What the files of a manifest hold, by headers and counts, remembered while they stay as they are. */
import { stat } from "node:fs/promises";
import { describeMatrixFile } from "../data/matrix-file";
import type { FoundArray } from "../data/matrix-format";
import { LARGEST_DESCRIBED } from "../data/table-text";
import { describeTable, type TableDescription } from "../data/tables";
import type { TableSource } from "../protocol/manifest";
import { readHeadFile } from "../recommender/head-file";
import { filesOf } from "./source-files";

export interface KnownTable {
  columns: readonly string[];
  /** Null for a table too large to be read while somebody types: a sample of it counts nothing. */
  described: TableDescription | null;
}

/** Names of a model's inputs, without its weights, and of its outputs. */
export interface KnownPorts {
  inputs: string[];
  outputs: string[];
}

/**
 * @param source its files are absolute; of a query nothing is known without running it
 * @throws RecPrismError as `describeTable`
 */
export async function knownTable(source: Exclude<TableSource, { sql: string }>): Promise<KnownTable> {
  return remembered(`table ${JSON.stringify(source)}`, filesOf(source), async () => {
    const described = await describeTable(source, { sampledBeyond: LARGEST_DESCRIBED });
    const columns = described.columns.map(({ name }) => name);
    return { columns, described: described.estimatedRows === null ? described : null };
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
  look: () => Promise<Answer>,
): Promise<Answer> {
  const stats = await Promise.all(files.map((file) => stat(file).catch(() => null)));
  const key = [what, ...stats.map((one) => `${one?.size} ${one?.mtimeMs}`)].join("|");
  const before = answers.get(key);
  if (before !== undefined) return before as Promise<Answer>;
  if (answers.size >= MOST_ANSWERS) answers.clear();
  const answer = look();
  answers.set(key, answer);
  return answer;
}
