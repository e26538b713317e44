/** Arrays that stand in a file value by value: taken into memory, or, where too large, left there and read when rows are asked for. */
import { fstatSync, readSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { RecPrismError } from "../protocol/error";
import { fileStats, readFault } from "./file-fault";
import { type Matrix, matrix, type Rows, type StoredRows } from "./matrix";
import { fill, LARGEST_READ } from "./opened-file";
import { numbersOf, type ValueType, valueBytes } from "./stored-values";

/** As float32; a larger array stays in its file. */
export const MOST_BYTES_IN_MEMORY = 256 * 2 ** 20;
/** Read at once where values must be converted. */
const CHUNK_BYTES = 1 << 22;
/** More do not make it faster: they wait for the machine's memory. */
const READS_AT_ONCE = 3;
/** Where columns lie one after the other, so many of each are read at once: as many as make a read worth its call. */
const COLUMN_RUN = 8192;
/** A file that is written to while it is open is noticed so soon. */
const CHECK_MILLISECONDS = 50;

/** Where the values of an array are in a file. */
export interface StoredArray {
  type: ValueType;
  bigEndian: boolean;
  /** Of the first value, in bytes. */
  offset: number;
  rows: number;
  columns: number;
  /** In values, from one row to the next. */
  rowStride: number;
  /** In values, from one column to the next. Rows or columns must be without gaps: one of the two strides is 1. */
  columnStride: number;
  /** What it is called in a file with several; of use to messages only, as is `transposed`. */
  name?: string;
  /** Rows here are columns in the file. */
  transposed?: boolean;
}

/** The strides of an array whose rows (C order) or columns (Fortran order) lie one after the other. */
export function strides(rows: number, columns: number, fortran = false): { rowStride: number; columnStride: number } {
  return fortran ? { rowStride: 1, columnStride: rows } : { rowStride: columns, columnStride: 1 };
}

export function transposedArray(of: StoredArray): StoredArray {
  return {
    ...of,
    rows: of.columns,
    columns: of.rows,
    rowStride: of.columnStride,
    columnStride: of.rowStride,
    transposed: !of.transposed,
  };
}

/**
 * The rows of an array as float32: a matrix, or rows that stay in their file until `closeRows` where they would take more
 * than `mostBytes`. Values are checked where they are read. Rows that lie scattered (Fortran order, transposed) take a read
 * for each column and 8,192 rows, so that blocks cost no more than in C order, but a single row costs `columns` reads.
 *
 * @param locate finds the array in the opened file, of so many bytes; what it says is checked against them. It gives the
 *   rows themselves where the file does not hold the values as they are
 * @throws RecPrismError file-missing, file-unreadable, file-truncated, file-format, value-not-finite, and what `locate` throws
 */
export async function openStored(
  file: string,
  locate: (handle: FileHandle, size: number) => Promise<StoredArray | Rows>,
  mostBytes: number,
): Promise<Rows> {
  await fileStats(file);
  try {
    const handle = await open(file, "r");
    let left = false;
    try {
      const opened = await handle.stat();
      const array = await locate(handle, opened.size);
      if (!("offset" in array)) return array;
      checkInside(array, opened.size, file);
      const rows = new RowsInFile(file, handle, array, opened);
      left = array.rows * array.columns * Float32Array.BYTES_PER_ELEMENT > mostBytes;
      return left ? rows : await rows.all();
    } finally {
      if (!left) await handle.close();
    }
  } catch (thrown) {
    throw readFault(thrown, file);
  }
}

/** Zeros, of a shape that is known to be in a file. @throws RecPrismError "file-format" where memory does not bear it */
export function allocated(rows: number, columns: number, file: string): Matrix {
  try {
    return matrix(rows, columns);
  } catch {
    throw new RecPrismError("file-format", `${file} is too large for memory: ${rows} x ${columns} values.`, { file });
  }
}

function checkInside(array: StoredArray, size: number, file: string): void {
  const { rows, columns, rowStride, columnStride, offset } = array;
  const where = { file, key: array.name };
  const called = calledIn(array, file);
  if (![rows, columns, rowStride, columnStride, offset].every((part) => Number.isSafeInteger(part) && part >= 0)) {
    throw new RecPrismError("file-format", `${called} has an impossible shape, ${rows} x ${columns}.`, where);
  }
  if (rows === 0 || columns === 0) return;
  const bytes = valueBytes(array.type);
  const last = BigInt(rows - 1) * BigInt(rowStride) + BigInt(columns - 1) * BigInt(columnStride);
  const end = BigInt(offset) + (last + 1n) * BigInt(bytes);
  if (end > BigInt(size)) {
    throw new RecPrismError(
      "file-truncated",
      `${called}: its values end at byte ${end}, but the file has only ${size}. Write or copy it again.`,
      where,
    );
  }
  // Values that overlap would make many of few, and what is read of them would not be bounded by the file.
  const [run, runs, step] = isByRows(array) ? [columns, rows, rowStride] : [rows, columns, columnStride];
  const dense = isByRows(array) || rowStride === 1 || rows === 1;
  if (!dense || (runs > 1 && step < run)) {
    throw new RecPrismError(
      "file-format",
      `${called} is a view whose values lie apart or overlap. Save a contiguous copy of it.`,
      where,
    );
  }
}

/** Whether it is each row that is without gaps, rather than each column. */
export function isByRows({ columns, columnStride }: StoredArray): boolean {
  return columnStride === 1 || columns === 1;
}

/** Reading is synchronous: engine and jobs are processes of their own, and what they compute blocks their thread anyway. */
class RowsInFile implements StoredRows {
  readonly rows: number;
  readonly columns: number;
  private closed = false;
  private checked = performance.now();

  constructor(
    private readonly file: string,
    private readonly handle: FileHandle,
    private readonly array: StoredArray,
    private readonly opened: { size: number; mtimeMs: number },
  ) {
    this.rows = array.rows;
    this.columns = array.columns;
  }

  /** @throws RecPrismError "value-not-finite", and "file-truncated" or "file-changed" where the file is no longer the same */
  readInto(values: Float32Array, at: number, from: number, to: number): void {
    if (this.closed) throw new RecPrismError("cancelled", `${this.file} was closed while it was in use.`);
    const { columns } = this;
    const into = values.subarray(at, at + (to - from) * columns);
    try {
      this.checkUnchanged();
      if (into.length === 0) return;
      if (!isByRows(this.array)) this.readColumns(into, from, to);
      else if (this.array.rowStride === columns) this.readRun(into, from * columns);
      else this.readRows(into, from, to);
    } catch (thrown) {
      throw readFault(thrown, this.file);
    }
    checkFinite(into, this.array, from * this.columns, this.file);
  }

  /** @throws RecPrismError as `readInto`, and "file-format" where memory does not bear it */
  async all(): Promise<Matrix> {
    const { rows, columns, array, file } = this;
    const result = allocated(rows, columns, file);
    if (!isByRows(array) || array.rowStride !== columns) this.readInto(result.values, 0, 0, rows);
    else if (!(await this.readAll(result.values))) checkFinite(result.values, array, 0, file);
    return result;
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    await this.handle.close();
  }

  private checkUnchanged(): void {
    const now = performance.now();
    if (now - this.checked < CHECK_MILLISECONDS) return;
    this.checked = now;
    const { size, mtimeMs } = fstatSync(this.handle.fd);
    if (size < this.opened.size) throw becameShorter(this.file);
    if (size === this.opened.size && mtimeMs === this.opened.mtimeMs) return;
    throw new RecPrismError(
      "file-changed",
      `${this.file} was changed while it was in use. Open the project again once it is written.`,
      { file: this.file },
    );
  }

  /**
   * In several places at once: most of the time goes into memory that is touched for the first time.
   *
   * @returns whether all values are finite
   */
  private async readAll(into: Float32Array): Promise<boolean> {
    const { type, bigEndian } = this.array;
    const bytes = valueBytes(type);
    const most = CHUNK_BYTES / bytes;
    let next = 0;
    let finite = true;
    const readOn = async () => {
      while (next < into.length) {
        const first = next;
        const part = into.subarray(first, first + most);
        next += part.length;
        if (this.isFloat32) await this.fetch(bytesOf(part), first);
        else {
          const chunk = new Uint8Array(part.length * bytes);
          await this.fetch(chunk, first);
          part.set(numbersOf(chunk, type, bigEndian));
        }
        finite &&= areFinite(part);
      }
    };
    await Promise.all(Array.from({ length: READS_AT_ONCE }, readOn));
    return finite;
  }

  private async fetch(bytes: Uint8Array, first: number): Promise<void> {
    if ((await fill(this.handle, this.positionOf(first), bytes)) < bytes.length) throw becameShorter(this.file);
  }

  /** Rows with gaps between them. */
  private readRows(into: Float32Array, from: number, to: number): void {
    const { columns } = this;
    for (let row = from; row < to; row++) {
      this.readRun(into.subarray((row - from) * columns, (row - from + 1) * columns), row * this.array.rowStride);
    }
  }

  private readColumns(into: Float32Array, from: number, to: number): void {
    const { columns } = this;
    const { rowStride, columnStride } = this.array;
    const run = new Float32Array(Math.min(COLUMN_RUN, to - from));
    for (let first = from; first < to; first += COLUMN_RUN) {
      const count = Math.min(COLUMN_RUN, to - first);
      for (let column = 0; column < columns; column++) {
        this.readRun(run.subarray(0, count), first * rowStride + column * columnStride);
        let target = (first - from) * columns + column;
        for (let i = 0; i < count; i++, target += columns) into[target] = run[i];
      }
    }
  }

  /** Values that lie one after the other. @param first of them, counted from the array's first */
  private readRun(into: Float32Array, first: number): void {
    if (this.isFloat32) {
      this.fill(bytesOf(into), first);
      return;
    }
    const { type, bigEndian } = this.array;
    const bytes = valueBytes(type);
    const most = CHUNK_BYTES / bytes;
    for (let done = 0; done < into.length; done += most) {
      const chunk = new Uint8Array(Math.min(most, into.length - done) * bytes);
      this.fill(chunk, first + done);
      into.set(numbersOf(chunk, type, bigEndian), done);
    }
  }

  /** The values are in the file as memory holds them. */
  private get isFloat32(): boolean {
    return this.array.type === "float32" && !this.array.bigEndian;
  }

  private positionOf(value: number): number {
    return this.array.offset + value * valueBytes(this.array.type);
  }

  private fill(bytes: Uint8Array, first: number): void {
    const start = this.positionOf(first);
    for (let filled = 0; filled < bytes.length; ) {
      const length = Math.min(LARGEST_READ, bytes.length - filled);
      const read = readSync(this.handle.fd, bytes, filled, length, start + filled);
      if (read === 0) throw becameShorter(this.file);
      filled += read;
    }
  }
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

export function becameShorter(file: string): RecPrismError {
  return new RecPrismError("file-truncated", `${file} became shorter while it was read. Try again.`, { file });
}

/**
 * Also catches float64 values beyond float32's range and integers of 2^53 or beyond, which became infinite on the way in.
 *
 * @param values row-major
 * @param first  of the array's values, where they begin
 * @throws RecPrismError "value-not-finite"
 */
export function checkFinite(
  values: Float32Array,
  array: Pick<StoredArray, "columns" | "type" | "name" | "transposed">,
  first: number,
  file: string,
): void {
  if (areFinite(values)) return;
  const index = values.findIndex((value) => !Number.isFinite(value));
  const place = [Math.floor((first + index) / array.columns), (first + index) % array.columns];
  // As in the file, where whoever repairs it will look.
  const [row, column] = array.transposed ? place.reverse() : place;
  const what = Number.isNaN(values[index])
    ? "is not a number (NaN)"
    : array.type.includes("int")
      ? "is an integer of 2^53 or beyond, which no float keeps"
      : "is infinite, or too large for float32";
  throw new RecPrismError(
    "value-not-finite",
    `${calledIn(array, file)} row ${row}, column ${column} (counted from 0) ${what}. Remove or repair that row and write the file again.`,
    { file, row, column: String(column), ...(array.name === undefined ? {} : { key: array.name }) },
  );
}

/** Whether none is NaN or infinite: their sum is not where one is, and double precision bears that of 2^53 of the largest. */
export function areFinite(values: Float32Array): boolean {
  // Four sums that do not wait for each other, in a plain loop: otherwise looking would cost more than reading the file.
  let [a, b, c, d] = [0, 0, 0, 0];
  const fours = values.length - (values.length % 4);
  for (let i = 0; i < fours; i += 4) {
    a += values[i];
    b += values[i + 1];
    c += values[i + 2];
    d += values[i + 3];
  }
  for (let i = fours; i < values.length; i++) a += values[i];
  return Number.isFinite(a + b + c + d);
}

function calledIn({ name }: Pick<StoredArray, "name">, file: string): string {
  return name === undefined ? file : `${file}, ${name},`;
}
