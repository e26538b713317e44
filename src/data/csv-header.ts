/** The header of a CSV or TSV file: which columns there are and what stands between them. */
import { open } from "node:fs/promises";
import { RecPrismError } from "../protocol/error";
import { fileStats, readFault } from "./file-fault";

export interface CsvHeader {
  /** In file order, trimmed; a nameless column is called by its number, `column 3`. */
  columns: string[];
  delimiter: string;
}

const DELIMITERS = [",", "\t", ";", "|"];
const LONGEST_HEADER = 1 << 20;

/** @throws RecPrismError file-missing, file-unreadable, file-format */
export async function readCsvHeader(file: string): Promise<CsvHeader> {
  const { size } = await fileStats(file);
  if (size === 0) {
    throw new RecPrismError("file-format", `${file} is empty. A table needs a line of column names, then rows.`, {
      file,
    });
  }
  const record = firstRecord(await firstBytes(file), file);
  const delimiter = /\.tsv$/i.test(file) ? "\t" : mostFrequent(record);
  const columns = fields(record, delimiter).map((name, index) => name.trim() || `column ${index + 1}`);
  return { columns, delimiter };
}

async function firstBytes(file: string): Promise<Buffer> {
  try {
    const handle = await open(file, "r");
    try {
      const buffer = Buffer.alloc(LONGEST_HEADER);
      const { bytesRead } = await handle.read(buffer, 0, LONGEST_HEADER, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await handle.close();
    }
  } catch (thrown) {
    throw readFault(thrown, file);
  }
}

/** Text up to the first line end outside quotes. */
function firstRecord(start: Buffer, file: string): string {
  const refused = (what: string) => new RecPrismError("file-format", `${file} ${what}`, { file });
  if (start[0] === 0x1f && start[1] === 0x8b) throw refused("is compressed. Unpack it first.");
  if ((start[0] === 0xff && start[1] === 0xfe) || (start[0] === 0xfe && start[1] === 0xff)) {
    throw refused("is UTF-16. Save it as UTF-8.");
  }
  if (start.includes(0)) throw refused("is not text. A table is a .csv or .tsv file with a header.");
  const text = start.toString("utf8").replace(/^\uFEFF/, "");
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '"') quoted = !quoted;
    else if (!quoted && (text[at] === "\n" || text[at] === "\r")) return text.slice(0, at);
  }
  if (start.length < LONGEST_HEADER && !quoted) return text;
  throw refused("has a first line that does not end, or a quote in it that is never closed. Check the header.");
}

function mostFrequent(record: string): string {
  const counts = DELIMITERS.map((delimiter) => fields(record, delimiter).length);
  return DELIMITERS[counts.indexOf(Math.max(...counts))];
}

function fields(record: string, delimiter: string): string[] {
  const result: string[] = [];
  let field = "";
  let quoted = false;
  for (let at = 0; at < record.length; at++) {
    const character = record[at];
    if (character === '"') {
      if (quoted && record[at + 1] === '"') field += record[at++];
      else quoted = !quoted;
    } else if (character === delimiter && !quoted) {
      result.push(field);
      field = "";
    } else field += character;
  }
  return [...result, field];
}
