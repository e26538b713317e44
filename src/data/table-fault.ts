/** What DuckDB says of a file or a query, in the words of a person: where it is and what to do. */
import { RecPrismError } from "../protocol/error";

/**
 * What reading a table file ran into.
 *
 * @param numberedLines lines beyond them have another number in the file, so that none is told
 */
export function tableFault(thrown: unknown, file: string, numberedLines = Number.POSITIVE_INFINITY): unknown {
  if (thrown instanceof RecPrismError) return thrown;
  const text = messageOf(thrown);
  if (/^(Out of Memory|IO Error: .*No space left)/.test(text)) return noSpace(text, file);
  const lines = text.split("\n").map((line) => line.trim());
  const said = /CSV Error on Line: (\d+)/.exec(text)?.[1] ?? /(?:at|in) line (\d+)/.exec(text)?.[1];
  const line = Number(said) <= numberedLines ? said : undefined;
  const cause =
    lines.find((one) => /^(Expected Number|Value with unterminated|Invalid unicode|Maximum line)/.test(one)) ??
    lines[0].replace(/^[A-Za-z ]+ Error: /, "");
  const place = line === undefined ? "" : ` at line ${line}`;
  return new RecPrismError(
    "file-format",
    `${file} is no readable table${place}: ${sentence(cause)} Correct it, or write the table again.`,
    {
      file,
      ...(line === undefined ? {} : { row: Number(line) - 1 }),
    },
  );
}

/** Whether a quote in a field was taken for one around a field. */
export function isQuoteFault(thrown: unknown): boolean {
  return /unterminated quote|quoted value|Value with unterminated/i.test(messageOf(thrown));
}

/**
 * What is wrong with a query of the manifest.
 *
 * @param key of the query in the manifest: `items.table.sql`
 * @param linesBefore lines that were put before the query
 */
export function queryFault(thrown: unknown, key: string, linesBefore: number): unknown {
  if (thrown instanceof RecPrismError) return thrown;
  const { cause, place } = queryPlace(thrown, linesBefore);
  if (place === null) {
    return new RecPrismError("manifest-invalid", `${key}: ${sentence(cause)} Correct the query.`, { key });
  }
  return new RecPrismError("manifest-invalid", `${key}, ${inWords(place)}: ${sentence(cause)} Correct the query.`, {
    key,
    row: place.line - 1,
  });
}

/** Where in a query something is wrong; both count from 1. */
export interface QueryPlace {
  line: number;
  /** Null where DuckDB does not tell. */
  column: number | null;
  /** What stands there. */
  found: string;
}

/** What DuckDB says of a query in its first line, and where it points at. */
export function queryPlace(thrown: unknown, linesBefore: number): { cause: string; place: QueryPlace | null } {
  const text = messageOf(thrown).replace(/^Failed to extract statements: /, "");
  const [cause] = text.split("\n");
  const marked = /\n(LINE (\d+): )(.*)\n( *)\^/.exec(text);
  if (marked === null) return { cause, place: null };
  const [, prefix, number, excerpt, before] = marked;
  const from = Math.max(0, before.length - prefix.length);
  // DuckDB cuts long lines, and then its mark does not tell the column.
  const column = excerpt.startsWith("...") ? null : from + 1;
  return { cause, place: { line: Number(number) - linesBefore, column, found: excerpt.slice(from, from + 30).trim() } };
}

/** `line 1, column 7 ("agee")` */
export function inWords({ line, column, found }: QueryPlace): string {
  return `line ${line}${column === null ? "" : `, column ${column}`}${found === "" ? "" : ` ("${found}")`}`;
}

function noSpace(text: string, file: string): RecPrismError {
  return new RecPrismError(
    "disk-full",
    `${file} takes more room than there is: ${sentence(text.split("\n")[0])} Free some space in the folder for temporary files, or save the table in smaller parts.`,
    { file },
  );
}

function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

export function sentence(text: string): string {
  const short = text.length > 200 ? `${text.slice(0, 200)}…` : text;
  return /[.…!]$/.test(short) ? short : `${short}.`;
}
