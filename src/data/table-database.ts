/** One table in a DuckDB of its own, in bounded memory and cut off from the outside once its files are loaded. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DuckDBConnection, DuckDBDataChunk, DuckDBInstance, DuckDBValue } from "@duckdb/node-api";
import { RecPrismError } from "../protocol/error";
import { type TableFile, type TableSource, tableName } from "../protocol/manifest";
import type { Ids } from "./ids";
import { identifier, openTableFile, type TableReading, type TableRemedy } from "./table-file";

export interface LoadedTable {
  /** Names, in the order of the file or the query. */
  columns: readonly string[];
  /** Of delimited text: the first line, though it is taken for names, looks like data. */
  headerLooksLikeData: boolean;
  /** How much of the file was loaded, in (0, 1]; of a query, of the first table that it is over. */
  share: number;
  /** What SQL calls a column: `c3`. @throws RecPrismError column-missing, or file-format where two have the name */
  column(name: string): string;
  /** Runs SQL over the table `lines`: all columns as text, NULL where empty; `rowid` is the line, from 0. */
  query(sql: string): Promise<Columns>;
  /** The same, some rows at a time, for what is too much to hold. */
  stream(sql: string): AsyncIterable<DuckDBDataChunk>;
  /** Creates the table `name (id VARCHAR, row INTEGER)`. */
  createIds(name: string, ids: Ids): Promise<void>;
}

/** Values by column, in the order of the query. */
export type Columns = DuckDBValue[][];

export interface TableOptions {
  /** The only columns that are needed; all where absent. */
  columns?: readonly string[];
  /** The workspace is not trusted: no query of the manifest is run. */
  restricted?: boolean;
  /** Of files of more bytes than that only the first and the last rows are loaded; of none where absent. */
  sampledBeyond?: number;
  /** Where the manifest says the table, for messages: `items.table`. */
  key?: string;
  /** Told what was assumed of a file; the remedy is for the file itself, null for one of a query. */
  warn?(message: string, remedy: TableRemedy | null): void;
}

/** What DuckDB keeps in memory; the rest goes to temporary files. */
const MEMORY = "512MB";

/**
 * Loads a table and hands it to `work`. Every value is text, of text files exactly as written: `007` stays `007`.
 *
 * @param source its files are absolute
 * @throws RecPrismError file-missing, file-unreadable, file-format (with the line), column-missing, disk-full,
 *   manifest-invalid (with the place in a query), workspace-restricted
 */
export async function withTable<Value>(
  source: TableSource,
  work: (table: LoadedTable) => Promise<Value>,
  options: TableOptions = {},
): Promise<Value> {
  if (isQuery(source) && options.restricted) {
    const key = `${options.key ?? "table"}.sql`;
    throw new RecPrismError(
      "workspace-restricted",
      `${key} is a query, and no query of a manifest is run in a restricted workspace. Trust the workspace to run it.`,
      { key },
    );
  }
  return withDatabase(async (connection, folder) => {
    let copies = 0;
    const reading: TableReading = {
      warn: (message, remedy) => options.warn?.(message, remedy),
      sampledBeyond: options.sampledBeyond ?? Number.POSITIVE_INFINITY,
      copy: () => join(folder, `copy${copies++}`),
    };
    const loaded = isQuery(source)
      ? { ...(await loadQuery(connection, source, options, reading)), headerLooksLikeData: false }
      : await loadFile(connection, source, options, reading);
    const file = isQuery(source) || typeof source === "string" ? tableName(source) : source.file;
    return work({
      ...loaded,
      column: (name) => `c${columnIndex(loaded.columns, name, file)}`,
      query: (sql) => columnsOf(connection, sql),
      stream: (sql) => chunksOf(connection, sql),
      createIds: (name, ids) => createIds(connection, name, ids),
    });
  });
}

/** @param work is handed a folder too, which is gone with all that is in it afterwards */
async function withDatabase<Value>(
  work: (connection: DuckDBConnection, folder: string) => Promise<Value>,
): Promise<Value> {
  // Loaded at first use: the native library is large, and most of src/data does without it.
  const { DuckDBInstance: Instance } = await import("@duckdb/node-api");
  const folder = await mkdtemp(join(tmpdir(), "recprism-table-"));
  try {
    const instance: DuckDBInstance = await Instance.create(":memory:", {
      threads: "2",
      memory_limit: MEMORY,
      temp_directory: join(folder, "duckdb"),
      autoinstall_known_extensions: "false",
      autoload_known_extensions: "false",
    });
    try {
      const connection = await instance.connect();
      try {
        await connection.run("SET TimeZone = 'UTC'");
        return await work(connection, folder);
      } finally {
        connection.closeSync();
      }
    } finally {
      instance.closeSync();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

type Loaded = Pick<LoadedTable, "columns" | "headerLooksLikeData" | "share">;

async function loadFile(
  connection: DuckDBConnection,
  source: TableFile,
  options: TableOptions,
  reading: TableReading,
): Promise<Loaded> {
  const table = await openTableFile(connection, source, reading);
  const { columns, headerLooksLikeData } = table;
  const file = tableName(source);
  if (headerLooksLikeData) {
    const first = columns.slice(0, 4).join(", ");
    options.warn?.(`The first line of ${file} (${first}) is taken for column names, but it looks like data.`, {
      header: false,
    });
  }
  const wanted = options.columns?.map((name) => columnIndex(columns, name, file)) ?? columns.map((_, index) => index);
  const share = await table.load(
    "lines",
    [...new Set(wanted)].sort((a, b) => a - b),
    "text",
  );
  await cutOff(connection);
  return { columns, headerLooksLikeData, share };
}

async function loadQuery(
  connection: DuckDBConnection,
  source: QuerySource,
  options: TableOptions,
  reading: TableReading,
): Promise<Pick<Loaded, "columns" | "share">> {
  const shares: number[] = [];
  for (const [index, [name, from]] of Object.entries(source.from).entries()) {
    const { columns, load } = await openTableFile(connection, from, reading);
    const all = columns.map((_, column) => column);
    shares.push(await load(`loaded${index}`, all, "typed"));
    const named = all.map((column) => `c${column} AS ${identifier(columns[column])}`);
    await connection.run(`CREATE VIEW ${identifier(name)} AS SELECT ${named.join(", ")} FROM loaded${index}`);
  }
  await cutOff(connection);
  const { answerQuery } = await import("./table-query");
  const columns = await answerQuery(connection, source.sql, `${options.key ?? "table"}.sql`);
  return { columns, share: shares[0] ?? 1 };
}

/** From here on no file can be read or written, whatever the SQL says. */
async function cutOff(connection: DuckDBConnection): Promise<void> {
  await connection.run("SET enable_external_access = false");
  await connection.run("SET lock_configuration = true");
}

async function columnsOf(connection: DuckDBConnection, sql: string): Promise<Columns> {
  const reader = await connection.runAndReadAll(sql);
  const columns = reader.getColumns();
  // Without rows there are no chunks, and then no columns either.
  return Array.from({ length: reader.columnCount }, (_, index) => columns[index] ?? []);
}

async function* chunksOf(connection: DuckDBConnection, sql: string): AsyncGenerator<DuckDBDataChunk> {
  const result = await connection.stream(sql);
  for (let chunk = await result.fetchChunk(); chunk !== null && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
    yield chunk;
  }
}

async function createIds(connection: DuckDBConnection, name: string, ids: Ids): Promise<void> {
  await connection.run(`CREATE TABLE ${name} (id VARCHAR, row INTEGER)`);
  const appender = await connection.createAppender(name);
  for (let row = 0; row < ids.length; row++) {
    const id = ids.at(row);
    if (ids.rowOf(id) !== row) continue;
    appender.appendVarchar(id);
    appender.appendInteger(row);
    appender.endRow();
  }
  appender.closeSync();
}

type QuerySource = Extract<TableSource, { sql: string }>;

function isQuery(source: TableSource): source is QuerySource {
  return typeof source !== "string" && "sql" in source;
}

function columnIndex(columns: readonly string[], name: string, file: string): number {
  const index = columns.indexOf(name);
  if (index < 0) {
    const found = columns.map((column) => JSON.stringify(column)).join(", ");
    throw new RecPrismError("column-missing", `${file} has no column "${name}"; it has ${found}. Name one of these.`, {
      file,
      column: name,
    });
  }
  if (columns.lastIndexOf(name) !== index) {
    throw new RecPrismError("file-format", `${file} has two columns called "${name}". Rename one of them.`, {
      file,
      column: name,
    });
  }
  return index;
}
