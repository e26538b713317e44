/** Table files of every kind and how DuckDB takes them in: delimited text, Parquet, JSON and SQLite. */
import { extname } from "node:path";
import type { DuckDBConnection } from "@duckdb/node-api";
import { RecPrismError } from "../protocol/error";
import type { TableFile } from "../protocol/manifest";
import { type CsvHeader, mayQuote, readCsvHeader, refuseEmpty } from "./csv-header";
import { ASSUMED_ENCODING, checkLines, withUtf8Copy } from "./encoding";
import { fileStats } from "./file-fault";
import { refuseDeepJson } from "./json-depth";
import { isPacked, unpack, unpackedName } from "./packed";
import { openSqliteTable } from "./sqlite-table";
import { isQuoteFault, tableFault } from "./table-fault";
import { isLarger, jsonText, sampleText, type TableText } from "./table-text";

/** A table file of which the columns are known. */
export interface OpenedTableFile {
  columns: string[];
  /** Delimited text of which the first line, though it is taken for names, begins with a number. */
  headerLooksLikeData: boolean;
  /**
   * Creates a table in DuckDB with the columns `c0`, `c1`, … that are wanted, in the order of the file.
   *
   * @param as `text`: as written, NULL where empty; `typed`: as the file says, or as every value of a column allows
   * @returns how much of the file was loaded, in (0, 1]
   * @throws RecPrismError file-format (with the line), disk-full
   */
  load(into: string, wanted: readonly number[], as: "text" | "typed"): Promise<number>;
}

/** What the manifest could say of a file beside its path, so that nothing need be assumed. */
export type TableRemedy = { header: false } | { encoding: string };

/** How a file is read. */
export interface TableReading {
  /** Told once, while loading, of what was assumed. */
  warn(message: string, remedy: TableRemedy): void;
  /** Of a file of more bytes than that only some rows are loaded, the first and the last. */
  sampledBeyond: number;
  /** A new path for a copy, which is gone once the table is. */
  copy(): string;
}

/** Where rows are counted, so many of them take as long to describe as a part of a text does. */
const SAMPLED_ROWS_PER_BYTE = { first: 6e-3, last: 6e-4 };

function sampledRows(beyond: number): { first: number; last: number } {
  const { first, last } = SAMPLED_ROWS_PER_BYTE;
  return { first: Math.ceil(beyond * first), last: Math.ceil(beyond * last) };
}

/**
 * @param table its file is absolute
 * @throws RecPrismError file-missing, file-unreadable, file-format, file-truncated, manifest-invalid
 */
export async function openTableFile(
  connection: DuckDBConnection,
  table: TableFile,
  reading: TableReading,
): Promise<OpenedTableFile> {
  const file = typeof table === "string" ? table : table.file;
  await refuseEmpty(file);
  const told = (thrown: unknown) => {
    throw tableFault(thrown, file);
  };
  const opened = await openByName(connection, file, table, reading).catch(told);
  return { ...opened, load: (into, wanted, as) => opened.load(into, wanted, as).catch(told) };
}

async function openByName(
  connection: DuckDBConnection,
  file: string,
  table: TableFile,
  reading: TableReading,
): Promise<OpenedTableFile> {
  switch (extname(unpackedName(file)).toLowerCase()) {
    case ".parquet":
    case ".pq":
      return parquetFile(connection, file, reading);
    case ".json":
      return jsonFile(connection, file, "auto", reading);
    case ".jsonl":
    case ".ndjson":
      return jsonFile(connection, file, "newline_delimited", reading);
    case ".sqlite":
    case ".sqlite3":
    case ".db":
    case ".db3":
      return sqliteFile(connection, file, typeof table === "string" ? undefined : table.table, reading);
    default:
      return delimitedFile(connection, await readCsvHeader(table), table, reading);
  }
}

function delimitedFile(
  connection: DuckDBConnection,
  header: CsvHeader,
  table: TableFile,
  { warn, sampledBeyond, copy }: TableReading,
): OpenedTableFile {
  const { columns, delimiter } = header;
  const stated = typeof table === "string" ? { file: table } : table;
  const { file } = stated;
  const types = columns.map((_, index) => `'c${index}': 'VARCHAR'`).join(", ");
  const read = async (path: string, into: string, wanted: readonly number[], quote: string) => {
    // Nothing is left to guess, and no text of a user's is part of the SQL: names and delimiter are bound.
    await connection.run(
      `CREATE TABLE ${into} AS SELECT ${names(wanted)} FROM read_csv($file, columns = {${types}}, delim = $delimiter,
       auto_detect = false, header = ${header.header}, quote = $quote, escape = $quote, comment = '', skip = 0)`,
      { file: literalPath(path), delimiter, quote },
    );
  };
  const readEitherWay = async (path: string, into: string, wanted: readonly number[]) => {
    try {
      await read(path, into, wanted, mayQuote(delimiter) ? '"' : "");
    } catch (thrown) {
      // Such files are mostly written without quoting, so that a quote is part of a title.
      if (!["\t", "|"].includes(delimiter) || !isQuoteFault(thrown)) throw thrown;
      await read(path, into, wanted, "");
    }
  };
  const textOfFile = async (): Promise<TableText & { encoding: string }> => {
    if (await isLarger(file, sampledBeyond)) {
      const sample = await sampleText(file, sampledBeyond, copy(), header.encoding, mayQuote(delimiter));
      return { ...sample, encoding: "utf8" };
    }
    const path = isPacked(file) ? copy() : file;
    if (path !== file) await unpack(file, path);
    return { path, share: 1, numberedLines: Number.POSITIVE_INFINITY, encoding: header.encoding };
  };
  return {
    columns,
    headerLooksLikeData: stated.header === undefined && header.startsWithNumber,
    async load(into, wanted, as) {
      const raw = as === "text" ? into : `${into}_text`;
      const { path, share, numberedLines, encoding: ofStart } = await textOfFile();
      const encoding = await encodingThroughout(ofStart, stated, path);
      if (encoding === ASSUMED_ENCODING && stated.encoding === undefined) {
        warn(
          `${file} is not UTF-8 and was read as ${encoding}. Say the "encoding" of the table if letters look wrong.`,
          { encoding },
        );
      }
      try {
        if (encoding === "utf8") await readEitherWay(path, raw, wanted);
        else {
          await withUtf8Copy(path, encoding, async (converted) => {
            await checkLines(converted, file);
            await readEitherWay(converted, raw, wanted);
          });
        }
      } catch (thrown) {
        throw tableFault(thrown, file, numberedLines);
      }
      if (as === "typed") await createTyped(connection, raw, into, wanted);
      return share;
    },
  };
}

/** The first megabyte may be UTF-8, but not the rest. */
async function encodingThroughout(
  ofStart: string,
  { file, encoding }: { file: string; encoding?: string },
  path: string,
): Promise<string> {
  if (ofStart !== "utf8" || (await checkLines(path, file)).utf8) return ofStart;
  if (encoding === undefined) return ASSUMED_ENCODING;
  throw new RecPrismError(
    "file-format",
    `${file} is not in the encoding that is stated, ${encoding}. State another, such as latin1, or save the file as UTF-8.`,
    { file, key: "encoding" },
  );
}

async function jsonFile(
  connection: DuckDBConnection,
  file: string,
  format: "auto" | "newline_delimited",
  { sampledBeyond, copy }: TableReading,
): Promise<OpenedTableFile> {
  const { path, share, numberedLines } = await jsonText(file, sampledBeyond, copy);
  await refuseDeepJson(path, file);
  const place = { file, path, numberedLines };
  // A list of objects is not cut by lines; DuckDB stops after some of them.
  const isCut = share === 1 && (await isLarger(path, sampledBeyond));
  const some = isCut ? sampledRows(sampledBeyond).first : null;
  const options = `format = '${format}', records = true${some === null ? ", sample_size = -1" : ""}`;
  const { columns, types } = await columnsOf(connection, path, `read_json($file, ${options})`);
  // Values as text, exactly as written: the name of a column is the key in an object, so that it must be in the SQL.
  const textTypes = types.map((type) => (type.endsWith("[]") ? "VARCHAR[]" : "VARCHAR"));
  const asText = columns.map((name, index) => `${literal(name)}: '${textTypes[index]}'`);
  return {
    columns,
    headerLooksLikeData: false,
    async load(into, wanted, as) {
      const isText = as === "text";
      const scan = isText
        ? `read_json($file, format = '${format}', records = true, columns = {${asText.join(", ")}})`
        : `read_json($file, ${options})`;
      const select = selected(wanted, columns, isText ? textTypes : types, as, scan);
      await createFrom(connection, place, into, [some === null ? select : `${select} LIMIT ${some}`]);
      return some === null ? share : Math.min(1, some / (await estimatedObjects(connection, path)));
    },
  };
}

const MEASURED_OBJECTS = 10_000;

/** How many objects a list has, by the length of its first. */
async function estimatedObjects(connection: DuckDBConnection, path: string): Promise<number> {
  const reader = await connection.runAndReadAll(
    `SELECT avg(strlen(json)) FROM (SELECT json FROM read_json_objects($file, format = 'auto') LIMIT ${MEASURED_OBJECTS})`,
    { file: literalPath(path) },
  );
  // A comma and a line end stand between them.
  return (await fileStats(path)).size / (Number(reader.getRows()[0][0]) + 2);
}

async function parquetFile(
  connection: DuckDBConnection,
  file: string,
  { sampledBeyond }: TableReading,
): Promise<OpenedTableFile> {
  const scan = "read_parquet($file, binary_as_string = true)";
  const { columns, types } = await columnsOf(connection, file, scan);
  return {
    columns,
    headerLooksLikeData: false,
    async load(into, wanted, as) {
      const { first, last } = sampledRows(sampledBeyond);
      const rows = Number.isFinite(first) ? await countOf(connection, file, scan) : 0;
      const parts = rows > first + last ? [` LIMIT ${first}`, ` LIMIT ${last} OFFSET ${rows - last}`] : [""];
      const selects = parts.map((part) => `(${selected(wanted, columns, types, as, scan)}${part})`);
      await createFrom(connection, { file, path: file, numberedLines: 0 }, into, selects);
      return rows > first + last ? (first + last) / rows : 1;
    },
  };
}

async function columnsOf(
  connection: DuckDBConnection,
  path: string,
  scan: string,
): Promise<{ columns: string[]; types: string[] }> {
  const described = await connection.stream(`SELECT * FROM ${scan} LIMIT 0`, { file: literalPath(path) });
  return { columns: described.columnNames(), types: described.columnTypes().map(String) };
}

async function countOf(connection: DuckDBConnection, path: string, scan: string): Promise<number> {
  const reader = await connection.runAndReadAll(`SELECT count(*) FROM ${scan}`, { file: literalPath(path) });
  return Number(reader.getRows()[0][0]);
}

/** SQL of the columns that are wanted, called c0, c1, … */
function selected(
  wanted: readonly number[],
  columns: readonly string[],
  types: readonly string[],
  as: "text" | "typed",
  scan: string,
): string {
  const expressions = wanted.map((index) => {
    const name = identifier(columns[index]);
    return `${as === "text" ? textOf(name, types[index]) : name} AS c${index}`;
  });
  return `SELECT ${expressions.join(", ") || "1 AS none"} FROM ${scan}`;
}

async function createFrom(
  connection: DuckDBConnection,
  { file, path, numberedLines }: { file: string; path: string; numberedLines: number },
  into: string,
  selects: readonly string[],
): Promise<void> {
  try {
    await connection.run(`CREATE TABLE ${into} AS ${selects.join(" UNION ALL ")}`, { file: literalPath(path) });
  } catch (thrown) {
    throw tableFault(thrown, file, numberedLines);
  }
}

async function sqliteFile(
  connection: DuckDBConnection,
  file: string,
  table: string | undefined,
  { sampledBeyond }: TableReading,
): Promise<OpenedTableFile> {
  const sqlite = await openSqliteTable(file, table);
  return {
    columns: sqlite.columns,
    headerLooksLikeData: false,
    async load(into, wanted, as) {
      const raw = as === "text" ? into : `${into}_text`;
      await connection.run(
        `CREATE TABLE ${raw} (${wanted.map((index) => `c${index} VARCHAR`).join(", ") || "none VARCHAR"})`,
      );
      const rows = (await isLarger(file, sampledBeyond)) ? sqlite.count() : 0;
      const { first } = sampledRows(sampledBeyond);
      const some = rows > first ? first : null;
      const appender = await connection.createAppender(raw);
      for (const row of sqlite.rows(wanted, some)) {
        for (const value of row) {
          if (value === null || value === "") appender.appendNull();
          else appender.appendVarchar(value);
        }
        if (wanted.length === 0) appender.appendNull();
        appender.endRow();
      }
      appender.closeSync();
      if (as === "typed") await createTyped(connection, raw, into, wanted);
      return some === null ? 1 : some / rows;
    },
  };
}

/**
 * SQL that writes a column as text. Ids that were stored as floating point, as pandas does beside empty cells, are whole
 * numbers again; lists become tags with | between them.
 *
 * @param type as DuckDB calls it
 */
export function textOf(column: string, type: string): string {
  if (type === "VARCHAR") return `nullif(${column}, '')`;
  if (type.endsWith("[]")) return `nullif(array_to_string(${column}::VARCHAR[], '|'), '')`;
  if (type !== "FLOAT" && type !== "DOUBLE") return `${column}::VARCHAR`;
  return `CASE WHEN abs(${column}) < 1e15 AND trunc(${column}) = ${column} THEN ${column}::BIGINT::VARCHAR ELSE ${column}::VARCHAR END`;
}

export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

const INTEGER = "0|-?[1-9][0-9]{0,17}";
const NUMBER = "-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][-+]?[0-9]{1,2})?";

/** From a table of text one in which columns of numbers are numbers; `007` is none. */
export async function createTyped(
  connection: DuckDBConnection,
  from: string,
  into: string,
  wanted: readonly number[],
): Promise<void> {
  const counts = wanted.flatMap((index) => [
    `count(c${index})`,
    `count(*) FILTER (regexp_full_match(c${index}, '${INTEGER}'))`,
    `count(*) FILTER (regexp_full_match(c${index}, '${NUMBER}'))`,
  ]);
  const [row] = (await connection.runAndReadAll(`SELECT ${["0", ...counts].join(", ")} FROM ${from}`)).getRows();
  const typed = wanted.map((column, position) => {
    const [filled, integers, numbers] = row.slice(1 + 3 * position, 4 + 3 * position).map(Number);
    const type = filled === 0 || numbers < filled ? "VARCHAR" : integers < filled ? "DOUBLE" : "BIGINT";
    return `CAST(c${column} AS ${type}) AS c${column}`;
  });
  await connection.run(`CREATE TABLE ${into} AS SELECT ${typed.join(", ") || "none"} FROM ${from}`);
  await connection.run(`DROP TABLE ${from}`);
}

function names(wanted: readonly number[]): string {
  return wanted.map((index) => `c${index}`).join(", ") || "1 AS none";
}

/** DuckDB takes paths for patterns: `*`, `?` and `[` stand for themselves only in brackets. */
function literalPath(file: string): string {
  return file.replace(/[*?[]/g, "[$&]");
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
