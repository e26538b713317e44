/** A content hash that tells one project's data from another's, and from its own of before. */
import { createHash } from "node:crypto";
import { type Rows, rowsBetween } from "../data/matrix";

type NumberArray = Float32Array | Uint32Array | Uint8Array;

/** Hashed together. */
const BLOCK_BYTES = 4_096;
/** So that opening a file of any size takes a moment. */
const MOST_BLOCKS = 1_024;

/** All of the data where it is small, evenly spread samples where it is large; it does not matter where rows are kept. */
export function dataFingerprint(parts: readonly (NumberArray | Rows)[]): string {
  const hash = createHash("sha256");
  for (const part of parts) {
    const { length, unitBytes, read } = ArrayBuffer.isView(part) ? ofArray(part) : ofRows(part);
    hash.update(`${length};`);
    const size = Math.max(1, Math.floor(BLOCK_BYTES / unitBytes));
    const blocks = Math.min(MOST_BLOCKS, Math.ceil(length / size));
    for (let block = 0; block < blocks; block++) {
      const start = Math.floor((block * Math.max(0, length - size)) / Math.max(1, blocks - 1));
      const { buffer, byteOffset, byteLength } = read(start, Math.min(length, start + size));
      hash.update(new Uint8Array(buffer, byteOffset, byteLength));
    }
  }
  return hash.digest("hex");
}

interface Blocks {
  length: number;
  unitBytes: number;
  read(from: number, to: number): NumberArray;
}

function ofArray(array: NumberArray): Blocks {
  return {
    length: array.length,
    unitBytes: array.BYTES_PER_ELEMENT,
    read: (from, to) => array.subarray(from, to),
  };
}

function ofRows(of: Rows): Blocks {
  return {
    length: of.rows,
    unitBytes: Math.max(1, of.columns) * Float32Array.BYTES_PER_ELEMENT,
    read: (from, to) => rowsBetween(of, from, to).values,
  };
}
