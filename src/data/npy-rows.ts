/** Rows of a `.npy` file that is too large for memory: they stay there and are read when they are asked for. */
import { fstatSync, readSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { RecPrismError } from "../protocol/error";
import { fileStats, readFault } from "./file-fault";
import type { Rows, StoredRows } from "./matrix";
import { becameShorter, checkFinite, headerOf, isAsInMemory, type NpyHeader, readNpy, readNpyHeader } from "./npy";

/** As float32; a larger array stays in its file. */
export const MOST_BYTES_IN_MEMORY = 256 * 2 ** 20;
/** Rows in Fortran order lie scattered over the file, so that it is read whole up to this size. */
const MOST_FORTRAN_BYTES = 512 * 2 ** 20;
/** Read at once where values must be converted. */
const CHUNK_BYTES = 1 << 22;
/** A file that is written to while it is open is noticed so soon. */
const CHECK_MILLISECONDS = 50;

/**
 * As `readNpy`, but an array of more than `mostBytes` as float32 stays in its file, which `closeRows` closes. Its values
 * are checked where they are read.
 *
 * @throws RecPrismError as `readNpy`; "file-format" for an array that can neither be kept in memory nor read by rows
 */
export async function openNpy(file: string, mostBytes = MOST_BYTES_IN_MEMORY): Promise<Rows> {
  const { rows, columns, fortranOrder } = await readNpyHeader(file);
  const bytes = rows * columns * Float32Array.BYTES_PER_ELEMENT;
  if (bytes <= mostBytes) return readNpy(file);
  if (!fortranOrder) return NpyRows.open(file);
  if (bytes <= MOST_FORTRAN_BYTES) return readNpy(file);
  const name = JSON.stringify(file);
  throw new RecPrismError(
    "file-format",
    `${file} is in Fortran order and too large for memory (${rows} x ${columns}); such a file is read row by row, which takes C order. ` +
      `Rewrite it in Python: import numpy as np; np.save(${name}, np.ascontiguousarray(np.load(${name})))`,
    { file },
  );
}

/** Closes the file where rows stayed in one. */
export async function closeRows(rows: Rows): Promise<void> {
  if (rows instanceof NpyRows) await rows.close();
}

/** Reading is synchronous: engine and jobs are processes of their own, and what they compute blocks their thread anyway. */
class NpyRows implements StoredRows {
  readonly rows: number;
  readonly columns: number;
  private closed = false;
  private checked = performance.now();

  private constructor(
    private readonly file: string,
    private readonly handle: FileHandle,
    private readonly header: NpyHeader,
    private readonly opened: { size: number; mtimeMs: number },
  ) {
    this.rows = header.rows;
    this.columns = header.columns;
  }

  static async open(file: string): Promise<NpyRows> {
    await fileStats(file);
    try {
      const handle = await open(file, "r");
      try {
        const stats = await handle.stat();
        return new NpyRows(file, handle, await headerOf(handle, stats.size, file), stats);
      } catch (thrown) {
        await handle.close();
        throw thrown;
      }
    } catch (thrown) {
      throw readFault(thrown, file);
    }
  }

  /** @throws RecPrismError "value-not-finite", and "file-truncated" or "file-changed" where the file is no longer the same */
  readInto(values: Float32Array, at: number, from: number, to: number): void {
    if (this.closed) throw new RecPrismError("cancelled", `${this.file} was closed while it was in use.`);
    const into = values.subarray(at, at + (to - from) * this.columns);
    try {
      this.checkUnchanged();
      if (isAsInMemory(this.header)) this.fill(asBytes(into), from * this.columns);
      else this.convert(into, from * this.columns);
    } catch (thrown) {
      throw readFault(thrown, this.file);
    }
    checkFinite(into, this.columns, from, this.file);
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

  private convert(into: Float32Array, first: number): void {
    const { valueBytes, bigEndian } = this.header;
    const most = CHUNK_BYTES / valueBytes;
    for (let done = 0; done < into.length; done += most) {
      const count = Math.min(most, into.length - done);
      const bytes = Buffer.from(new ArrayBuffer(count * valueBytes));
      this.fill(bytes, first + done);
      if (bigEndian) valueBytes === 4 ? bytes.swap32() : bytes.swap64();
      into.set(valueBytes === 4 ? new Float32Array(bytes.buffer) : new Float64Array(bytes.buffer), done);
    }
  }

  /** @param first value of the file, counted from its first */
  private fill(bytes: Uint8Array, first: number): void {
    const start = this.header.dataOffset + first * this.header.valueBytes;
    for (let filled = 0; filled < bytes.length; ) {
      const read = readSync(this.handle.fd, bytes, filled, bytes.length - filled, start + filled);
      if (read === 0) throw becameShorter(this.file);
      filled += read;
    }
  }
}

function asBytes({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
