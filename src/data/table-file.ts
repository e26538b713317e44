/** Table files of every kind and how DuckDB takes them in: delimited text, Parquet, JSON and SQLite. */
import { extname } from "node:path";
import type { DuckDBConnection } from "@duckdb/node-api";
import { RecPrismError } from "../protocol/error";
import type { TableFile } from "../protocol/manifest";
import { type CsvHeader, mayQuote, readCsvHeader, refuseEmpty } from "./csv-header";
import { ASSUMED_ENCODING, checkLines, withUtf8Copy } from "./encoding";
import { openSqliteTable } from "./sqlite-table";
import { isQuoteFault, tableFault } from "./table-fault";

/** A table file of which the columns are known. */
export interface OpenedTableFile {
  columns: string[];
  /** Delimited text of which the first line, though it is taken for names, begins with a number. */
  headerLooksLikeData: boolean;
  /**
   * Creates a table in DuckDB with the columns `c0`, `c1`, … that are wanted, in the order of the file.
   *
   * @param as `text`: as written, NULL where empty; `typed`: as the file says, or as every value of a column allows
   * @throws RecPrismError file-format (with the line), disk-full
   */
  load(into: string, wanted: readonly number[], as: "text" | "typed"): Promise<void>;
}

/** More than any table of embeddings has; each costs its part of a statement. */
const MOST_COLUMNS = 10_000;

/** What the manifest could say of a file beside its path, so that nothing need be assumed. */
export type TableRemedy = { header: false } | { encoding: string };
export type Warn = (message: string, remedy: TableRemedy) => void;

/**
 * @param table its file is absolute
 * @param warn  told once, while loading, of what was assumed
 * @throws RecPrismError file-missing, file-unreadable, file-format, manifest-invalid
 */
export async function openTableFile(
  connection: DuckDBConnection,
  table: TableFile,
  warn: Warn,
): Promise<OpenedTableFile> {
  const file = typeof table === "string" ? table : table.file;
  await refuseEmpty(file);
  try {
    switch (extname(file).toLowerCase()) {
      case ".parquet":
      case ".pq":
        return await typedFile(connection, file, "read_parquet($file, binary_as_string = true)");
      case ".json":
        return await jsonFile(connection, file, "auto");
      case ".jsonl":
      case ".ndjson":
        return await jsonFile(connection, file, "newline_delimited");
      case ".sqlite":
      case ".sqlite3":
      case ".db":
      case ".db3":
        return await sqliteFile(connection, file, typeof table === "string" ? undefined : table.table);
      default:
        return delimitedFile(connection, await readCsvHeader(table), table, warn);
    }
  } catch (thrown) {
    throw tableFault(thrown, file);
  }
}

function delimitedFile(connection: DuckDBConnection, header: CsvHeader, table: TableFile, warn: Warn): OpenedTableFile {
  const { columns, delimiter } = header;
  const stated = typeof table === "string" ? { file: table } : table;
  const { file } = stated;
  if (columns.length > MOST_COLUMNS) {
    throw new RecPrismError(
      "file-format",
      `${file} has ${columns.length.toLocaleString("en")} columns; a table has at most ${MOST_COLUMNS.toLocaleString("en")}. Check its first line, and what stands between columns.`,
      { file, row: 0 },
    );
  }
  const types = columns.map((_, index) => `'c${index}': 'VARCHAR'`).join(", ");
  const read = async (copy: string, into: string, wanted: readonly number[], quote: string) => {
    // Nothing is left to guess, and no text of a user's is part of the SQL: names and delimiter are bound.
    await connection.run(
      `CREATE TABLE ${into} AS SELECT ${names(wanted)} FROM read_csv($file, columns = {${types}}, delim = $delimiter,
       auto_detect = false, header = ${header.header}, quote = $quote, escape = $quote, comment = '', skip = 0)`,
      { file: literalPath(copy), delimiter, quote },
    );
  };
  const readEitherWay = async (copy: string, into: string, wanted: readonly number[]) => {
    try {
      await read(copy, into, wanted, mayQuote(delimiter) ? '"' : "");
    } catch (thrown) {
      // Such files are mostly written without quoting, so that a quote is part of a title.
      if (!["\t", "|"].includes(delimiter) || !isQuoteFault(thrown)) throw thrown;
      await read(copy, into, wanted, "");
    }
  };
  return {
    columns,
    headerLooksLikeData: stated.header === undefined && header.startsWithNumber,
    async load(into, wanted, as) {
      const raw = as === "text" ? into : `${into}_text`;
      const encoding = await encodingThroughout(header.encoding, stated);
      if (encoding === ASSUMED_ENCODING && stated.encoding === undefined) {
        warn(
          `${file} is not UTF-8 and was read as ${encoding}. Say the "encoding" of the table if letters look wrong.`,
          { encoding },
        );
      }
      try {
        if (encoding === "utf8") await readEitherWay(file, raw, wanted);
        else {
          await withUtf8Copy(file, encoding, async (copy) => {
            await checkLines(copy, file);
            await readEitherWay(copy, raw, wanted);
          });
        }
      } catch (thrown) {
        throw tableFault(thrown, file);
      }
      if (as === "typed") await createTyped(connection, raw, into, wanted);
    },
  };
}

/** The first megabyte may be UTF-8, but not the rest. */
async function encodingThroughout(
  ofStart: string,
  { file, encoding }: { file: string; encoding?: string },
): Promise<string> {
  if (ofStart !== "utf8" || (await checkLines(file, file)).utf8) return ofStart;
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
): Promise<OpenedTableFile> {
  const options = `format = '${format}', records = true, sample_size = -1`;
  const inferred = await typedFile(connection, file, `read_json($file, ${options})`);
  const { columns, types } = inferred;
  // Values as text, exactly as written: the name of a column is the key in an object, so that it must be in the SQL.
  const asText = columns.map(
    (name, index) => `${literal(name)}: '${types[index].endsWith("[]") ? "VARCHAR[]" : "VARCHAR"}'`,
  );
  return {
    columns,
    headerLooksLikeData: false,
    async load(into, wanted, as) {
      if (as === "typed") return inferred.load(into, wanted, as);
      const selected = wanted.map(
        (index) =>
          `${textOf(identifier(columns[index]), types[index].endsWith("[]") ? "VARCHAR[]" : "VARCHAR")} AS c${index}`,
      );
      try {
        await connection.run(
          `CREATE TABLE ${into} AS SELECT ${selected.join(", ") || "1 AS none"}
           FROM read_json($file, format = '${format}', records = true, columns = {${asText.join(", ")}})`,
          { file: literalPath(file) },
        );
      } catch (thrown) {
        throw tableFault(thrown, file);
      }
    },
  };
}

/** A file that says the types of its columns. */
async function typedFile(
  connection: DuckDBConnection,
  file: string,
  scan: string,
): Promise<OpenedTableFile & { types: string[] }> {
  const parameters = { file: literalPath(file) };
  const described = await connection.stream(`SELECT * FROM ${scan} LIMIT 0`, parameters);
  const columns = described.columnNames();
  const types = described.columnTypes().map(String);
  return {
    columns,
    types,
    headerLooksLikeData: false,
    async load(into, wanted, as) {
      const selected = wanted.map((index) => {
        const name = identifier(columns[index]);
        return `${as === "text" ? textOf(name, types[index]) : name} AS c${index}`;
      });
      try {
        await connection.run(
          `CREATE TABLE ${into} AS SELECT ${selected.join(", ") || "1 AS none"} FROM ${scan}`,
          parameters,
        );
      } catch (thrown) {
        throw tableFault(thrown, file);
      }
    },
  };
}

async function sqliteFile(
  connection: DuckDBConnection,
  file: string,
  table: string | undefined,
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
      const appender = await connection.createAppender(raw);
      for (const row of sqlite.rows(wanted)) {
        for (const value of row) {
          if (value === null || value === "") appender.appendNull();
          else appender.appendVarchar(value);
        }
        if (wanted.length === 0) appender.appendNull();
        appender.endRow();
      }
      appender.closeSync();
      if (as === "typed") await createTyped(connection, raw, into, wanted);
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
async function createTyped(
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
