/** Rows that arrive bit by bit, out of a table or a text: checked, and kept in memory or in a temporary file. */
import { RecPrismError } from "../protocol/error";
import type { MatrixSource } from "../protocol/manifest";
import { fileStats } from "./file-fault";
import { closeRows, inMemory, type Matrix, matrix, type Rows, transposed } from "./matrix";
import type { OpenedArray } from "./matrix-format";
import { Spill } from "./spill";
import { areFinite } from "./stored-rows";
import type { RowIds } from "./table-matrix-ids";

/** Fewer bytes than these never touch the disk. */
const SMALL_BYTES = 32 * 2 ** 20;
/** Nothing compresses embeddings further; what promises more is a bomb. */
const MOST_VALUES_PER_BYTE = 1_000;
const ALWAYS_VALUES = 1 << 26;
/** Turning takes memory twice. */
const MOST_TURNED_BYTES = 256 * 2 ** 20;

/**
 * The rows of all blocks, which have as many columns each. They take memory once: what is more than a little is written to a
 * temporary file, which then is read as any other array, and is gone once it is closed.
 *
 * @param place names a value in messages: `row 3, column "e7"`
 * @throws RecPrismError value-not-finite, file-format (no rows), disk-full, file-unwritable, and what `blocks` throws
 */
export async function collectedRows(
  file: string,
  blocks: AsyncIterable<Matrix>,
  mostBytes: number,
  place: (row: number, column: number) => string,
): Promise<Rows> {
  const { size } = await fileStats(file);
  const waiting: Matrix[] = [];
  let spill: Spill | null = null;
  let rows = 0;
  let columns = 0;
  try {
    for await (const block of blocks) {
      checkBlock(block, rows, file, place);
      rows += block.rows;
      columns = block.columns;
      checkPromise(file, rows, columns, size);
      waiting.push(block);
      if (spill === null && rows * columns * Float32Array.BYTES_PER_ELEMENT > Math.min(SMALL_BYTES, mostBytes)) {
        spill = await Spill.open();
      }
      if (spill !== null) for (const written of waiting.splice(0)) await spill.write(written.values);
    }
    if (rows === 0) {
      throw new RecPrismError("file-format", `${file} has no rows. Write it with one row for each vector.`, { file });
    }
    if (spill !== null) return await spill.rows(rows, columns, mostBytes);
    const all = matrix(rows, columns);
    let at = 0;
    for (const { values } of waiting) {
      all.values.set(values, at);
      at += values.length;
    }
    return all;
  } finally {
    await spill?.remove();
  }
}

/** @throws RecPrismError file-format where a file cannot hold what it promises */
export function checkPromise(file: string, rows: number, columns: number, size: number): void {
  if (rows * columns <= Math.max(ALWAYS_VALUES, size * MOST_VALUES_PER_BYTE)) return;
  throw new RecPrismError(
    "file-format",
    `${file} promises ${rows.toLocaleString("en")} x ${columns} values, which no file of ${size.toLocaleString("en")} bytes holds. Write or copy it again.`,
    { file },
  );
}

/**
 * What a reader of tables hands over, turned where the source says so.
 *
 * @throws RecPrismError settings-invalid, file-format
 */
export async function openedTable(
  { file, transposed: turned }: Exclude<MatrixSource, string>,
  rows: Rows,
  ids: RowIds | null,
): Promise<OpenedArray> {
  if (!turned) return { rows, ids: ids?.all() ?? null };
  try {
    if (ids !== null) {
      throw new RecPrismError(
        "settings-invalid",
        `${file} is said to be transposed and to have an id for each of its rows, which then are dimensions. Leave out one of the two.`,
        { file },
      );
    }
    if (rows.rows * rows.columns * Float32Array.BYTES_PER_ELEMENT > MOST_TURNED_BYTES) {
      throw new RecPrismError(
        "file-format",
        `${file} is too large to be transposed. Write it with one row for each vector.`,
        { file },
      );
    }
    return { rows: transposed(inMemory(rows)), ids: null };
  } finally {
    await closeRows(rows);
  }
}

/** A list that has another length than the first. */
export function raggedList(
  file: string,
  place: string,
  column: string | null,
  row: number,
  length: number,
  expected: number,
): RecPrismError {
  const where = column === null ? place : `${place}, column "${column}"`;
  const cause =
    length === 0
      ? "has no list of numbers (empty or NULL)"
      : `has ${length} numbers, but the first row has ${expected}`;
  return new RecPrismError("file-format", `${file}, ${where}, ${cause}. All rows must have as many; repair that one.`, {
    file,
    row,
    ...(column === null ? {} : { column }),
  });
}

function checkBlock(block: Matrix, first: number, file: string, place: (row: number, column: number) => string): void {
  const { values, columns } = block;
  if (areFinite(values)) return;
  const index = values.findIndex((value) => !Number.isFinite(value));
  const row = first + Math.floor(index / columns);
  const what = Number.isNaN(values[index]) ? "is not a number (NaN)" : "is infinite, or too large for float32";
  throw new RecPrismError(
    "value-not-finite",
    `${file}, ${place(row, index % columns)}, ${what}. Remove or repair that row and write the file again.`,
    { file, row, column: String(index % columns) },
  );
}
