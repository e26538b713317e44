/** Where the text of a table is read: in its file, or in a copy that is unpacked, turned into JSON, or only a sample. */
import { isUtf8 } from "node:buffer";
import { open, writeFile } from "node:fs/promises";
import { RecPrismError } from "../protocol/error";
import { ASSUMED_ENCODING, decoded, LONGEST_LINE } from "./encoding";
import { fileStats } from "./file-fault";
import { bytesAt, withOpenedFile } from "./opened-file";
import { firstBytes, isPacked, unpack } from "./packed";
import { isJson, pythonAsJson } from "./python-literal";
import { linesOf } from "./text-lines";

export interface TableText {
  path: string;
  /** How much of the file it is, in (0, 1]. */
  share: number;
  /** Of its lines, those that have the same number in the file. */
  numberedLines: number;
}

/** A larger file is not read in full only to be described: that would take longer than a person waits. */
export const LARGEST_DESCRIBED = 32 * 2 ** 20;
/** What a packed file grows by, about. */
const USUAL_GROWTH = 5;
/**
 * Parts of what a file is described in full up to. Logs are often in order of their users: then the last lines tell how far
 * ids go.
 */
const SAMPLED = { start: 0.2, end: 0.03 };

/** @throws RecPrismError file-missing, file-unreadable */
export async function isLarger(file: string, bytes: number): Promise<boolean> {
  const { size } = await fileStats(file);
  return size * (isPacked(file) ? USUAL_GROWTH : 1) > bytes;
}

/**
 * The first and last lines of a file, in UTF-8.
 *
 * @param beyond   how large a file is described in full, in bytes
 * @param into     where they are written
 * @param encoding that the file begins in
 * @param quotes   line ends within quotes are none
 * @throws RecPrismError file-missing, file-unreadable, and as `firstBytes`
 */
export async function sampleText(
  file: string,
  beyond: number,
  into: string,
  encoding: string,
  quotes: boolean,
): Promise<TableText> {
  const { bytes, share } = await firstBytes(file, Math.floor(beyond * SAMPLED.start));
  const end = isPacked(file) || share === 1 ? Buffer.alloc(0) : await lastBytes(file, Math.floor(beyond * SAMPLED.end));
  // The last character may be cut: what follows the last line end is left out.
  const utf8 = [bytes, end].every((part) => isUtf8(part.subarray(part.indexOf("\n") + 1, part.lastIndexOf("\n") + 1)));
  const text = (part: Buffer) => decoded(part, encoding === "utf8" && !utf8 ? ASSUMED_ENCODING : encoding);
  const first = share === 1 ? text(bytes) : wholeRecords(text(bytes), quotes);
  const last = text(end).replace(/^[^\n]*\n?/, "");
  const sure = !quotes || !`${first}${last}`.includes('"');
  await writeFile(into, sure ? first + last : first);
  const taken = (first.length + (sure ? last.length : 0)) / (text(bytes).length || 1);
  return { path: into, share: Math.min(1, share * taken), numberedLines: first.split("\n").length - 1 };
}

async function lastBytes(file: string, most: number): Promise<Buffer> {
  return withOpenedFile(file, async (handle, size) => {
    // Whole characters of UTF-16 take two or four bytes each.
    const position = Math.max(0, Math.floor((size - most) / 4) * 4);
    return bytesAt(handle, position, size - position);
  });
}

/** Up to the last line end outside quotes; all where a line is too long to be one, for its reader to say so. */
function wholeRecords(text: string, quotes: boolean): string {
  let end = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (quotes && character === '"') quoted = !quoted;
    else if (!quoted && (character === "\n" || character === "\r")) end = at + 1;
  }
  return end === 0 || text.length - end > LONGEST_LINE ? text : text.slice(0, end);
}

/**
 * JSON that a reader of JSON takes: unpacked, and in place of Python's dictionaries the same as JSON.
 *
 * @param copy   a new path for each call
 * @param beyond of a file of more bytes than that, only the first and last lines, where it has an object on each
 * @throws RecPrismError file-missing, file-unreadable, file-format, file-truncated, disk-full
 */
export async function jsonText(file: string, beyond: number, copy: () => string): Promise<TableText> {
  const start = await firstLine(file);
  const python = !isJson(start) && pythonAsJson(start) !== null;
  const lines = python || (/^\s*\{/.test(start) && isJson(start));
  let text: TableText = { path: file, share: 1, numberedLines: Number.POSITIVE_INFINITY };
  if (lines && (await isLarger(file, beyond))) text = await sampleText(file, beyond, copy(), "utf8", false);
  else if (isPacked(file)) {
    text = { ...text, path: copy() };
    await unpack(file, text.path);
  }
  return python ? { ...text, path: await converted(text.path, copy(), file) } : text;
}

const LONGEST_FIRST_LINE = 1 << 20;

/** "" where it does not end soon. */
async function firstLine(file: string): Promise<string> {
  const { bytes, share } = await firstBytes(file, LONGEST_FIRST_LINE);
  const text = decoded(bytes, "utf8").trimStart();
  const end = text.indexOf("\n");
  if (end >= 0) return text.slice(0, end).trim();
  return share === 1 ? text.trim() : "";
}

async function converted(from: string, into: string, name: string): Promise<string> {
  const handle = await open(into, "w");
  try {
    for await (const { first, lines } of linesOf(from)) {
      const json = lines.map((line, index) => {
        if (line.trim() === "") return "";
        const value = pythonAsJson(line);
        if (value !== null) return value;
        throw new RecPrismError(
          "file-format",
          `${name}, line ${first + index}, is no dictionary as Python writes it, though the first line is. Correct it, or convert the file in Python: import ast, json; for line in file: print(json.dumps(ast.literal_eval(line)))`,
          { file: name, row: first + index - 1 },
        );
      });
      await handle.write(`${json.join("\n")}\n`);
    }
  } finally {
    await handle.close();
  }
  return into;
}
