/** Rows of vectors out of DuckDB: one file, opened to nothing but it, and read chunk by chunk. */
import type { DuckDBConnection, DuckDBDataChunk, DuckDBListVector, DuckDBValue, DuckDBVector } from "@duckdb/node-api";
import { RecPrismError } from "../protocol/error";
import { fileStats } from "./file-fault";
import { type Matrix, matrix } from "./matrix";
import { tableFault } from "./table-fault";
import type { RowIds } from "./table-matrix-ids";

/** What DuckDB may keep; it streams, and needs most of it only for thousands of columns. */
const MEMORY = "768MB";

export interface FileQuery {
  rows(sql: string): Promise<DuckDBValue[][]>;
  chunks(sql: string): AsyncIterable<DuckDBDataChunk>;
}

/**
 * A DuckDB that can open one file, as `$file`, and nothing else.
 *
 * @param values what else SQL may mean by a name, such as `$delimiter`
 * @param copy   of the file, where one is read in its place
 * @throws RecPrismError file-missing, file-unreadable, file-format with what DuckDB says
 */
export async function withFileQuery<Value>(
  file: string,
  values: Record<string, DuckDBValue>,
  work: (query: FileQuery) => Promise<Value>,
  copy = file,
): Promise<Value> {
  const { size } = await fileStats(file);
  if (size === 0) {
    throw new RecPrismError("file-format", `${file} is empty. Write it with one row for each vector.`, { file });
  }
  // Loaded at first use: the native library is large, and most of src/data does without it.
  const { DuckDBInstance } = await import("@duckdb/node-api");
  const instance = await DuckDBInstance.create(":memory:", {
    threads: "2",
    memory_limit: MEMORY,
    temp_directory: "",
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
  });
  try {
    const connection = await instance.connect();
    try {
      await shutIn(connection, copy);
      const bound = { ...values, file: literalPath(copy) };
      return await work({
        rows: async (sql) => faulting(file, async () => (await connection.runAndReadAll(sql, bound)).getRows()),
        chunks: (sql) => chunksOf(connection, file, sql, bound),
      });
    } finally {
      connection.closeSync();
    }
  } finally {
    instance.closeSync();
  }
}

/** Columns of a query's chunks as a matrix. */
export interface ChunkReading {
  /** The first column of the chunk holds lists, none of them NULL; otherwise the first `numbers` columns hold a number each. */
  numbers: number | "list";
  /** Told the ids, which the column after them holds. */
  ids: RowIds | null;
  /** What to say where a value is missing: it throws. */
  missing(row: number, column: number): Promise<never>;
  /** What to say where a list is empty, or has another length than the first: it throws. */
  ragged(row: number, length: number, expected: number): never;
}

/** @throws RecPrismError what `reading` throws, and as `withFileQuery` */
export async function* matricesOf(
  chunks: AsyncIterable<DuckDBDataChunk>,
  reading: ChunkReading,
): AsyncGenerator<Matrix> {
  let done = 0;
  let length: number | null = null;
  for await (const chunk of chunks) {
    const { rowCount } = chunk;
    let block: Matrix;
    if (reading.numbers === "list") {
      const lists = chunk.getColumnVector(0) as DuckDBListVector;
      length ??= lists.getEntryLength(0);
      block = await matrixOfLists(lists, rowCount, length, done, reading);
    } else {
      block = matrix(rowCount, reading.numbers);
      for (let column = 0; column < block.columns; column++) {
        await fillColumn(block, column, chunk.getColumnVector(column), done, reading);
      }
    }
    if (reading.ids !== null) {
      const ids = chunk.getColumnVector(reading.numbers === "list" ? 1 : reading.numbers);
      for (let row = 0; row < rowCount; row++) reading.ids.add(ids.getItem(row) as string | null);
    }
    yield block;
    done += rowCount;
  }
}

async function matrixOfLists(
  lists: DuckDBListVector,
  rows: number,
  length: number,
  first: number,
  reading: ChunkReading,
): Promise<Matrix> {
  const numbers = lists.childVector;
  for (let row = 0; row < rows; row++) {
    const found = lists.getEntryLength(row);
    if (found !== length || found === 0) reading.ragged(first + row, found, length);
  }
  const block = matrix(rows, length);
  let at = 0;
  for (let row = 0; row < rows; row++) {
    const start = lists.getEntryOffset(row);
    for (let column = 0; column < length; column++) {
      const value = numbers.getItem(start + column) as number | null;
      if (value === null) await reading.missing(first + row, column);
      else block.values[at++] = value;
    }
  }
  return block;
}

async function fillColumn(
  { rows, columns, values }: Matrix,
  column: number,
  of: DuckDBVector,
  first: number,
  reading: ChunkReading,
): Promise<void> {
  for (let row = 0, at = column; row < rows; row++, at += columns) {
    const value = of.getItem(row) as number | null;
    if (value === null) await reading.missing(first + row, column);
    else values[at] = value;
  }
}

async function shutIn(connection: DuckDBConnection, file: string): Promise<void> {
  const allowed = [file, literalPath(file)].map((path) => `'${path.replaceAll("'", "''")}'`);
  await connection.run(`SET allowed_paths = [${allowed.join(", ")}]`);
  await connection.run("SET enable_external_access = false");
  await connection.run("SET lock_configuration = true");
}

async function* chunksOf(
  connection: DuckDBConnection,
  file: string,
  sql: string,
  values: Record<string, DuckDBValue>,
): AsyncGenerator<DuckDBDataChunk> {
  const result = await faulting(file, () => connection.stream(sql, values));
  for (;;) {
    const chunk = await faulting(file, () => result.fetchChunk());
    if (chunk === null || chunk.rowCount === 0) return;
    yield chunk;
  }
}

/** DuckDB takes paths for patterns: `*`, `?` and `[` stand for themselves only in brackets. */
function literalPath(file: string): string {
  return file.replace(/[*?[]/g, "[$&]");
}

async function faulting<Value>(file: string, work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (thrown) {
    throw tableFault(thrown, file);
  }
}
