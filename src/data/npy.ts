/** NumPy's `.npy` files as float32 matrices. Everything a header says is checked against the file before it is believed. */

import type { FileHandle } from "node:fs/promises";
import { writeFileAtomically } from "./atomic-write";
import type { Matrix, Rows } from "./matrix";
import {
  checkNpyUsable,
  describeNpyDtype,
  type NpyDescription,
  type NpyPlace,
  npyFault,
  npyValueType,
  parseNpyDescription,
} from "./npy-description";
import { bytesAt } from "./opened-file";
import { MOST_BYTES_IN_MEMORY, openStored, type StoredArray, strides, transposedArray } from "./stored-rows";
import { valueBytes } from "./stored-values";

/** Bytes of a `.npy` file or member, wherever they are kept. */
export interface NpyBytes {
  /** How many there are. */
  size: number;
  /** Up to `length` of them from `position` on, fewer only at their end. */
  at(position: number, length: number): Promise<Buffer>;
}

export interface NpyHeader extends NpyDescription {
  /** Where the values start, in bytes. */
  dataOffset: number;
}

const MAGIC = Buffer.from("\x93NUMPY", "latin1");
/** NumPy itself pads headers to 64 bytes, and reads none of more than 10,000; what is far longer is damage. */
const LONGEST_HEADER = 1 << 16;

/**
 * A 1-d or 2-d array of floats or integers as float32; a 1-d array becomes n x 1. What takes more than `mostBytes` stays in
 * its file, as `openStored` says, at the cost it says for Fortran order.
 *
 * @param transposed the file holds one column per row
 * @throws RecPrismError file-missing, file-unreadable, file-format, file-truncated, dtype-unsupported, and value-not-finite
 *   naming row and column
 */
export async function openNpy(file: string, mostBytes = MOST_BYTES_IN_MEMORY, transposed = false): Promise<Rows> {
  const locate = async (handle: FileHandle, size: number) => {
    const array = npyArray(await npyHeader(npyBytes(handle, 0, size), { file }), { file });
    return transposed ? transposedArray(array) : array;
  };
  return openStored(file, locate, mostBytes);
}

/** As `openNpy`, into memory however large. */
export async function readNpy(file: string): Promise<Matrix> {
  return (await openNpy(file, Number.POSITIVE_INFINITY)) as Matrix;
}

/** Writes float32, version 1.0, C order: what every NumPy reads. Atomic. */
export async function writeNpy(file: string, of: Matrix): Promise<void> {
  const values = Buffer.from(of.values.buffer, of.values.byteOffset, of.values.byteLength);
  await writeFileAtomically(file, Buffer.concat([npyHeaderBytes(of.rows, of.columns), values]));
}

/** What stands before the values of a float32 array in C order. */
export function npyHeaderBytes(rows: number, columns: number): Buffer {
  return npyHeaderOf("<f4", [rows, columns]);
}

/** The same for any type, `|u1`, and any number of dimensions. */
export function npyHeaderOf(dtype: string, shape: readonly number[]): Buffer {
  const prefix = MAGIC.length + 4;
  const lengths = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const text = `{'descr': '${dtype}', 'fortran_order': False, 'shape': (${lengths}), }`;
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

/** A `.npy` that is a file, or a part of one: bytes [start, start + size). */
export function npyBytes(handle: FileHandle, start: number, size: number): NpyBytes {
  return {
    size,
    at: (position, length) => bytesAt(handle, start + position, Math.max(0, Math.min(length, size - position))),
  };
}

/** @throws RecPrismError "file-format", "file-truncated" */
export async function npyHeader(bytes: NpyBytes, place: NpyPlace): Promise<NpyHeader> {
  const start = await bytes.at(0, Math.min(bytes.size, 12));
  if (start.length < 10 || !start.subarray(0, MAGIC.length).equals(MAGIC)) {
    const found = bytes.size === 0 ? "is empty" : "does not start like a .npy file";
    throw npyFault("file-format", place, `${found}. Save the array with numpy.save.`);
  }
  const version = start[6];
  if (version < 1 || version > 3) {
    throw npyFault(
      "file-format",
      place,
      `has .npy version ${version}; versions 1 to 3 are read. Save it again with numpy.save.`,
    );
  }
  const lengthBytes = version === 1 ? 2 : 4;
  const textOffset = 8 + lengthBytes;
  const textLength = start.length < textOffset ? 0 : start.readUIntLE(8, lengthBytes);
  if (textLength === 0 || textLength > LONGEST_HEADER) {
    throw npyFault("file-format", place, `has a damaged .npy header: its length is ${textLength}.`);
  }
  const dataOffset = textOffset + textLength;
  const text = dataOffset > bytes.size ? null : await bytes.at(textOffset, textLength);
  if (text === null || text.length < textLength) {
    const missing = counted(dataOffset - textOffset - (text?.length ?? bytes.size - textOffset));
    throw npyFault("file-truncated", place, `ends inside its header: ${missing} are missing. Write or copy it again.`);
  }
  const description = parseNpyDescription(text.toString(version === 3 ? "utf8" : "latin1"), place);
  checkSize(description, bytes.size - dataOffset, place);
  return { ...description, dataOffset };
}

/**
 * Where the values are, counted from the start of the `.npy`.
 *
 * @throws RecPrismError "dtype-unsupported" or "file-format" for what is no matrix of numbers
 */
export function npyArray(header: NpyHeader, place: NpyPlace): StoredArray {
  checkNpyUsable(header, place);
  const { dtype, shape, fortranOrder, dataOffset } = header;
  const value = npyValueType(dtype);
  const [rows, columns] = [Number(shape[0]), Number(shape[1] ?? 1)];
  // An empty array may claim any number of rows by having no columns.
  if (value === null || !Number.isSafeInteger(rows) || !Number.isSafeInteger(columns)) {
    throw npyFault("file-format", place, `has an impossible shape, ${shape.join(" x ")}.`);
  }
  return { ...value, offset: dataOffset, rows, columns, ...strides(rows, columns, fortranOrder), name: place.member };
}

/** The values a header promises must be there, to the byte. */
function checkSize({ dtype, shape }: NpyDescription, present: number, place: NpyPlace): void {
  const value = npyValueType(dtype);
  if (value === null) return;
  const promised = shape.reduce((product, length) => product * length, BigInt(valueBytes(value.type)));
  const difference = promised - BigInt(present);
  const said = `says ${shape.join(" x ") || "1"} ${describeNpyDtype(dtype)}, which is ${counted(promised)}`;
  if (difference > 0n) {
    throw npyFault(
      "file-truncated",
      place,
      `${said}, but holds only ${counted(present)}: ${counted(difference)} are missing. Write or copy it again.`,
    );
  }
  if (difference < 0n) {
    throw npyFault(
      "file-format",
      place,
      `${said}, but holds ${counted(present)}: ${counted(-difference)} too many. Write or copy it again.`,
    );
  }
}

function counted(count: number | bigint): string {
  return `${count.toLocaleString("en")} bytes`;
}
