/** Text files that are not UTF-8: how they are recognised, and their copy in UTF-8 for readers that take nothing else. */
import { isUtf8 } from "node:buffer";
import { createReadStream, createWriteStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import iconv from "iconv-lite";
import { RecPrismError } from "../protocol/error";
import { faultCode, readFault, writeFault } from "./file-fault";
import { bytesAt, withOpenedFile } from "./opened-file";

/** As DuckDB reads them. */
export const LONGEST_LINE = 2_000_000;

/** What text is taken for that is neither UTF-8 nor says what it is: Latin-1 with the quotes and dashes that Windows adds. */
export const ASSUMED_ENCODING = "windows-1252";

/**
 * The encoding that the first bytes of a file speak of.
 *
 * @param stated by the manifest
 * @returns a name that iconv knows; `utf8` where nothing speaks against it
 * @throws RecPrismError "manifest-invalid" for an encoding nobody knows
 */
export function encodingOf(start: Buffer, stated: string | undefined, file: string): string {
  if (stated !== undefined) {
    if (!iconv.encodingExists(stated)) {
      throw new RecPrismError(
        "manifest-invalid",
        `${file} is said to be in the encoding "${stated}", which is unknown. Known are utf-8, utf-16, latin1, windows-1252, shift_jis, gb18030, euc-kr, koi8-r and many more.`,
        { file, key: "encoding" },
      );
    }
    return /^utf-?8$/i.test(stated) ? "utf8" : stated;
  }
  if (start[0] === 0xff && start[1] === 0xfe) return "utf-16le";
  if (start[0] === 0xfe && start[1] === 0xff) return "utf-16be";
  return isUtf8Start(start) ? "utf8" : ASSUMED_ENCODING;
}

/** Text without its byte order mark. */
export function decoded(bytes: Buffer, encoding: string): string {
  return iconv.decode(bytes, encoding).replace(/^\uFEFF/, "");
}

/** Whether bytes, of which the last character may be cut, are UTF-8. */
function isUtf8Start(bytes: Buffer): boolean {
  return isUtf8(bytes.subarray(0, wholeCharacters(bytes)));
}

/**
 * Whether all of a text file is UTF-8; it is read from end to end, at the speed of the disk.
 *
 * @param name what messages call the file
 * @throws RecPrismError file-missing, file-unreadable; "file-format" for a line too long to be read as one, which DuckDB
 *   would pass over without a word where it is the last
 */
export async function checkLines(file: string, name: string): Promise<{ utf8: boolean }> {
  return withOpenedFile(file, async (handle, size) => {
    let utf8 = true;
    for (let position = 0; position < size; ) {
      const chunk = await bytesAt(handle, position, Math.min(LONGEST_LINE, size - position));
      if (chunk.length === 0) break;
      // Up to a line end, so that no character is cut either.
      const end = Math.max(chunk.lastIndexOf(0x0a), chunk.lastIndexOf(0x0d)) + 1;
      const length = position + chunk.length >= size ? chunk.length : end;
      if (length === 0) {
        throw new RecPrismError(
          "file-format",
          `${name} has a line of more than ${LONGEST_LINE.toLocaleString("en")} bytes, from byte ${position} on. Check that the file is a table.`,
          { file: name },
        );
      }
      utf8 &&= isUtf8(chunk.subarray(0, length));
      position += length;
    }
    return { utf8 };
  });
}

/** Bytes up to the end of the last whole character. */
function wholeCharacters(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(4, bytes.length); back++) {
    const byte = bytes[bytes.length - back];
    if (byte < 0x80) break;
    if (byte < 0xc0) continue;
    const needed = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
    return needed > back ? bytes.length - back : bytes.length;
  }
  return bytes.length;
}

/**
 * Hands over a copy of a text file in UTF-8, which is gone afterwards. The file is streamed, whatever its size.
 *
 * @throws RecPrismError file-missing, file-unreadable, disk-full
 */
export async function withUtf8Copy<Value>(
  file: string,
  encoding: string,
  work: (copy: string) => Promise<Value>,
): Promise<Value> {
  const folder = await mkdtemp(join(tmpdir(), "recprism-utf8-"));
  try {
    const copy = join(folder, "text");
    const decoder = iconv.getDecoder(encoding);
    const converting = new Transform({
      decodeStrings: true,
      transform: (chunk: Buffer, _, done) => done(null, Buffer.from(decoder.write(chunk))),
      flush: (done) => done(null, Buffer.from(decoder.end() ?? "")),
    });
    try {
      await pipeline(createReadStream(file), converting, createWriteStream(copy));
    } catch (thrown) {
      throw ["ENOSPC", "EDQUOT"].includes(faultCode(thrown) ?? "") ? writeFault(thrown, copy) : readFault(thrown, file);
    }
    return await work(copy);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
