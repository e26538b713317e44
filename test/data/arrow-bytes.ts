/** Arrow files as apache-arrow writes them, plain or compressed. */
import zlib from "node:zlib";
import { compressionRegistry, RecordBatchFileWriter, RecordBatchStreamWriter, Table, type Vector } from "apache-arrow";
import { CompressionType } from "apache-arrow/fb/compression-type";
import { compress } from "lz4js";

export interface ArrowOptions {
  compression?: "lz4" | "zstd";
  stream?: boolean;
}

compressionRegistry.set(CompressionType.LZ4_FRAME, { encode: compress });
compressionRegistry.set(CompressionType.ZSTD, { encode: zstandardFrame });

/** @param batches of which each has the same columns */
export function arrowBytes(batches: Record<string, Vector>[], { compression, stream }: ArrowOptions = {}): Buffer {
  const type = { lz4: CompressionType.LZ4_FRAME, zstd: CompressionType.ZSTD, none: null }[compression ?? "none"];
  const writer = new (stream ? RecordBatchStreamWriter : FileWriter)({ compressionType: type });
  const names = Object.keys(batches[0]);
  const columns = names.map((name) => {
    const [first, ...others] = batches.map((batch) => batch[name]);
    return [name, first.concat(...others)];
  });
  writer.write(new Table(Object.fromEntries(columns)));
  writer.finish();
  return Buffer.from(writer.toUint8Array(true));
}

/** Writes before each packed buffer how long it is unpacked, as the format says; apache-arrow 21 says how long it is packed. */
class FileWriter extends RecordBatchFileWriter {
  protected override _compressBodyBuffers(
    plain: ArrayBufferView[],
  ): ReturnType<RecordBatchFileWriter["_compressBodyBuffers"]> {
    const packed = super._compressBodyBuffers(plain);
    for (const [index, { byteLength }] of plain.entries()) {
      const { buffer, byteOffset, byteLength: prefix } = packed.buffers[2 * index];
      if (prefix === 0) continue;
      const length = new DataView(buffer, byteOffset, prefix);
      if (length.getBigInt64(0, true) >= 0n) length.setBigInt64(0, BigInt(byteLength), true);
    }
    return packed;
  }
}

/** Packed where Node can; otherwise a frame that packs nothing: one of runs where all bytes are alike, otherwise of the bytes as they are. */
function zstandardFrame(bytes: Uint8Array): Uint8Array {
  const { zstdCompressSync } = zlib as { zstdCompressSync?: (bytes: Uint8Array) => Uint8Array };
  if (zstdCompressSync !== undefined) return zstdCompressSync(bytes);
  const header = Buffer.alloc(9);
  header.writeUInt32LE(0xfd2fb528, 0);
  // A single segment, whose size takes four bytes.
  header[4] = 0b1010_0000;
  header.writeUInt32LE(bytes.length, 5);
  const run = bytes.length > 0 && bytes.every((byte) => byte === bytes[0]);
  const blocks: Buffer[] = [];
  const most = 1 << 17;
  for (let at = 0; at === 0 || at < bytes.length; at += most) {
    const part = bytes.subarray(at, at + most);
    const last = at + most >= bytes.length ? 1 : 0;
    const head = Buffer.alloc(3);
    head.writeUIntLE((part.length << 3) | ((run ? 1 : 0) << 1) | last, 0, 3);
    blocks.push(head, Buffer.from(run ? part.subarray(0, 1) : part));
  }
  return Buffer.concat([header, ...blocks]);
}
