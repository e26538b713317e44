/** NumPy's `.npy` files as float32 matrices. Everything a header says is checked against the file before it is believed. */
import type { FileHandle } from "node:fs/promises";
import { RecPrismError } from "../protocol/error";
import { writeFileAtomically } from "./atomic-write";
import { type Matrix, matrix } from "./matrix";
import { describeNpyDtype, type NpyDescription, parseNpyDescription } from "./npy-description";
import { bytesAt, fill, withOpenedFile } from "./opened-file";

export interface NpyHeader extends NpyDescription {
  /** A 1-d array counts as one column. */
  rows: number;
  columns: number;
  /** Where the values start, in bytes. */
  dataOffset: number;
}

const MAGIC = Buffer.from("\x93NUMPY", "latin1");
/** NumPy itself pads headers to 64 bytes; what is far longer is damage. */
const LONGEST_HEADER = 1 << 20;
/** A multiple of every value size. */
const CHUNK_BYTES = 1 << 22;

/**
 * Shape and type of an array, without its values.
 *
 * @throws RecPrismError file-missing, file-unreadable, file-format, file-truncated, dtype-unsupported
 */
export async function readNpyHeader(file: string): Promise<NpyHeader> {
  return withOpenedFile(file, (handle, size) => headerOf(handle, size, file));
}

/**
 * A 1-d or 2-d array of float32 or float64 as a float32 matrix; a 1-d array becomes n x 1.
 *
 * @throws RecPrismError as `readNpyHeader`, and value-not-finite naming row and column
 */
export async function readNpy(file: string): Promise<Matrix> {
  return withOpenedFile(file, async (handle, size) => {
    const description = await headerOf(handle, size, file);
    const { rows, columns } = description;
    const result = allocated(rows, columns, file);
    if (isAsInMemory(description)) {
      const { buffer, byteOffset, byteLength } = result.values;
      const read = await fill(handle, description.dataOffset, Buffer.from(buffer, byteOffset, byteLength));
      if (read < byteLength) throw becameShorter(file);
      checkFinite(result.values, columns, 0, file);
      return result;
    }
    let start = 0;
    for await (const values of valuesOf(handle, description, file)) {
      if (description.fortranOrder) {
        for (let i = 0; i < values.length; i++) {
          const index = start + i;
          result.values[(index % rows) * columns + Math.floor(index / rows)] = values[i];
        }
      } else {
        result.values.set(values, start);
      }
      start += values.length;
    }
    checkFinite(result.values, columns, 0, file);
    return result;
  });
}

/** One value per row: an array of n or n x 1. */
export async function readNpyVector(file: string): Promise<Float32Array> {
  const read = await readNpy(file);
  if (read.columns === 1) return read.values;
  throw new RecPrismError(
    "file-format",
    `${file} is ${read.rows} x ${read.columns}; one value a row is expected, an array of n or n x 1.`,
    { file },
  );
}

/** Writes float32, version 1.0, C order: what every NumPy reads. Atomic. */
export async function writeNpy(file: string, of: Matrix): Promise<void> {
  const values = Buffer.from(of.values.buffer, of.values.byteOffset, of.values.byteLength);
  await writeFileAtomically(file, Buffer.concat([npyHeaderBytes(of.rows, of.columns), values]));
}

/** What stands before the values of a float32 array in C order. */
export function npyHeaderBytes(rows: number, columns: number): Buffer {
  const prefix = MAGIC.length + 4;
  const text = `{'descr': '<f4', 'fortran_order': False, 'shape': (${rows}, ${columns}), }`;
  const total = Math.ceil((prefix + text.length + 1) / 64) * 64;
  const length = Buffer.alloc(2);
  length.writeUInt16LE(total - prefix);
  return Buffer.concat([
    MAGIC,
    Buffer.from([1, 0]),
    length,
    Buffer.from(`${text.padEnd(total - prefix - 1)}\n`, "latin1"),
  ]);
}

/**
 * @param size of the file, in bytes
 * @throws RecPrismError as `readNpyHeader`
 */
export async function headerOf(handle: FileHandle, size: number, file: string): Promise<NpyHeader> {
  const start = await bytesAt(handle, 0, Math.min(size, 12));
  if (start.length < 10 || !start.subarray(0, MAGIC.length).equals(MAGIC)) {
    const found = size === 0 ? "is empty" : "does not start like a .npy file";
    throw new RecPrismError("file-format", `${file} ${found}. Save the array with numpy.save.`, { file });
  }
  const version = start[6];
  if (version < 1 || version > 3) {
    throw new RecPrismError(
      "file-format",
      `${file} has .npy version ${version}; versions 1 to 3 are read. Save it again with numpy.save.`,
      { file },
    );
  }
  const lengthBytes = version === 1 ? 2 : 4;
  const textOffset = 8 + lengthBytes;
  const textLength = start.length < textOffset ? 0 : start.readUIntLE(8, lengthBytes);
  if (textLength === 0 || textLength > LONGEST_HEADER) {
    throw new RecPrismError("file-format", `${file} has a damaged .npy header: its length is ${textLength}.`, { file });
  }
  const dataOffset = textOffset + textLength;
  if (dataOffset > size) {
    throw new RecPrismError(
      "file-truncated",
      `${file} ends inside its header: ${bytes(dataOffset - size)} are missing. Write or copy it again.`,
      { file },
    );
  }
  const text = (await bytesAt(handle, textOffset, textLength)).toString(version === 3 ? "utf8" : "latin1");
  const description = parseNpyDescription(text, file);
  return { ...description, ...checkedShape(description, size - dataOffset, file), dataOffset };
}

/** Rows and columns, once the values they promise are known to be there, to the byte. */
function checkedShape(of: NpyDescription, present: number, file: string): { rows: number; columns: number } {
  const { shape } = of;
  if (shape.length < 1 || shape.length > 2) {
    throw new RecPrismError(
      "file-format",
      `${file} has ${shape.length} dimensions (${shape.join(" x ") || "a single number"}); a matrix has 2, a bias 1.`,
      { file },
    );
  }
  const promised = shape.reduce((product, length) => product * length, BigInt(of.valueBytes));
  const difference = promised - BigInt(present);
  const said = `${file} says ${shape.join(" x ")} ${describeNpyDtype(of.dtype)}, which is ${bytes(promised)}`;
  if (difference > 0n) {
    throw new RecPrismError(
      "file-truncated",
      `${said}, but holds only ${bytes(present)}: ${bytes(difference)} are missing. Write or copy it again.`,
      { file },
    );
  }
  if (difference < 0n) {
    throw new RecPrismError(
      "file-format",
      `${said}, but holds ${bytes(present)}: ${bytes(-difference)} too many. Write or copy it again.`,
      { file },
    );
  }
  const [rows, columns] = [Number(shape[0]), Number(shape[1] ?? 1n)];
  // An empty array may claim any number of rows by having no columns.
  if (!Number.isSafeInteger(rows) || !Number.isSafeInteger(columns)) {
    throw new RecPrismError("file-format", `${file} has an impossible shape, ${shape.join(" x ")}.`, { file });
  }
  return { rows, columns };
}

async function* valuesOf(handle: FileHandle, of: NpyHeader, file: string): AsyncGenerator<Float32Array | Float64Array> {
  const total = of.rows * of.columns * of.valueBytes;
  for (let done = 0; done < total; ) {
    // A fresh buffer each time: its start is aligned, as the typed array over it needs.
    const chunk = await bytesAt(handle, of.dataOffset + done, Math.min(CHUNK_BYTES, total - done));
    if (chunk.length === 0 || chunk.length % of.valueBytes !== 0) {
      throw becameShorter(file);
    }
    if (of.bigEndian) of.valueBytes === 4 ? chunk.swap32() : chunk.swap64();
    const count = chunk.length / of.valueBytes;
    yield of.valueBytes === 4
      ? new Float32Array(chunk.buffer, chunk.byteOffset, count)
      : new Float64Array(chunk.buffer, chunk.byteOffset, count);
    done += chunk.length;
  }
}

/** The usual case, which can be read straight into place. Every machine that runs VS Code is little-endian. */
export function isAsInMemory({ valueBytes, bigEndian, fortranOrder }: NpyHeader): boolean {
  return valueBytes === 4 && !bigEndian && !fortranOrder;
}

export function becameShorter(file: string): RecPrismError {
  return new RecPrismError("file-truncated", `${file} became shorter while it was read. Try again.`, { file });
}

function allocated(rows: number, columns: number, file: string): Matrix {
  try {
    return matrix(rows, columns);
  } catch {
    throw new RecPrismError("file-format", `${file} is too large for memory: ${rows} x ${columns} values.`, { file });
  }
}

/**
 * Also catches float64 values beyond float32's range, which became infinite on the way in.
 *
 * @param values row-major
 * @param firstRow of the file, where they begin
 * @throws RecPrismError "value-not-finite"
 */
export function checkFinite(values: Float32Array, columns: number, firstRow: number, file: string): void {
  let index = 0;
  // A plain loop: a callback for each value would cost more than reading the file.
  while (index < values.length && Number.isFinite(values[index])) index++;
  if (index === values.length) return;
  const row = firstRow + Math.floor(index / columns);
  const column = index % columns;
  const what = Number.isNaN(values[index]) ? "is not a number (NaN)" : "is infinite, or too large for float32";
  throw new RecPrismError(
    "value-not-finite",
    `${file} row ${row}, column ${column} (counted from 0) ${what}. Remove or repair that row and write the file again.`,
    { file, row, column: String(column) },
  );
}

function bytes(count: number | bigint): string {
  return `${count.toLocaleString("en")} bytes`;
}
