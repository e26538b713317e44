/** Reading parts of a file whose size is known, so that what a header promises can be checked before it is read. */
import { type FileHandle, open } from "node:fs/promises";
import { fileStats, readFault } from "./file-fault";

/** Node refuses to read 2 GiB or more at once. */
export const LARGEST_READ = 1 << 30;

/**
 * Opens an ordinary file, hands it over with its size in bytes, and closes it.
 *
 * @throws RecPrismError file-missing, file-unreadable, and what `work` throws
 */
export async function withOpenedFile<Result>(
  file: string,
  work: (handle: FileHandle, size: number) => Promise<Result>,
): Promise<Result> {
  const { size } = await fileStats(file);
  try {
    const handle = await open(file, "r");
    try {
      return await work(handle, size);
    } finally {
      await handle.close();
    }
  } catch (thrown) {
    throw readFault(thrown, file);
  }
}

/** Up to `length` bytes, fewer only where the file ends; they start their buffer, as typed arrays over them need. */
export async function bytesAt(handle: FileHandle, position: number, length: number): Promise<Buffer<ArrayBuffer>> {
  const buffer = Buffer.from(new ArrayBuffer(length));
  return buffer.subarray(0, await fill(handle, position, buffer));
}

/** Reads until the buffer is full or the file ends; returns how many bytes it read. */
export async function fill(handle: FileHandle, position: number, buffer: Uint8Array): Promise<number> {
  let filled = 0;
  while (filled < buffer.length) {
    const length = Math.min(LARGEST_READ, buffer.length - filled);
    const { bytesRead } = await handle.read(buffer, filled, length, position + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return filled;
}
