/** Text files that may be packed by gzip (`ratings.csv.gz`): their first bytes, and a copy that is unpacked. */
import { createReadStream, createWriteStream } from "node:fs";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { RecPrismError } from "../protocol/error";
import { faultCode, fileStats, readFault, writeFault } from "./file-fault";
import { bytesAt, withOpenedFile } from "./opened-file";

/** Tables pack to a tenth or a twentieth; what grows far more, and large, is a bomb. */
const MOST_GROWTH = 100;
const ALWAYS_BYTES = 64 * 2 ** 20;

export function isPacked(file: string): boolean {
  return /\.gz$/i.test(file);
}

/** The name that a file has once it is unpacked. */
export function unpackedName(file: string): string {
  return file.replace(/\.gz$/i, "");
}

/**
 * The first bytes of a file, or of what is packed in it.
 *
 * @returns also how much of the file they take, in [0, 1]
 * @throws RecPrismError file-missing, file-unreadable; file-format, file-truncated for what is no whole gzip
 */
export async function firstBytes(file: string, most: number): Promise<{ bytes: Buffer; share: number }> {
  if (!isPacked(file)) {
    return withOpenedFile(file, async (handle, size) => {
      const bytes = await bytesAt(handle, 0, Math.min(size, most));
      return { bytes, share: size === 0 ? 1 : bytes.length / size };
    });
  }
  const { size } = await fileStats(file);
  const chunks: Buffer[] = [];
  let length = 0;
  const unpacking = createGunzip();
  try {
    const packed = createReadStream(file);
    packed.on("error", (thrown) => unpacking.destroy(thrown));
    for await (const chunk of packed.pipe(unpacking) as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      length += chunk.length;
      if (length >= most) break;
    }
    packed.destroy();
  } catch (thrown) {
    throw unpackFault(thrown, file);
  }
  // What is left of the last part that was read is not counted.
  const share = length < most ? 1 : Math.min(unpacking.bytesWritten, size - 1) / size;
  return { bytes: Buffer.concat(chunks).subarray(0, most), share };
}

/** @throws RecPrismError as `firstBytes`; file-format for what grows beyond measure; disk-full */
export async function unpack(file: string, into: string): Promise<void> {
  const { size } = await fileStats(file);
  const most = Math.max(ALWAYS_BYTES, size * MOST_GROWTH);
  let bytes = 0;
  const counted = new Transform({
    transform(chunk: Buffer, _, done) {
      bytes += chunk.length;
      done(bytes > most ? grown(file, most) : null, chunk);
    },
  });
  try {
    await pipeline(createReadStream(file), createGunzip(), counted, createWriteStream(into));
  } catch (thrown) {
    throw ["ENOSPC", "EDQUOT"].includes(faultCode(thrown) ?? "") ? writeFault(thrown, into) : unpackFault(thrown, file);
  }
}

function grown(file: string, most: number): RecPrismError {
  return new RecPrismError(
    "file-format",
    `${file} takes more than ${most.toLocaleString("en")} bytes once it is unpacked, which no table of its size does. Check where it comes from.`,
    { file },
  );
}

function unpackFault(thrown: unknown, file: string): unknown {
  const code = thrown instanceof Error && "code" in thrown ? String(thrown.code) : "";
  if (!code.startsWith("Z_")) return readFault(thrown, file);
  const truncated = code === "Z_BUF_ERROR";
  return new RecPrismError(
    truncated ? "file-truncated" : "file-format",
    `${file} ${truncated ? "ends in the middle of what is packed in it" : "is no gzip, or is damaged"}. Copy or download it again.`,
    { file },
  );
}
