/** `.npz`, NumPy's archive of arrays: those that are stored are read in place, those that are deflated are inflated as they come. */
import type { FileHandle } from "node:fs/promises";
import { chosenTensor } from "./chosen-array";
import type { Matrix } from "./matrix";
import type { FoundArray, MatrixFormat } from "./matrix-format";
import { type NpyBytes, npyArray, npyBytes, npyHeader } from "./npy";
import { foundNpy } from "./npy-format";
import { withOpenedFile } from "./opened-file";
import { allocated, checkFinite, isByRows, openStored, type StoredArray, transposedArray } from "./stored-rows";
import { type Numbers, numbersOf, valueBytes } from "./stored-values";
import { entryContent, type ZipEntry, zipEntries } from "./zip-file";

const SUFFIX = ".npy";
/** A header is a few hundred bytes: no more of a member is inflated to describe it. */
const HEADER_PIECE_BYTES = 1 << 14;

export const npzFormat: MatrixFormat = {
  name: "NumPy archive",
  extensions: [".npz"],
  async describe(file) {
    return withOpenedFile(file, async (handle, size) => foundMembers(handle, await members(handle, size, file), file));
  },
  /** A deflated array is taken into memory however large: its rows are nowhere in the file. */
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
        : inflated(handle, entry, array, file);
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

async function inflated(handle: FileHandle, entry: ZipEntry, array: StoredArray, file: string): Promise<Matrix> {
  const result = allocated(array.rows, array.columns, file);
  const place = placing(result.values, array);
  const bytes = valueBytes(array.type);
  /** What is left of the header, and how many bytes of a value came at the end of the piece before. */
  let toSkip = array.offset;
  let rest = Buffer.alloc(0);
  for await (const piece of entryContent(handle, entry, file)) {
    const skipped = Math.min(toSkip, piece.length);
    toSkip -= skipped;
    const joined = Buffer.concat([rest, piece.subarray(skipped)]);
    const whole = joined.length - (joined.length % bytes);
    rest = joined.subarray(whole);
    // A copy of its own starts its buffer, as values need.
    place(numbersOf(new Uint8Array(joined.subarray(0, whole)), array.type, array.bigEndian));
  }
  checkFinite(result.values, array, 0, file);
  return result;
}

/** Puts values where they belong, in the order in which they are stored. */
function placing(into: Float32Array, array: StoredArray): (next: Numbers) => void {
  const { rows, columns } = array;
  let done = 0;
  if (isByRows(array)) {
    return (next) => {
      into.set(next, done);
      done += next.length;
    };
  }
  return (next) => {
    for (let i = 0; i < next.length; i++, done++) into[(done % rows) * columns + Math.floor(done / rows)] = next[i];
  };
}
