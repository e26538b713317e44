/** Zip archives, as NumPy and PyTorch write them: where each entry is, and its bytes. Nothing of a directory is believed unchecked. */
import type { FileHandle } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { crc32, createInflateRaw } from "node:zlib";
import { type Entry, fromRandomAccessReaderPromise, RandomAccessReader, type ZipFile } from "yauzl";
import { RecPrismError } from "../protocol/error";
import { faultCode } from "./file-fault";
import { bytesAt, fill } from "./opened-file";

/** An entry, as the directory at the end of an archive says. */
export interface ZipEntry {
  name: string;
  /** Bytes in the file; they are known to lie in it, and in no other entry. */
  compressed: number;
  /** Bytes of the content, as the directory promises. */
  size: number;
  /** `stored` content is in the file as it is; `other` cannot be read. */
  method: "stored" | "deflated" | "other";
  /** Where the (compressed) bytes start in the file. */
  dataOffset: number;
  /** CRC-32 of the content, as the directory promises. */
  crc: number;
}

/** Each costs three reads; PyTorch writes one for each tensor. */
const MOST_ENTRIES = 10_000;
/** What deflate can make of one byte at the very best. */
const MOST_INFLATION = 1032;
const PIECE_BYTES = 1 << 20;

/**
 * Entries of an archive, by name; folders are left out.
 *
 * @param handle stays open
 * @param size   of the file, in bytes
 * @throws RecPrismError "file-format" where it is no archive or its directory does not fit the file, naming the entry
 */
export async function zipEntries(handle: FileHandle, size: number, file: string): Promise<Map<string, ZipEntry>> {
  if (size === 0) throw malformed(file, "it is empty");
  const entries = new Map<string, ZipEntry>();
  try {
    const directory = await fromRandomAccessReaderPromise(new HandleReader(handle, size), size, { autoClose: false });
    if (directory.entryCount > MOST_ENTRIES) {
      throw malformed(file, `it has ${directory.entryCount} entries; up to ${MOST_ENTRIES} are read`);
    }
    for (const entry of await directoryOf(directory)) {
      if (entry.fileName.endsWith("/")) continue;
      if (entries.has(entry.fileName)) throw malformed(file, `it has two entries ${entry.fileName}`, entry.fileName);
      entries.set(entry.fileName, await located(directory, entry));
    }
  } catch (thrown) {
    if (thrown instanceof RecPrismError || faultCode(thrown) !== undefined) throw thrown;
    throw malformed(file, `its directory is damaged (${thrown instanceof Error ? thrown.message : thrown})`);
  }
  checkApart(entries, file);
  return entries;
}

/** Bytes [from, to) of an entry that is stored. @throws RecPrismError "file-format", "file-truncated" */
export async function storedBytes(
  handle: FileHandle,
  entry: ZipEntry,
  from: number,
  to: number,
  file: string,
): Promise<Buffer> {
  if (entry.method !== "stored") throw malformed(file, `${entry.name} is compressed, which it may not be`, entry.name);
  if (from < 0 || to < from || to > entry.size) {
    throw malformed(
      file,
      `${entry.name} has ${entry.size} bytes, but bytes ${from} to ${to} are asked of it`,
      entry.name,
    );
  }
  const bytes = await bytesAt(handle, entry.dataOffset + from, to - from);
  if (bytes.length === to - from) return bytes;
  throw new RecPrismError("file-truncated", `${file} became shorter while it was read. Try again.`, { file });
}

/**
 * The content of an entry from its start, in pieces; inflated where it is deflated. Whoever reads may stop at any time. What
 * is more or less than the directory promises is an error, so that nothing swells beyond it.
 *
 * @param pieceBytes how large the pieces are at most
 * @throws RecPrismError "file-format" where the content is damaged, or cannot be what is promised
 */
export async function* entryContent(
  handle: FileHandle,
  entry: ZipEntry,
  file: string,
  pieceBytes = PIECE_BYTES,
): AsyncGenerator<Buffer> {
  checkReadable(entry, file);
  const pieces =
    entry.method === "stored" ? rawContent(handle, entry, file, pieceBytes) : inflated(handle, entry, file, pieceBytes);
  let given = 0;
  let sum = 0;
  for await (const piece of pieces) {
    given += piece.length;
    if (given > entry.size) throw malformed(file, `${entry.name} holds more than its ${entry.size} bytes`, entry.name);
    sum = crc32(piece, sum);
    yield piece;
  }
  if (given < entry.size) {
    throw malformed(file, `${entry.name} holds ${given} of its ${entry.size} bytes`, entry.name);
  }
  if (sum !== entry.crc) throw malformed(file, `${entry.name} is damaged: its checksum differs`, entry.name);
}

/** Reading at a place that a header made up would throw where nobody listens; the handle is not ours to close. */
class HandleReader extends RandomAccessReader {
  constructor(
    private readonly handle: FileHandle,
    private readonly size: number,
  ) {
    super();
  }

  override read(
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
    done: (failure: Error | null) => void,
  ): void {
    if (position + length > this.size) {
      done(new Error(`it speaks of byte ${position + length}, of ${this.size}`));
      return;
    }
    fill(this.handle, position, buffer.subarray(offset, offset + length)).then(() => done(null), done);
  }

  override close(done: (failure: Error | null) => void): void {
    done(null);
  }
}

async function directoryOf(directory: ZipFile): Promise<Entry[]> {
  const entries: Entry[] = [];
  for await (const entry of directory.eachEntry()) entries.push(entry);
  return entries;
}

/** Where the data start is said only by a second header, in front of them; yauzl checks that they end within the file. */
async function located(directory: ZipFile, entry: Entry): Promise<ZipEntry> {
  const { fileDataStart } = await directory.readLocalFileHeaderPromise(entry, { minimal: true });
  const { compressionMethod } = entry;
  const readable = !entry.isEncrypted() && (compressionMethod === 0 || compressionMethod === 8);
  return {
    name: entry.fileName,
    compressed: entry.compressedSize,
    size: entry.uncompressedSize,
    method: !readable ? "other" : compressionMethod === 0 ? "stored" : "deflated",
    dataOffset: fileDataStart,
    crc: entry.crc32,
  };
}

/** Entries that share their bytes are how a small file claims to hold a thousand large ones. */
function checkApart(entries: Map<string, ZipEntry>, file: string): void {
  let end = 0;
  for (const entry of [...entries.values()].sort(
    (a, b) => a.dataOffset - b.dataOffset || a.compressed - b.compressed,
  )) {
    if (entry.dataOffset < end) throw malformed(file, `${entry.name} overlaps another entry`, entry.name);
    end = entry.dataOffset + entry.compressed;
  }
}

function checkReadable({ name, method, compressed, size }: ZipEntry, file: string): void {
  if (method === "other") {
    throw malformed(file, `${name} is encrypted, or compressed by other means than deflate`, name);
  }
  if (method === "stored") return;
  if (size > compressed * MOST_INFLATION) {
    throw malformed(file, `${name} promises ${size} bytes, which its ${compressed} cannot hold`, name);
  }
}

async function* rawContent(
  handle: FileHandle,
  entry: ZipEntry,
  file: string,
  pieceBytes: number,
): AsyncGenerator<Buffer> {
  for (let done = 0; done < entry.compressed; ) {
    const piece = await bytesAt(handle, entry.dataOffset + done, Math.min(pieceBytes, entry.compressed - done));
    if (piece.length === 0) {
      throw new RecPrismError("file-truncated", `${file} became shorter while it was read. Try again.`, { file });
    }
    done += piece.length;
    yield piece;
  }
}

async function* inflated(
  handle: FileHandle,
  entry: ZipEntry,
  file: string,
  pieceBytes: number,
): AsyncGenerator<Buffer> {
  const inflate = createInflateRaw({ chunkSize: pieceBytes });
  const reading = pipeline(rawContent(handle, entry, file, pieceBytes), inflate);
  // Said where the pieces are asked for; here only so that it is not unheard.
  reading.catch(() => {});
  try {
    yield* inflate as AsyncIterable<Buffer>;
    await reading;
  } catch (thrown) {
    if (thrown instanceof RecPrismError || faultCode(thrown) !== undefined) throw thrown;
    throw malformed(
      file,
      `${entry.name} cannot be inflated (${thrown instanceof Error ? thrown.message : thrown})`,
      entry.name,
    );
  } finally {
    inflate.destroy();
    await reading.catch(() => {});
  }
}

function malformed(file: string, what: string, key?: string): RecPrismError {
  return new RecPrismError(
    "file-format",
    `${file} is no zip archive that can be read: ${what}. Write or copy it again.`,
    {
      file,
      key,
    },
  );
}
