/** Rows that arrive bit by bit: the same wherever they end up, and nothing is left behind. */
import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { closeRows, isInMemory, type Matrix, matrix, rowBlocks } from "../../src/data/matrix";
import { collectedRows } from "../../src/data/table-matrix-rows";
import { failure, scratchFolder } from "./scratch";

const place = (row: number, column: number) => `row ${row}, column ${column}`;

/** Counts from 0 over all of them. */
async function* counting(blocks: number, rows: number, columns: number): AsyncGenerator<Matrix> {
  for (let block = 0; block < blocks; block++) {
    const size = rows * columns;
    yield matrix(
      rows,
      columns,
      Float32Array.from({ length: size }, (_, i) => block * size + i),
    );
  }
}

/** Temporary files of this test alone. */
let temporary: string;
let source: string;

beforeEach(async () => {
  source = await scratchFolder();
  await writeFile(join(source, "table"), "1");
  temporary = await scratchFolder();
  for (const name of ["TMPDIR", "TEMP", "TMP"]) vi.stubEnv(name, temporary);
});

afterEach(() => {
  vi.unstubAllEnvs();
});

describe("rows that arrive in blocks", () => {
  it.each([
    ["few, in memory", 3, 2 ** 28, true],
    ["more than a little, in memory", 10, 2 ** 28, true],
    ["more than memory bears, in a file that nobody sees", 10, 2 ** 25, false],
  ])("are all there: %s", async (_, blocks, mostBytes, inMemory) => {
    const file = join(source, "table");
    const rows = await collectedRows(file, counting(blocks, 2 ** 14, 64), mostBytes, place);
    try {
      expect(await readdir(temporary)).toEqual([]);
      expect(isInMemory(rows)).toBe(inMemory);
      expect([rows.rows, rows.columns]).toEqual([blocks * 2 ** 14, 64]);
      let at = 0;
      for (const { block } of rowBlocks(rows)) expect(block.values.every((value) => value === at++)).toBe(true);
    } finally {
      await closeRows(rows);
    }
  });

  it("leave nothing behind where one is damaged", async () => {
    async function* damaged() {
      yield* counting(10, 2 ** 14, 64);
      yield matrix(1, 64, new Float32Array(64).fill(Number.NaN));
    }
    const file = join(source, "table");
    await failure(collectedRows(file, damaged(), 0, place), "value-not-finite", file, "row 163840, column 0");
    expect(await readdir(temporary)).toEqual([]);
  });

  it("end where there are more than the file can hold", async () => {
    async function* endless() {
      for (;;) yield matrix(2 ** 16, 2 ** 8);
    }
    await failure(collectedRows(join(source, "table"), endless(), 2 ** 20, place), "file-format", "promises");
  });
});
