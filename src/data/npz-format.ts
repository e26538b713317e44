/** `.npz`, NumPy's archive of arrays: those that are stored are read in place, those that are deflated are inflated as they come. */
import type { FileHandle } from "node:fs/promises";
import { RecPrismError } from "../protocol/error";
import { chosenTensor } from "./chosen-array";
import { type Rows, transposed as transposedMatrix } from "./matrix";
import type { FoundArray, MatrixFormat } from "./matrix-format";
import { type NpyBytes, npyArray, npyBytes, npyHeader } from "./npy";
import { foundNpy } from "./npy-format";
import { withOpenedFile } from "./opened-file";
import { Spill } from "./spill";
import { allocated, checkFinite, isByRows, openStored, type StoredArray, transposedArray } from "./stored-rows";
import { numbersOf } from "./stored-values";
import { entryContent, type ZipEntry, zipEntries } from "./zip-file";

const SUFFIX = ".npy";
/** A whole number of values of any type. */
const CHUNK_BYTES = 1 << 20;
/** Larger members must be plausible: random floats hardly compress, 0 and 1 in float64 do to a hundredth. */
const MOST_UNQUESTIONED_BYTES = 256 * 2 ** 20;
const MOST_COMPRESSION = 100;
/** A header is a few hundred bytes: no more of a member is inflated to describe it. */
const HEADER_PIECE_BYTES = 1 << 14;

export const npzFormat: MatrixFormat = {
  name: "NumPy archive",
  extensions: [".npz"],
  async describe(file) {
    return withOpenedFile(file, async (handle, size) => foundMembers(handle, await members(handle, size, file), file));
  },
  async open(source, mostBytes) {
    const { file, transposed } = source;
    const locate = async (handle: FileHandle, size: number) => {
      const entries = await members(handle, size, file);
      // Headers of all members are of interest only where one must be chosen among them.
      const member = entries.has(source.tensor ?? "")
        ? (source.tensor as string)
        : chosenTensor(source, await foundMembers(handle, entries, file));
      const entry = entries.get(member) as ZipEntry;
      const found = npyArray(await npyHeader(memberBytes(handle, entry, file), { file, member }), { file, member });
      const array = transposed ? transposedArray(found) : found;
      return entry.method === "stored"
        ? { ...array, offset: entry.dataOffset + array.offset }
        : inflatedRows(handle, entry, array, mostBytes, file);
    };
    return { rows: await openStored(file, locate, mostBytes), ids: null };
  },
};

/** By the names that NumPy gives them; what is no `.npy` is no array. */
async function members(handle: FileHandle, size: number, file: string): Promise<Map<string, ZipEntry>> {
  const entries = await zipEntries(handle, size, file);
  const arrays = [...entries].filter(([name]) => name.endsWith(SUFFIX));
  return new Map(arrays.map(([name, entry]) => [name.slice(0, -SUFFIX.length), entry]));
}

async function foundMembers(handle: FileHandle, entries: Map<string, ZipEntry>, file: string): Promise<FoundArray[]> {
  const found: FoundArray[] = [];
  for (const [member, entry] of entries) {
    const header = await npyHeader(memberBytes(handle, entry, file), { file, member });
    found.push(foundNpy({ file, tensor: member }, header));
  }
  return found;
}

function memberBytes(handle: FileHandle, entry: ZipEntry, file: string): NpyBytes {
  if (entry.method === "stored") return npyBytes(handle, entry.dataOffset, entry.size);
  return {
    size: entry.size,
    async at(position, length) {
      const pieces: Buffer[] = [];
      let got = 0;
      for await (const piece of entryContent(handle, entry, file, HEADER_PIECE_BYTES)) {
        pieces.push(piece);
        got += piece.length;
        if (got >= position + length) break;
      }
      return Buffer.concat(pieces).subarray(position, position + length);
    },
  };
}

/**
 * The rows of a deflated array: a matrix, or where that would take more than `mostBytes`, rows in a temporary file, so that
 * what takes the memory of a few pieces serves a member of any size.
 *
 * @throws RecPrismError as `entryContent`, and value-not-finite, disk-full
 */
async function inflatedRows(
  handle: FileHandle,
  entry: ZipEntry,
  array: StoredArray,
  mostBytes: number,
  file: string,
): Promise<Rows> {
  refuseBomb(entry, array, file);
  // In the order in which they are stored.
  const lying = isByRows(array) ? array : transposedArray(array);
  const { rows, columns } = lying;
  if (rows * columns * Float32Array.BYTES_PER_ELEMENT <= mostBytes) {
    const result = allocated(rows, columns, file);
    let done = 0;
    for await (const values of inflatedValues(handle, entry, lying, file)) {
      result.values.set(values, done);
      done += values.length;
    }
    return lying === array ? result : transposedMatrix(result);
  }
  const spill = await Spill.open();
  try {
    for await (const values of inflatedValues(handle, entry, lying, file)) await spill.write(values);
    return await spill.rows(rows, columns, mostBytes, lying !== array);
  } finally {
    await spill.remove();
  }
}

/** Some values after the other, as float32; they are valid until the next are asked for. */
async function* inflatedValues(
  handle: FileHandle,
  entry: ZipEntry,
  array: StoredArray,
  file: string,
): AsyncGenerator<Float32Array> {
  const { type, bigEndian } = array;
  const chunk = new Uint8Array(CHUNK_BYTES);
  let filled = 0;
  let done = 0;
  const taken = () => {
    const numbers = numbersOf(chunk.subarray(0, filled), type, bigEndian);
    const values = numbers instanceof Float32Array ? numbers : new Float32Array(numbers);
    checkFinite(values, array, done, file);
    done += values.length;
    filled = 0;
    return values;
  };
  let toSkip = array.offset;
  for await (const piece of entryContent(handle, entry, file)) {
    let at = Math.min(toSkip, piece.length);
    toSkip -= at;
    while (at < piece.length) {
      const part = piece.subarray(at, at + chunk.length - filled);
      chunk.set(part, filled);
      filled += part.length;
      at += part.length;
      if (filled === chunk.length) yield taken();
    }
  }
  if (filled > 0) yield taken();
}

/** A small file may claim to inflate to one that fills the disk. */
function refuseBomb({ size, compressed }: ZipEntry, { name }: StoredArray, file: string): void {
  if (size <= MOST_UNQUESTIONED_BYTES || size <= compressed * MOST_COMPRESSION) return;
  throw new RecPrismError(
    "file-format",
    `${file}, ${name}, promises ${size.toLocaleString("en")} bytes when inflated, of ${compressed.toLocaleString("en")}; embeddings are never compressed so far. If it is right, write it uncompressed: numpy.savez.`,
    { file, key: name },
  );
}
