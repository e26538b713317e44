/** What a folder holds that could be part of a project: matrices, tables and lists of ids, without reading matrices. */
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { RecPrismError } from "../protocol/error";
import type { MatrixSource, TableSource } from "../protocol/manifest";
import { fileStats } from "./file-fault";
import { filesBelow, isOurs } from "./folder-files";
import { readIdList } from "./identity-list";
import { readJsonFile } from "./json-file";
import type { KnownSet } from "./known-set";
import { knownSetAmong } from "./known-sets";
import { locate } from "./manifest-paths";
import { describeMatrixFile, matrixFormatOf } from "./matrix-file";
import type { FoundArray } from "./matrix-format";
import { namesEmbeddings, namesIds, namesInteractions, numberedNames, subjectOfFile } from "./recognise";
import { LARGEST_DESCRIBED } from "./table-text";
import { describeTable, type TableDescription } from "./tables";

export interface FoundMatrix {
  /** What choices call it: its file, or `model.pt › item_embedding.weight` where a file holds several. */
  name: string;
  /** Relative to the scanned folder, with forward slashes. */
  file: string;
  /** The array's own name within its file, if it has one. */
  part: string | null;
  /** As a manifest in the folder says it. */
  source: MatrixSource;
  rows: number;
  columns: number;
  dtype: string;
  /** The file says an id for each row. */
  namesRows: boolean;
}

export interface FoundTable extends TableDescription {
  /** What choices call it: its file. */
  name: string;
  /** Relative to the scanned folder, with forward slashes. */
  file: string;
  source: TableSource;
  /** A person pointed at it. */
  pointed: boolean;
}

/** A file that may say the ids of rows: a list of them, or a vocabulary that gives each its row. */
export interface FoundIdFile {
  file: string;
  rule: "list" | "vocabulary";
  ids: readonly string[];
  /** Smallest and largest row of a vocabulary; 0 and the number of ids minus 1 of a list. */
  rows: readonly [number, number];
}

export interface Scan {
  matrices: FoundMatrix[];
  tables: FoundTable[];
  idFiles: FoundIdFile[];
  /** The public data set whose files these are; its tables stand in `tables` as its layout tells to read them. */
  known: KnownSet | null;
  /** Files that could not be read, each with the reason, and limits that were met. */
  faults: { file: string; message: string; isMatrix: boolean }[];
}

const MOST_MATRIX_FILES = 200;
/** Of one file: a checkpoint holds every layer of a model. */
const MOST_ARRAYS = 200;
const MOST_TABLES = 30;
/** Fewer numbered columns of a table are hardly embeddings. */
const LEAST_LIKELY_DIMENSIONS = 5;
/** A larger table is looked at only when its name gives it a role. */
const LARGEST_STRANGER = 64 * 2 ** 20;

/**
 * Looks at most three levels below the folder, past hidden folders and packages. Files nearer to the top come first.
 *
 * @param given files that a person pointed at, relative to the folder: they are looked at first, whatever they are called
 */
export async function scanFolder(folder: string, given: readonly string[] = []): Promise<Scan> {
  const below = await filesBelow(folder);
  const files = [...given.filter((file) => !isOurs(file)), ...below.files.filter((file) => !given.includes(file))];
  const known = await knownSetAmong(folder, files);
  const scan: Scan = { matrices: [], tables: [], idFiles: [], known, faults: [] };
  const look = async (file: string, isMatrix: boolean, at: () => Promise<unknown>) => {
    try {
      await at();
    } catch (thrown) {
      if (!(thrown instanceof RecPrismError)) throw thrown;
      scan.faults.push({ file, message: thrown.message, isMatrix });
    }
  };

  const knownTables = known === null ? [] : tablesOf(known);
  for (const { name, source } of knownTables) {
    await look(name, false, async () =>
      scan.tables.push(await describedTable(folder, name, source, given.includes(name))),
    );
  }
  const ofKnown = new Set(knownTables.flatMap(({ source }) => filesOf(source)));
  const rest = files.filter((file) => !ofKnown.has(file));

  const matrixFiles = rest.filter((file) => matrixFormatOf(file) !== null && !isIdFile(file));
  for (const file of matrixFiles.slice(0, MOST_MATRIX_FILES)) {
    const pointed = given.includes(file);
    if (isTableFile(file) && !pointed && known !== null) continue;
    await look(file, true, async () => {
      // A log holds no vectors, and to count its lines takes long.
      const isLog = namesInteractions(file) && !namesEmbeddings(file);
      if (isLog && (await fileStats(join(folder, file))).size > LARGEST_STRANGER) return;
      scan.matrices.push(...(await matricesOf(folder, file, pointed)));
    });
  }

  const tableFiles = rest.filter((file) => isTableFile(file) && !isIdFile(file));
  for (const file of tableFiles.slice(0, MOST_TABLES)) {
    const pointed = given.includes(file);
    // Beside a known set lie its other splits and notes; other programs keep their settings in .json.
    const doubtful = known !== null || /\.(json(\.gz)?|db|dat|data)$/i.test(file);
    if (!pointed && doubtful && !hasRole(file)) continue;
    const vectors = scan.matrices.filter((matrix) => matrix.file === file);
    await look(file, false, async () => {
      const { size } = await fileStats(join(folder, file));
      if (size > LARGEST_STRANGER && (vectors.length > 0 || !(pointed || hasRole(file)))) return;
      const table = withoutVectors(await describedTable(folder, file, file, pointed), vectors);
      if (table !== null) scan.tables.push(table);
    });
  }
  for (const file of rest.filter(isIdFile)) {
    await look(file, false, async () => {
      if ((await fileStats(join(folder, file))).size <= LARGEST_STRANGER) scan.idFiles.push(await idFile(folder, file));
    });
  }
  for (const file of given) {
    if (ofKnown.has(file) || matrixFiles.includes(file) || tableFiles.includes(file) || isIdFile(file)) continue;
    const message = `${join(folder, file)} is neither embeddings nor a table by its name. Choose a file such as .npy, .safetensors, .pt, .parquet or .csv.`;
    scan.faults.push({ file, message, isMatrix: false });
  }
  for (const file of below.outside.filter((one) => !given.includes(one))) {
    const message = `${join(folder, file)} is a link that leads out of the folder. Choose the file itself, or copy it there.`;
    scan.faults.push({ file, message, isMatrix: false });
  }
  if (!below.complete || matrixFiles.length > MOST_MATRIX_FILES || tableFiles.length > MOST_TABLES) {
    const message = `${folder} holds too many files to look at all. Choose a folder nearer to the embeddings.`;
    scan.faults.push({ file: ".", message, isMatrix: false });
  }
  return scan;
}

function hasRole(file: string): boolean {
  return namesInteractions(file) || subjectOfFile(file).side !== null;
}

/** Whether a file may hold a table, by its name. */
export function isTableFile(file: string): boolean {
  return /\.(([ct]sv|dat|data|inter|json|jsonl|ndjson)(\.gz)?|parquet|sqlite3?|db)$/i.test(file);
}

/** Text gives some five million values a second. */
const MOST_VALUES_OF_TEXT = 10_000_000;

/** Whether to read all of a matrix takes longer than a person waits for a look at it. */
export function isSlowToRead({ file, rows, columns }: FoundMatrix): boolean {
  return rows * columns > MOST_VALUES_OF_TEXT && /\.([ct]sv|jsonl|ndjson|vec|w2v|txt)$/i.test(file);
}

/** `item_ids.txt`, `item2id.json` */
function isIdFile(file: string): boolean {
  return /\.(txt|json|npy)$/i.test(file) && namesIds(file) && !namesInteractions(file);
}

function tablesOf({ items, users, interactions }: KnownSet): { name: string; source: TableSource }[] {
  return [items, users, interactions].filter((table) => table !== null);
}

function filesOf(source: TableSource): string[] {
  if (typeof source === "string") return [source];
  return "file" in source ? [source.file] : Object.values(source.from).flatMap(filesOf);
}

async function describedTable(
  folder: string,
  name: string,
  source: TableSource,
  pointed: boolean,
): Promise<FoundTable> {
  const located = await locate(source, { folder, restricted: false });
  const described = await remember(`table ${JSON.stringify(located)}`, filesOf(located), () =>
    describeTable(located, { sampledBeyond: LARGEST_DESCRIBED }),
  );
  // A table of ratings without a header would lose a line and have numbers for names.
  if (described.headerLooksLikeData && typeof source === "string") {
    return describedTable(folder, name, { file: source, header: false }, pointed);
  }
  return { name, file: name, source, pointed, ...described };
}

/** The arrays of a file that can be embeddings or biases; of a table only those that are likely to be. */
async function matricesOf(folder: string, file: string, pointed: boolean): Promise<FoundMatrix[]> {
  const path = join(folder, file);
  const table = isTableFile(file);
  // Nothing is amiss with a README.txt that holds no word vectors.
  const doubtful = table || /\.(txt|bin)$/i.test(file);
  let arrays: FoundArray[];
  try {
    arrays = await remember(`arrays ${path}`, [path], () => describeMatrixFile(path));
  } catch (thrown) {
    if (doubtful && !namesEmbeddings(file) && !(pointed && !table)) return [];
    throw thrown;
  }
  const usable = arrays.filter(({ shape, unusable }) => unusable === null && shape.length >= 1 && shape.length <= 2);
  if (usable.length === 0 && !doubtful) throw nothingUsable(file, arrays);
  const likely = table ? usable.filter(({ source }) => isLikelyEmbedding(file, source, pointed)) : usable;
  return likely.slice(0, MOST_ARRAYS).map((array) => {
    const { file: _, ...stated } = array.source;
    const part = stated.tensor ?? stated.column ?? null;
    return {
      name: part === null || arrays.length === 1 ? file : `${file} › ${part}`,
      file,
      part,
      source: Object.keys(stated).length === 0 ? file : { file, ...stated },
      rows: array.shape[0],
      columns: array.shape[1] ?? 1,
      dtype: array.dtype,
      namesRows: stated.id !== undefined || /after a word/.test(array.dtype),
    };
  });
}

function isLikelyEmbedding(file: string, { column, columns = [] }: FoundArray["source"], pointed: boolean): boolean {
  if (column !== undefined || namesEmbeddings(file)) return true;
  const numbered = pointed || numberedNames(columns);
  return columns.length >= LEAST_LIKELY_DIMENSIONS && numbered && !namesInteractions(file);
}

async function idFile(folder: string, file: string): Promise<FoundIdFile> {
  const path = join(folder, file);
  return remember(`ids ${path}`, [path], async (): Promise<FoundIdFile> => {
    if (/\.json$/i.test(file)) {
      const schema = z.union([z.array(z.union([z.string(), z.int()])), z.record(z.string(), z.int())]);
      const content = await readJsonFile(path, schema, "file-format");
      if (!Array.isArray(content)) {
        const rows = Object.values(content);
        const range = rows.reduce(
          ({ least, most }, row) => ({ least: Math.min(least, row), most: Math.max(most, row) }),
          { least: rows[0] ?? 0, most: rows[0] ?? 0 },
        );
        return { file, rule: "vocabulary", ids: Object.keys(content), rows: [range.least, range.most] };
      }
    }
    const ids = await readIdList(path);
    return { file, rule: "list", ids, rows: [0, ids.length - 1] };
  });
}

/** What a table says besides vectors; null where that is nothing but an id. */
function withoutVectors(table: FoundTable, matrices: readonly FoundMatrix[]): FoundTable | null {
  if (matrices.length === 0) return table;
  if (matrices.some(({ source }) => typeof source === "string")) return null;
  const vectors = new Set(
    matrices.flatMap(({ source }) => (typeof source === "string" ? [] : [...(source.columns ?? []), source.column])),
  );
  const columns = table.columns.filter(({ name }) => !vectors.has(name));
  return columns.length < 2 ? null : { ...table, columns };
}

function nothingUsable(file: string, arrays: readonly FoundArray[]): RecPrismError {
  const why =
    arrays.find((array) => array.unusable !== null)?.unusable ?? "It holds no array of one or two dimensions.";
  return new RecPrismError("dtype-unsupported", `${file} holds no embeddings. ${why}`, { file });
}

/** Files are described again and again while a person makes choices; what has not changed is not read again. */
const remembered = new Map<string, unknown>();
const MOST_REMEMBERED = 300;

async function remember<Value>(what: string, files: string[], look: () => Promise<Value>): Promise<Value> {
  const stamps = files.map(async (file) => {
    const stats = await stat(file).catch(() => null);
    return `${stats?.size}|${stats?.mtimeMs}`;
  });
  const key = [what, ...(await Promise.all(stamps))].join("|");
  if (remembered.has(key)) return remembered.get(key) as Value;
  const value = await look();
  if (remembered.size >= MOST_REMEMBERED) remembered.clear();
  remembered.set(key, value);
  return value;
}
