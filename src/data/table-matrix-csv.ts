/** CSV and TSV among the formats that embeddings come in: columns of numbers, or a column of lists written as text. */
import { RecPrismError } from "../protocol/error";
import { readCsvHeader } from "./csv-header";
import { withUtf8Copy } from "./encoding";
import { type Matrix, matrix } from "./matrix";
import type { MatrixFormat } from "./matrix-format";
import { isIntegerText, isListText, isNumberText, listParts, numberOf } from "./number-lists";
import { chosenColumns, foundInTable, type MatrixColumn, type MatrixTable } from "./table-matrix";
import { RowIds } from "./table-matrix-ids";
import { type FileQuery, matricesOf, withFileQuery } from "./table-matrix-query";
import { collectedRows, openedTable, raggedList } from "./table-matrix-rows";
import { countLines } from "./text-lines";

/** Whose values are looked at to see what a column holds. */
const LOOKED_AT_ROWS = 200;

/** Of fewer lines, DuckDB counts the rows itself: it alone knows every way in which lines may end. */
const SURE_LINES = 10_000;

/** How a file is laid out. */
interface Layout {
  columns: string[];
  /** What DuckDB reads it by: each column as text, called c0, c1, … */
  scan: string;
  /** Where line ends tell; null where some may stand within quotes. */
  rows: number | null;
}

export const csvFormat: MatrixFormat = {
  name: "CSV or TSV",
  extensions: [".csv", ".tsv"],
  async describe(file) {
    return withText(file, async (query, layout) => foundInTable(file, await lookAt(query, layout)));
  },
  async open(source, mostBytes) {
    const { file } = source;
    return withText(file, async (query, layout) => {
      const table = await lookAt(query, layout);
      const { vectors, id } = chosenColumns(source, table);
      const sqlOf = (column: MatrixColumn) => `c${table.columns.indexOf(column)}`;
      const place = (row: number) => `row ${row} (counted from 0, after the header)`;
      const ids = id === null ? null : new RowIds(file, id.name, place);
      const idSql = id === null ? "" : `, nullif(${sqlOf(id)}, '')`;
      let blocks: AsyncIterable<Matrix>;
      let placeOf: (row: number, column: number) => string;
      if (Array.isArray(vectors)) {
        placeOf = (row, column) => `${place(row)}, column "${vectors[column].name}"`;
        const numbers = vectors.map((column) => `TRY_CAST(${sqlOf(column)} AS DOUBLE)`).join(", ");
        blocks = matricesOf(query.chunks(`SELECT ${numbers}${idSql} FROM ${layout.scan}`), {
          numbers: vectors.length,
          ids,
          async missing(row, column) {
            const { name } = vectors[column];
            const [[text]] = await query.rows(
              `SELECT ${sqlOf(vectors[column])} FROM ${layout.scan} LIMIT 1 OFFSET ${row}`,
            );
            throw noNumber(file, placeOf(row, column), text === null ? "" : String(text), row, name);
          },
          ragged: () => {
            throw new Error("columns of numbers hold no lists");
          },
        });
      } else {
        placeOf = (row, column) => `${place(row)}, column "${vectors.name}", number ${column} of its list`;
        const lists = query.chunks(`SELECT ${sqlOf(vectors)}${idSql} FROM ${layout.scan}`);
        blocks = listsAsText(lists, file, vectors.name, ids, place, placeOf);
      }
      const rows = await collectedRows(file, blocks, mostBytes, placeOf);
      return openedTable(source, rows, ids);
    });
  },
};

/** What stands in place of a number. */
function noNumber(file: string, place: string, text: string, row: number, column: string): RecPrismError {
  const shown = text.length > 60 ? `${text.slice(0, 60)}…` : text;
  const what = text.trim() === "" ? "is empty" : `is "${shown}", which is no number`;
  const remedy = /^-?\d+,\d+$/.test(text) ? "Write numbers with a point." : "Correct it, or leave out that row.";
  return new RecPrismError("file-format", `${file}, ${place}, ${what}. ${remedy}`, { file, row, column });
}

async function* listsAsText(
  chunks: ReturnType<FileQuery["chunks"]>,
  file: string,
  column: string,
  ids: RowIds | null,
  place: (row: number) => string,
  placeOf: (row: number, column: number) => string,
): AsyncGenerator<Matrix> {
  let done = 0;
  let length = 0;
  for await (const chunk of chunks) {
    const texts = Array.from(chunk.getColumnValues(0), (text) => String(text ?? ""));
    const named = ids === null ? [] : chunk.getColumnValues(1);
    let block: Matrix | null = null;
    for (const [index, text] of texts.entries()) {
      const row = done + index;
      const parts = listParts(text);
      if (row === 0) length = parts.length;
      if (parts.length === 0) throw noNumber(file, `${place(row)}, column "${column}"`, "", row, column);
      if (parts.length !== length) throw raggedList(file, place(row), column, row, parts.length, length);
      block ??= matrix(roomFor(texts, length), length);
      for (let i = 0; i < length; i++) {
        const value = numberOf(parts[i]);
        if (Number.isNaN(value) && !isNumberText(parts[i]))
          throw noNumber(file, placeOf(row, i), parts[i], row, column);
        block.values[index * length + i] = value;
      }
      ids?.add(named[index] as string | null);
    }
    if (block !== null) yield block;
    done += texts.length;
  }
}

/** A number takes a character: no more rows than that are worth the room. */
function roomFor(texts: readonly string[], length: number): number {
  const characters = texts.reduce((sum, text) => sum + text.length, 0);
  return Math.min(texts.length, Math.ceil(characters / length));
}

async function withText<Value>(
  file: string,
  work: (query: FileQuery, layout: Layout) => Promise<Value>,
): Promise<Value> {
  const { columns: first, delimiter, encoding } = await readCsvHeader(file);
  // This also refuses a last line that does not end, which DuckDB passes over and takes much memory for.
  const { lines, quotes } = await countLines(file);
  const header = !isData(first);
  const columns = header ? first : first.map((_, index) => `column${index}`);
  const types = columns.map((_, index) => `'c${index}': 'VARCHAR'`).join(", ");
  // Nothing is left to guess, and no text of a user's is part of the SQL: names and delimiter are bound.
  const scan = `read_csv($file, columns = {${types}}, delim = $delimiter, auto_detect = false, header = ${header},
    quote = '"', escape = '"', comment = '', skip = 0)`;
  const rows = quotes || lines < SURE_LINES || encoding !== "utf8" ? null : lines - Number(header);
  const layout = { columns, scan, rows };
  const run = (copy: string) => withFileQuery(file, { delimiter }, (query) => work(query, layout), copy);
  return encoding === "utf8" ? run(file) : withUtf8Copy(file, encoding, run);
}

/**
 * Whether a first line is already a row: it holds a list, or numbers that do not just count the columns as the names of an
 * unnamed data frame do.
 */
function isData(first: readonly string[]): boolean {
  if (first.some(isListText)) return true;
  const numbers = first.filter(isNumberText);
  if (numbers.length === 0) return false;
  const start = Number(numbers[0]);
  return start > 1 || numbers.some((text, index) => !isIntegerText(text) || Number(text) !== start + index);
}

async function lookAt(query: FileQuery, { columns, scan, rows }: Layout): Promise<MatrixTable> {
  const looked = await query.rows(`SELECT * FROM ${scan} LIMIT ${LOOKED_AT_ROWS}`);
  // To count rows DuckDB takes the text apart, which takes ten times as long.
  const count = rows ?? (await query.rows(`SELECT count(*) FROM ${scan}`))[0][0];
  const kinds = columns.map((name, index) => {
    const values = looked.map((row) => row[index]).filter((value) => value !== null);
    return columnOf(
      name,
      values.map((value) => String(value).trim()).filter((text) => text !== ""),
    );
  });
  return { columns: kinds, rows: Number(count) };
}

/** By most of its values: one that is damaged is an error where it is read, and makes no other kind of column. */
function columnOf(name: string, texts: string[]): MatrixColumn {
  const is = (kind: MatrixColumn["kind"], dtype: string) => ({ name, kind, dtype, lengths: null });
  if (texts.length === 0) return is("other", "empty");
  const most = (found: string[]) => found.length * 2 >= texts.length;
  const numbers = texts.filter(isNumberText);
  if (most(numbers)) {
    return numbers.every(isIntegerText) ? is("integer", "integers as text") : is("float", "numbers as text");
  }
  const lists = texts.filter(isListText);
  if (!most(lists)) return is("text", "text");
  const lengths = lists.map((text) => listParts(text).length);
  return { ...is("list", "lists as text"), lengths: [Math.min(...lengths), Math.max(...lengths)] };
}
