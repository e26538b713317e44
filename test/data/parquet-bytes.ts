/** Parquet files as DuckDB writes them. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";

/** The answer of a query as a Parquet file. @param options of COPY, such as ROW_GROUP_SIZE 2048 */
export async function writeParquet(file: string, sql: string, options = ""): Promise<void> {
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  try {
    const into = `'${file.replaceAll("'", "''")}'`;
    await connection.run(`COPY (${sql}) TO ${into} (FORMAT parquet${options === "" ? "" : `, ${options}`})`);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

export async function parquetBytes(sql: string, options = ""): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), "recprism-parquet-"));
  try {
    const file = join(folder, "table.parquet");
    await writeParquet(file, sql, options);
    return await readFile(file);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
