/** Embeddings in Parquet files, as DuckDB writes them. */
import { open, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { openMatrix } from "../../src/data/matrix-file";
import { described, opened, rowsOf } from "./opened-table";
import { writeParquet } from "./parquet-bytes";
import { failure, scratchFile, scratchFolder } from "./scratch";

async function parquet(sql: string, options?: string, name = "table.parquet"): Promise<string> {
  const file = join(await scratchFolder(), name);
  await writeParquet(file, sql, options);
  return file;
}

const LISTS = "SELECT 100 + i AS item_id, [i, i + 0.5]::FLOAT[2] AS vector, 'film ' || i AS title FROM range(4) r(i)";

describe("embeddings in Parquet", () => {
  it("show their shape before they are read", async () => {
    expect(await described(await parquet(LISTS))).toEqual([
      { column: "vector", id: "item_id", shape: [4, 2], dtype: "FLOAT[]", unusable: null },
    ]);
    const wide = await parquet("SELECT 'u' || i AS uid, i * 0.5::DOUBLE AS e0, 1::FLOAT AS e1 FROM range(3) r(i)");
    expect(await described(wide)).toEqual([
      { columns: ["e0", "e1"], id: "uid", shape: [3, 2], dtype: "DOUBLE, FLOAT", unusable: null },
    ]);
  });

  it("are read from lists, with ids", async () => {
    const file = await parquet(LISTS);
    const { of, ids } = await opened({ file, column: "vector", id: "item_id" });
    expect(rowsOf(of)).toEqual([0, 1, 2, 3].map((i) => [i, i + 0.5]));
    expect(ids).toEqual(["100", "101", "102", "103"]);
    expect((await opened(file)).ids).toBeNull();
  });

  it("are read from columns of any numbers, in the order that is asked for", async () => {
    const file = await parquet("SELECT 1.5::DECIMAL(5,2) AS a, 2::UTINYINT AS b, -3::BIGINT AS c, 0.25::FLOAT AS d");
    expect(rowsOf((await opened({ file, columns: ["d", "c", "b", "a"] })).of)).toEqual([[0.25, -3, 2, 1.5]]);
  });

  it("keep the order of rows over row groups", async () => {
    const file = await parquet(
      "SELECT i AS id, [i % 7, i]::DOUBLE[] AS v FROM range(50000) r(i)",
      "ROW_GROUP_SIZE 2048",
    );
    const { of, ids } = await opened({ file, column: "v", id: "id" });
    expect(of.values.every((value, at) => value === (at % 2 === 0 ? ((at / 2) | 0) % 7 : (at / 2) | 0))).toBe(true);
    expect(ids?.every((id, row) => id === String(row))).toBe(true);
  });

  it("are what was written, whatever was", async () => {
    const file = join(await scratchFolder(), "random.parquet");
    const rows = fc.integer({ min: 1, max: 5 }).chain((columns) =>
      fc.array(
        fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), { minLength: columns, maxLength: columns }),
        {
          minLength: 1,
          maxLength: 20,
        },
      ),
    );
    await fc.assert(
      fc.asyncProperty(rows, fc.constantFrom("zstd", "snappy", "uncompressed"), async (values, compression) => {
        const lists = values.map((row, i) => `(${i}, [${row.map((value) => `'${value}'::FLOAT`).join(", ")}])`);
        await writeParquet(file, `SELECT * FROM (VALUES ${lists.join(", ")}) t(id, v)`, `COMPRESSION ${compression}`);
        const { of } = await opened({ file, column: "v", id: "id" });
        // Written as text, zero loses its sign.
        expect(rowsOf(of)).toEqual(values.map((row) => row.map((value) => value + 0)));
      }),
      { numRuns: 20 },
    );
  });

  it("may be in a file with any name, and nothing beside it is read", async () => {
    for (const name of ["a*b.parquet", "it's [1] \"?.parquet"]) {
      const file = await parquet(LISTS, "", name);
      await writeFile(join(file, "..", "axb.parquet"), "no table");
      expect((await opened(file)).of.rows).toBe(4);
    }
  });

  it("may have columns with any name", async () => {
    const name = `v"); DROP TABLE x; --`;
    const file = await parquet(`SELECT [1.5, 2] AS "${name.replaceAll('"', '""')}", 7 AS "select"`);
    expect(rowsOf((await opened({ file, column: name, id: "select" })).of)).toEqual([[1.5, 2]]);
  });

  it("may be stored with one column per row", async () => {
    const file = await parquet("SELECT i::FLOAT AS a, i + 10::FLOAT AS b, i + 20::FLOAT AS c FROM range(2) r(i)");
    expect(rowsOf((await opened({ file, transposed: true })).of)).toEqual([
      [0, 1],
      [10, 11],
      [20, 21],
    ]);
  });

  it("name ids of pandas as they were before a cell was empty", async () => {
    const file = await parquet("SELECT 17.0::DOUBLE AS id, [1.0] AS v UNION ALL SELECT 2.5, [2.0] ORDER BY 1");
    expect((await opened({ file, column: "v", id: "id" })).ids).toEqual(["2.5", "17"]);
  });
});

describe("a Parquet file that cannot be read", () => {
  const refused = async (sql: string, source: object, reason: Parameters<typeof failure>[1], ...said: string[]) => {
    const file = await parquet(sql);
    return failure(openMatrix({ file, ...source }), reason, file, ...said);
  };

  it("says which list has another length", async () => {
    const sql = "SELECT CASE WHEN i = 3000 THEN [1.0] ELSE [1.0, 2] END AS v FROM range(4000) r(i)";
    const { where } = await refused(sql, {}, "file-format", "row 3000", "has 1 numbers", "has 2");
    expect(where.row).toBe(3000);
  });

  it("says where a value, a list or an id is missing or twice", async () => {
    await refused("SELECT unnest([[1.0, 2], [1, NULL]]) AS v", {}, "file-format", "row 1", "number 1", "NULL");
    await refused("SELECT unnest([[1.0, 2], NULL]) AS v", { column: "v" }, "file-format", "row 1", '"v"', "NULL");
    await refused("SELECT unnest([1.0, NULL]) AS e0", {}, "file-format", "row 1", '"e0"', "NULL");
    const ids = (id: string) => `SELECT unnest([${id}]) AS id, [1.0] AS v`;
    await refused(ids("1, NULL"), { column: "v", id: "id" }, "file-format", "row 1", '"id"');
    await refused(ids("1, 2, 1"), { column: "v", id: "id" }, "id-duplicate", '"1"', "row 0", "row 2");
  });

  it("says which value is not finite", async () => {
    await refused(
      "SELECT unnest(['1', 'nan']::FLOAT[]) AS e0, 1.5 AS e1",
      {},
      "value-not-finite",
      "row 1",
      '"e0"',
      "NaN",
    );
    await refused("SELECT [1, 1e300] AS v", {}, "value-not-finite", "row 0", "number 1", "float32");
  });

  it("says that it is empty, cut, or something else", async () => {
    await refused("SELECT [1.0] AS v WHERE false", {}, "file-format", "no rows");
    await failure(openMatrix(await scratchFile("a.parquet", "")), "file-format", "is empty");
    await failure(openMatrix(await scratchFile("a.parquet", "PAR1 this is no table PAR1")), "file-format");
    const file = await parquet("SELECT [random()] AS v FROM range(1000)");
    await truncate(file, 3_000);
    await failure(openMatrix(file), "file-format", file);
    await failure(openMatrix("/nowhere/a.parquet"), "file-missing", "/nowhere/a.parquet");
  });

  it("says so where it is damaged in the middle", async () => {
    const file = await parquet("SELECT [random()] AS v FROM range(1000)", "COMPRESSION zstd");
    const handle = await open(file, "r+");
    await handle.write(Buffer.alloc(200, 0xff), 0, 200, 60);
    await handle.close();
    await failure(openMatrix(file), "file-format", file);
  });
});
