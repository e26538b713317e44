/** Bytes that are looked at piece by piece where they lie, in memory or in a file, so that nothing is read for its neighbour's sake. */
import { readSync } from "node:fs";
import { RecPrismError } from "../protocol/error";

export interface ByteSource {
  /** For messages: the file, or the part of it. */
  name: string;
  file: string;
  length: number;
  /** Exactly these bytes; they lie within `length`. */
  at(position: number, length: number): Buffer;
}

const WINDOW_BYTES = 1 << 16;

export function bytesInMemory(bytes: Buffer, name: string, file: string): ByteSource {
  return { name, file, length: bytes.length, at: (position, length) => bytes.subarray(position, position + length) };
}

/**
 * Small pieces come out of a window that moves along; they are valid as long as nothing more is read.
 *
 * @param descriptor of a file that stays open as long as it is read
 * @param size       of the file, in bytes
 */
export function bytesInFile(descriptor: number, size: number, file: string): ByteSource {
  let window: Buffer = Buffer.alloc(0);
  let start = 0;
  return {
    name: file,
    file,
    length: size,
    at(position, length) {
      if (length > WINDOW_BYTES) return readExactly(descriptor, position, length, file);
      if (position < start || position + length > start + window.length) {
        window = readExactly(descriptor, position, Math.min(WINDOW_BYTES, size - position), file);
        start = position;
      }
      return window.subarray(position - start, position - start + length);
    },
  };
}

function readExactly(descriptor: number, position: number, length: number, file: string): Buffer {
  const bytes = Buffer.from(new ArrayBuffer(length));
  for (let filled = 0; filled < length; ) {
    const read = readSync(descriptor, bytes, filled, length - filled, position + filled);
    if (read === 0) {
      throw new RecPrismError("file-truncated", `${file} became shorter while it was read. Try again.`, { file });
    }
    filled += read;
  }
  return bytes;
}
