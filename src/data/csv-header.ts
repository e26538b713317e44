/** The first line of a text table: which columns there are, what stands between them, and in which encoding they are. */
import { RecPrismError } from "../protocol/error";
import type { TableFile } from "../protocol/manifest";
import { decoded, encodingOf } from "./encoding";
import { fileStats } from "./file-fault";
import { firstBytes, unpackedName } from "./packed";

export interface CsvHeader {
  /** In file order, trimmed; a nameless column is called by its number, `column 3`; without a header `column0`, `column1`, … */
  columns: string[];
  delimiter: string;
  /** The first line names the columns. */
  header: boolean;
  /** The first line looks like data rather than names: it begins with a number. */
  startsWithNumber: boolean;
  /** As iconv calls it. */
  encoding: string;
}

/** Where two split a line alike, the first is taken. */
const DELIMITERS = [",", "\t", ";", "|"];
/** Of MovieLens and its like. Nobody quotes in these files. */
const DOUBLE_COLON = "::";
const LONGEST_HEADER = 1 << 20;
/** More than any table of embeddings has; each costs its part of a statement. */
const MOST_COLUMNS = 5_000;

/** @throws RecPrismError file-missing, file-unreadable, file-format, manifest-invalid */
export async function readCsvHeader(table: TableFile): Promise<CsvHeader> {
  const stated = typeof table === "string" ? { file: table } : table;
  const { file } = stated;
  await refuseEmpty(file);
  const { bytes: start } = await firstBytes(file, LONGEST_HEADER);
  const encoding = encodingOf(start, stated.encoding, file);
  const text = textOf(start, encoding, file);
  const delimiter = stated.delimiter ?? delimiterOf(text, file);
  const first = fields(firstRecord(text, start.length, delimiter !== DOUBLE_COLON, file), delimiter);
  if (first.length > MOST_COLUMNS) {
    throw new RecPrismError(
      "file-format",
      `${file} has ${first.length.toLocaleString("en")} columns; a table has at most ${MOST_COLUMNS.toLocaleString("en")}. Check its first line, and what stands between columns.`,
      { file, row: 0 },
    );
  }
  const header = stated.header ?? true;
  return {
    columns: first.map((name, index) => (header ? name.trim() || `column ${index + 1}` : `column${index}`)),
    delimiter,
    header,
    startsWithNumber: first[0].trim() !== "" && Number.isFinite(Number(first[0])),
    encoding,
  };
}

/** @throws RecPrismError file-missing, file-unreadable; "file-format" for a file without a byte */
export async function refuseEmpty(file: string): Promise<void> {
  const { size } = await fileStats(file);
  if (size > 0) return;
  throw new RecPrismError("file-format", `${file} is empty. A table needs a line of column names, then rows.`, {
    file,
  });
}

/** Whether fields may stand in quotes. */
export function mayQuote(delimiter: string): boolean {
  return delimiter !== DOUBLE_COLON;
}

function delimiterOf(text: string, file: string): string {
  if (/\.tsv$/i.test(unpackedName(file))) return "\t";
  const line = /^[^\r\n]*/.exec(text)?.[0] ?? "";
  const others = DELIMITERS.map((delimiter) => fields(line, delimiter).length);
  const colons = line.split(DOUBLE_COLON).length;
  // A title may hold a | or a comma, but hardly ever ::, so that a line of three fields is sure.
  if (colons > 2 || (colons === 2 && Math.max(...others) === 1)) return DOUBLE_COLON;
  const quoted = firstQuotedRecord(text) ?? line;
  const counts = DELIMITERS.map((delimiter) => fields(quoted, delimiter).length);
  return DELIMITERS[counts.indexOf(Math.max(...counts))];
}

function textOf(start: Buffer, encoding: string, file: string): string {
  const refused = (what: string) => new RecPrismError("file-format", `${file} ${what}`, { file });
  if (start[0] === 0x1f && start[1] === 0x8b) throw refused("is compressed. Unpack it first.");
  const text = decoded(start, encoding);
  if (!text.includes("\0")) return text;
  throw refused(
    'is not text. A table is a .csv or .tsv file with a header; if it is UTF-16 without its mark, say "encoding": "utf-16le".',
  );
}

/** Text up to the first line end, outside quotes where there may be any. */
function firstRecord(text: string, bytes: number, quotes: boolean, file: string): string {
  const ended = quotes ? firstQuotedRecord(text) : /^([^\r\n]*)[\r\n]/.exec(text)?.[1];
  if (ended !== undefined) return ended;
  const open = quotes && (text.match(/"/g)?.length ?? 0) % 2 === 1;
  if (bytes < LONGEST_HEADER && !open) return text;
  throw new RecPrismError(
    "file-format",
    `${file} has a first line that does not end, or a quote in it that is never closed. Check the header.`,
    { file, row: 0 },
  );
}

/** Up to the first line end outside quotes; undefined where there is none. */
function firstQuotedRecord(text: string): string | undefined {
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '"') quoted = !quoted;
    else if (!quoted && (text[at] === "\n" || text[at] === "\r")) return text.slice(0, at);
  }
  return undefined;
}

function fields(record: string, delimiter: string): string[] {
  if (!mayQuote(delimiter)) return record.split(delimiter);
  const result: string[] = [];
  let field = "";
  let quoted = false;
  for (let at = 0; at < record.length; at++) {
    const character = record[at];
    if (character === '"') {
      if (quoted && record[at + 1] === '"') field += record[at++];
      else quoted = !quoted;
    } else if (!quoted && record.startsWith(delimiter, at)) {
      result.push(field);
      field = "";
      at += delimiter.length - 1;
    } else field += character;
  }
  return [...result, field];
}
