/** One table file in a DuckDB of its own, in memory and cut off from the outside once the file is loaded. */
import type { DuckDBConnection, DuckDBValue } from "@duckdb/node-api";
import { RecPrismError } from "../protocol/error";
import { type CsvHeader, readCsvHeader } from "./csv-header";

export interface LoadedTable {
  header: CsvHeader;
  /** What SQL calls a column: `c3`. @throws RecPrismError column-missing, or file-format where two have the name */
  column(name: string): string;
  /** Runs SQL over the table `lines`: all columns as text, NULL where empty; `rowid` is the line, from 0. */
  query(sql: string): Promise<Columns>;
}

/** Values by column, in the order of the query. */
export type Columns = DuckDBValue[][];

/**
 * Loads a CSV or TSV file and hands it to `work`. Every value is text exactly as written: `007` stays `007`.
 *
 * @throws RecPrismError file-missing, file-unreadable, file-format (with DuckDB's line)
 */
export async function withTable<Value>(file: string, work: (table: LoadedTable) => Promise<Value>): Promise<Value> {
  const header = await readCsvHeader(file);
  // Loaded at first use: the native library is large, and most of src/data does without it.
  const { DuckDBInstance } = await import("@duckdb/node-api");
  const instance = await DuckDBInstance.create(":memory:", {
    threads: "2",
    temp_directory: "",
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
  });
  try {
    const connection = await instance.connect();
    try {
      await load(connection, file, header);
      await connection.run("SET enable_external_access = false");
      await connection.run("SET lock_configuration = true");
      return await work({
        header,
        column: (name) => `c${columnIndex(header, name, file)}`,
        query: (sql) => columnsOf(connection, sql),
      });
    } finally {
      connection.closeSync();
    }
  } finally {
    instance.closeSync();
  }
}

async function load(connection: DuckDBConnection, file: string, header: CsvHeader): Promise<void> {
  const types = header.columns.map((_, index) => `'c${index}': 'VARCHAR'`).join(", ");
  // Nothing is left to guess, and no text of a user's is part of the SQL: names and delimiter are bound.
  const sql = `CREATE TABLE lines AS SELECT * FROM read_csv($file, columns = {${types}}, delim = $delimiter,
    auto_detect = false, header = true, quote = '"', escape = '"', comment = '', skip = 0)`;
  try {
    await connection.run(sql, { file: literalPath(file), delimiter: header.delimiter });
  } catch (thrown) {
    throw unreadable(thrown, file);
  }
}

async function columnsOf(connection: DuckDBConnection, sql: string): Promise<Columns> {
  const reader = await connection.runAndReadAll(sql);
  const columns = reader.getColumns();
  // Without rows there are no chunks, and then no columns either.
  return Array.from({ length: reader.columnCount }, (_, index) => columns[index] ?? []);
}

function columnIndex(header: CsvHeader, name: string, file: string): number {
  const index = header.columns.indexOf(name);
  if (index < 0) {
    const found = header.columns.map((column) => JSON.stringify(column)).join(", ");
    throw new RecPrismError("column-missing", `${file} has no column "${name}"; it has ${found}. Name one of these.`, {
      file,
      column: name,
    });
  }
  if (header.columns.lastIndexOf(name) !== index) {
    throw new RecPrismError("file-format", `${file} has two columns called "${name}". Rename one of them.`, {
      file,
      column: name,
    });
  }
  return index;
}

/** DuckDB takes paths for patterns: `*`, `?` and `[` stand for themselves only in brackets. */
function literalPath(file: string): string {
  return file.replace(/[*?[]/g, "[$&]");
}

function unreadable(thrown: unknown, file: string): RecPrismError {
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  const lines = text.split("\n").map((line) => line.trim());
  const line = /CSV Error on Line: (\d+)/.exec(text)?.[1];
  const cause =
    lines.find((one) => /^(Expected Number|Value with unterminated|Invalid unicode|Maximum line)/.test(one)) ??
    lines[0].replace(/^[A-Za-z ]+ Error: /, "");
  const remedy = /unicode/.test(cause) ? "Save the file as UTF-8." : "Correct that line, or write the table again.";
  const place = line === undefined ? "" : ` at line ${line}`;
  return new RecPrismError("file-format", `${file} is no readable table${place}: ${sentence(cause)} ${remedy}`, {
    file,
    ...(line === undefined ? {} : { row: Number(line) - 1 }),
  });
}

function sentence(text: string): string {
  const short = text.length > 200 ? `${text.slice(0, 200)}…` : text;
  return /[.…]$/.test(short) ? short : `${short}.`;
}
