/** Text files of any size, line after line, of which none may be too long to be one. */
import { isUtf8 } from "node:buffer";
import { type FileHandle, open } from "node:fs/promises";
import { RecPrismError } from "../protocol/error";
import { fileStats, readFault } from "./file-fault";
import { bytesAt } from "./opened-file";

/** Some lines that follow each other. */
export interface Lines {
  /** Number of the first, from 1, as editors count. */
  first: number;
  /** Without their ends. */
  lines: string[];
  /** In all of them together. */
  characters: number;
}

/** A vector of 65,536 numbers, each written with 17 digits, takes 2 MB. */
const LONGEST_LINE = 1 << 23;
const CHUNK_BYTES = 1 << 20;
const NEWLINE = 0x0a;
const SPACE = 0x20;
const QUOTE = 0x22;

/**
 * All lines, blank ones too.
 *
 * @throws RecPrismError file-missing, file-unreadable, "file-format" for what is no text or a line that does not end
 */
export async function* linesOf(file: string): AsyncGenerator<Lines> {
  let first = 1;
  for await (const text of wholeLines(file)) {
    if (!isUtf8(text)) {
      const line = first + text.subarray(0, firstInvalid(text)).filter((byte) => byte === NEWLINE).length;
      throw new RecPrismError("file-format", `${file}, line ${line}, is no text in UTF-8. Save the file as UTF-8.`, {
        file,
        row: line - 1,
      });
    }
    const all = text.toString("utf8");
    const lines = all.split("\n");
    // What stands behind the last line end is no line.
    if (lines.at(-1) === "") lines.pop();
    for (let i = 0; i < lines.length; i++) if (lines[i].endsWith("\r")) lines[i] = lines[i].slice(0, -1);
    yield { first, lines, characters: all.length };
    first += lines.length;
  }
}

/** The first lines that are not blank, at most so many. */
export async function firstLines(file: string, most: number): Promise<{ line: number; text: string }[]> {
  const found: { line: number; text: string }[] = [];
  for await (const { first, lines } of linesOf(file)) {
    for (const [index, text] of lines.entries()) {
      if (text.trim() !== "") found.push({ line: first + index, text });
      if (found.length === most) return found;
    }
  }
  return found;
}

/**
 * How many lines are not blank: hold more than spaces. The file is read through, which takes no more than that.
 *
 * @returns also whether there is a quote in it, in which a line end may be none
 * @throws RecPrismError as `linesOf`
 */
export async function countLines(file: string): Promise<{ lines: number; quotes: boolean }> {
  let lines = 0;
  let quotes = false;
  for await (const text of wholeLines(file)) {
    quotes ||= text.includes(QUOTE);
    for (let start = 0; start < text.length; ) {
      const found = text.indexOf(NEWLINE, start);
      const end = found < 0 ? text.length : found;
      let at = start;
      while (at < end && text[at] <= SPACE) at++;
      if (at < end) lines++;
      start = end + 1;
    }
  }
  return { lines, quotes };
}

/** Pieces of a file that end where a line does. */
async function* wholeLines(file: string): AsyncGenerator<Buffer> {
  let waiting: Buffer[] = [];
  let waitingBytes = 0;
  let lines = 0;
  for await (const chunk of chunksOf(file)) {
    const end = chunk.lastIndexOf(NEWLINE) + 1;
    if (end === 0 || waitingBytes + chunk.indexOf(NEWLINE) > LONGEST_LINE) {
      waiting.push(chunk);
      waitingBytes += chunk.length;
      if (waitingBytes > LONGEST_LINE) throw endless(file, lines + 1);
      continue;
    }
    const text = Buffer.concat([...waiting, chunk.subarray(0, end)]);
    waiting = end < chunk.length ? [chunk.subarray(end)] : [];
    waitingBytes = chunk.length - end;
    yield text;
    for (let at = text.indexOf(NEWLINE); at >= 0; at = text.indexOf(NEWLINE, at + 1)) lines++;
  }
  if (waitingBytes > 0) yield Buffer.concat(waiting);
}

async function* chunksOf(file: string): AsyncGenerator<Buffer> {
  await fileStats(file);
  let handle: FileHandle | null = null;
  try {
    handle = await open(file, "r");
    for (let position = 0; ; ) {
      const chunk = await bytesAt(handle, position, CHUNK_BYTES);
      if (position === 0) refuseOther(chunk, file);
      if (chunk.length === 0) return;
      const marked = position === 0 && chunk[0] === 0xef && chunk[1] === 0xbb && chunk[2] === 0xbf;
      position += chunk.length;
      yield marked ? chunk.subarray(3) : chunk;
    }
  } catch (thrown) {
    throw readFault(thrown, file);
  } finally {
    await handle?.close();
  }
}

function refuseOther(start: Buffer, file: string): void {
  const refused = (what: string) => new RecPrismError("file-format", `${file} ${what}`, { file });
  if (start.length === 0) throw refused("is empty. Write it with one line for each vector.");
  if (start[0] === 0x1f && start[1] === 0x8b) throw refused("is compressed. Unpack it first.");
  const mark = start.length > 1 ? start.readUInt16BE(0) : 0;
  if (mark === 0xfffe || mark === 0xfeff) throw refused("is UTF-16. Save it as UTF-8.");
}

function endless(file: string, line: number): RecPrismError {
  return new RecPrismError(
    "file-format",
    `${file}, line ${line}, is longer than ${LONGEST_LINE.toLocaleString("en")} bytes. Write one vector a line.`,
    { file, row: line - 1 },
  );
}

/** Where the first bytes are that are no UTF-8. */
function firstInvalid(text: Buffer): number {
  let [low, high] = [0, text.length];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    // A character may be cut at the end of what is looked at, but not before.
    const whole = [0, 1, 2, 3].some((cut) => isUtf8(text.subarray(0, Math.max(0, middle - cut))));
    if (whole) low = middle;
    else high = middle - 1;
  }
  return Math.min(low, text.length);
}
