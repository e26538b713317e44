/** Rows that arrive bit by bit and are too many for memory: checked float32 values in a temporary file. */
import { randomBytes } from "node:crypto";
import { type FileHandle, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeFault } from "./file-fault";
import type { Rows } from "./matrix";
import { openStored, strides, transposedArray } from "./stored-rows";

export class Spill {
  private constructor(
    private readonly file: string,
    private readonly handle: FileHandle,
  ) {}

  static async open(): Promise<Spill> {
    const file = join(tmpdir(), `recprism-rows-${randomBytes(8).toString("hex")}.tmp`);
    try {
      return new Spill(file, await open(file, "wx", 0o600));
    } catch (thrown) {
      throw writeFault(thrown, file);
    }
  }

  async write({ buffer, byteOffset, byteLength }: Float32Array): Promise<void> {
    const bytes = new Uint8Array(buffer, byteOffset, byteLength);
    try {
      for (let done = 0; done < bytes.length; ) done += (await this.handle.write(bytes, done)).bytesWritten;
    } catch (thrown) {
      throw writeFault(thrown, this.file);
    }
  }

  /**
   * What was written, row after row.
   *
   * @param mostBytes as in `openStored`
   * @param turned each row that was written is a column of what is meant
   */
  rows(rows: number, columns: number, mostBytes: number, turned = false): Promise<Rows> {
    const array = { type: "float32", bigEndian: false, offset: 0, rows, columns, ...strides(rows, columns) } as const;
    return openStored(this.file, async () => (turned ? transposedArray(array) : array), mostBytes);
  }

  /** Whoever has it open can still read it: systems remove a file once it is closed. */
  async remove(): Promise<void> {
    await this.handle.close();
    await rm(this.file, { force: true });
  }
}
