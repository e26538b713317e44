/** Buffers of an Arrow record batch: read by range where they stand as they are, unpacked once where they are compressed. */
import type { FileHandle } from "node:fs/promises";
import { CompressionType } from "apache-arrow/fb/compression-type";
import { decompress as unpackZstandard } from "fzstd";
import { decompressBlock } from "lz4js";
import { RecPrismError } from "../protocol/error";
import { type ArrowBatch, readable } from "./arrow-messages";
import { bytesAt } from "./opened-file";

/** Buffers of one batch that are unpacked at the same time. */
const MOST_UNPACKED_BYTES = 1 << 29;
const LENGTH_BYTES = 8;
const NOT_COMPRESSED = -1n;

export class ArrowBuffers {
  private readonly unpacked = new Map<number, Uint8Array>();
  private unpackedBytes = 0;
  private readonly codec: CompressionType | null;

  constructor(
    private readonly handle: FileHandle,
    private readonly batch: ArrowBatch,
    private readonly file: string,
  ) {
    this.codec = readable(file, batch.bodyOffset, () => batch.header.compression()?.codec() ?? null);
  }

  /**
   * Bytes [from, to) of a buffer, in a buffer of their own.
   *
   * @throws RecPrismError file-format where there are fewer
   */
  async bytes(
    { offset, length }: { offset: number; length: number },
    from: number,
    to: number,
  ): Promise<Uint8Array<ArrayBuffer>> {
    if (this.codec !== null && length > 0)
      return new Uint8Array(this.within(await this.whole(offset, length), from, to));
    if (!(to <= length)) throw this.tooShort(offset, length, to);
    const read = await bytesAt(this.handle, this.batch.bodyOffset + offset + from, to - from);
    if (read.length < to - from) throw this.tooShort(offset, read.length, to - from);
    return new Uint8Array(read.buffer as ArrayBuffer, read.byteOffset, read.length);
  }

  private within(bytes: Uint8Array, from: number, to: number): Uint8Array {
    if (!(to <= bytes.length)) throw this.tooShort(0, bytes.length, to);
    return bytes.subarray(from, to);
  }

  private async whole(offset: number, length: number): Promise<Uint8Array> {
    const known = this.unpacked.get(offset);
    if (known !== undefined) return known;
    if (length < LENGTH_BYTES) throw this.tooShort(offset, length, LENGTH_BYTES);
    const start = this.batch.bodyOffset + offset;
    const promised = (await bytesAt(this.handle, start, LENGTH_BYTES)).readBigInt64LE(0);
    const plain = promised === NOT_COMPRESSED;
    const size = plain ? length - LENGTH_BYTES : Number(promised);
    // No format packs more than 255 bytes into one, but for runs of zeros, which are no embeddings.
    if (!(size >= 0 && size <= Math.max(1 << 20, length * 1_000))) throw this.damaged(start);
    this.unpackedBytes += size;
    if (this.unpackedBytes > MOST_UNPACKED_BYTES) {
      throw new RecPrismError(
        "file-format",
        `${this.file} has a compressed record batch of more than ${MOST_UNPACKED_BYTES.toLocaleString("en")} bytes, which must be unpacked at once. Write it in smaller batches (chunksize=65536).`,
        { file: this.file },
      );
    }
    const packed = await bytesAt(this.handle, start + LENGTH_BYTES, length - LENGTH_BYTES);
    const bytes = plain ? packed : readable(this.file, start, () => this.unpack(packed, size));
    if (bytes.length !== size) throw this.damaged(start);
    this.unpacked.set(offset, bytes);
    return bytes;
  }

  private unpack(packed: Uint8Array, size: number): Uint8Array {
    const into = new Uint8Array(size);
    if (this.codec === CompressionType.LZ4_FRAME) return into.subarray(0, unpackLz4Frame(packed, into));
    if (this.codec === CompressionType.ZSTD) return unpackZstandard(packed, into);
    throw new RangeError("an unknown compression");
  }

  private tooShort(offset: number, present: number, wanted: number): RecPrismError {
    return new RecPrismError(
      "file-format",
      `${this.file} promises ${wanted.toLocaleString("en")} bytes in a buffer at byte ${this.batch.bodyOffset + offset}, which has ${present.toLocaleString("en")}. Write or copy it again.`,
      { file: this.file },
    );
  }

  private damaged(position: number): RecPrismError {
    return new RecPrismError(
      "file-format",
      `${this.file} has a compressed buffer at byte ${position} that does not unpack to what it promises. Write or copy it again.`,
      { file: this.file },
    );
  }
}

const LZ4_MAGIC = 0x184d2204;
const LZ4_PLAIN_BLOCK = 0x80000000;
const LZ4_LARGEST_BLOCK = 1 << 22;

/**
 * Block by block, so that a frame that unpacks to more than there is room for ends early; lz4js itself would go on.
 *
 * @returns how many bytes it unpacked
 * @see https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md
 */
function unpackLz4Frame(packed: Uint8Array, into: Uint8Array): number {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  if (view.getUint32(0, true) !== LZ4_MAGIC) throw new RangeError("no LZ4 frame");
  const flags = view.getUint8(4);
  const blockChecksum = (flags & 0x10) !== 0 ? 4 : 0;
  const [contentSize, dictionary] = [(flags & 0x08) !== 0 ? 8 : 0, (flags & 0x01) !== 0 ? 4 : 0];
  let at = 4 + 2 + contentSize + dictionary + 1;
  let filled = 0;
  for (;;) {
    const said = view.getUint32(at, true);
    at += 4;
    if (said === 0) return filled;
    const length = said & ~LZ4_PLAIN_BLOCK;
    if (length > LZ4_LARGEST_BLOCK || at + length > packed.length) throw new RangeError("a block outside of its frame");
    if ((said & LZ4_PLAIN_BLOCK) !== 0) {
      into.set(packed.subarray(at, at + length), filled);
      filled += length;
    } else {
      filled = decompressBlock(packed, into, at, length, filled);
    }
    if (!(filled <= into.length)) throw new RangeError("more than promised");
    at += length + blockChecksum;
  }
}
