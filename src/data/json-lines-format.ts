/** JSON lines among the formats that embeddings come in: an object or a bare list on each. */
import { RecPrismError } from "../protocol/error";
import { type Matrix, matrix } from "./matrix";
import type { FoundArray, MatrixFormat } from "./matrix-format";
import { chosenColumns, foundInTable, type MatrixColumn, type MatrixTable } from "./table-matrix";
import { RowIds } from "./table-matrix-ids";
import { collectedRows, openedTable, raggedList } from "./table-matrix-rows";
import { countLines, firstLines, linesOf } from "./text-lines";

/** Whose values are looked at to see what there is. */
const LOOKED_AT_LINES = 200;

type Source = FoundArray["source"];

/** What a line must give: the numbers of its vector, and its id. */
interface LineReading {
  /** Empty where there is no list. */
  numbers(value: unknown): readonly unknown[];
  /** What messages call one of them. */
  called(index: number): string;
  /** That holds the list; null where there is none. */
  column: string | null;
  id(value: unknown): unknown;
  idColumn: string | null;
}

export const jsonLinesFormat: MatrixFormat = {
  name: "JSON lines",
  extensions: [".jsonl", ".ndjson"],
  async describe(file) {
    const looked = await lookAt(file);
    if (!("lengths" in looked)) return foundInTable(file, looked);
    const [shortest, longest] = looked.lengths;
    const unusable = shortest < longest ? `Its lists differ in length: ${shortest} to ${longest} numbers.` : null;
    return [{ source: { file }, shape: [looked.rows, longest], dtype: "JSON lists", unusable }];
  },
  async open(source, mostBytes) {
    const { file } = source;
    const reading = readingOf(source, await lookAt(file));
    /** Of each row, where blank lines make the two differ. */
    const lineOf: number[] = [];
    const place = (row: number) => `line ${lineOf[row]}`;
    const ids = reading.idColumn === null ? null : new RowIds(file, reading.idColumn, place);
    const rows = await collectedRows(
      file,
      blocksOf(file, reading, ids, lineOf),
      mostBytes,
      (row, column) => `${place(row)}, ${reading.called(column)}`,
    );
    return openedTable(source, rows, ids);
  },
};

async function* blocksOf(
  file: string,
  reading: LineReading,
  ids: RowIds | null,
  lineOf: number[],
): AsyncGenerator<Matrix> {
  let length = 0;
  for await (const { first, lines, characters } of linesOf(file)) {
    const start = lineOf.length;
    let block: Matrix | null = null;
    for (const [index, text] of lines.entries()) {
      if (text.trim() === "") continue;
      const row = lineOf.length;
      const line = first + index;
      lineOf.push(line);
      const value = parsed(text, file, line);
      const values = reading.numbers(value);
      if (row === 0) length = values.length;
      if (values.length === 0 || values.length !== length) {
        throw raggedList(file, `line ${line}`, reading.column, row, values.length, length);
      }
      // A number takes a character: no more rows than that are worth the room.
      block ??= matrix(Math.min(lines.length, Math.ceil(characters / length)), length);
      for (let i = 0; i < length; i++) {
        const number = values[i];
        if (typeof number !== "number") {
          throw noNumber(file, `line ${line}, ${reading.called(i)}`, number, row, reading.column);
        }
        block.values[(row - start) * length + i] = number;
      }
      if (ids !== null) ids.add(idText(reading.id(value)));
    }
    const rows = lineOf.length - start;
    if (block !== null) yield matrix(rows, length, block.values.subarray(0, rows * length));
  }
}

function readingOf(source: Source, looked: MatrixTable | BareLists): LineReading {
  const { file } = source;
  if ("lengths" in looked) {
    const asked = source.tensor ?? source.column ?? source.columns?.[0] ?? source.id;
    if (asked !== undefined) {
      throw new RecPrismError("not-found", `${file} holds bare lists, without names: there is no "${asked}" in it.`, {
        file,
      });
    }
    const numbers = (value: unknown) => (Array.isArray(value) ? value : []);
    return { numbers, called: (index) => `number ${index}`, column: null, id: () => null, idColumn: null };
  }
  const { vectors, id } = chosenColumns(source, looked);
  const named = { id: (value: unknown) => fieldOf(value, id?.name ?? ""), idColumn: id?.name ?? null };
  if (Array.isArray(vectors)) {
    const names = vectors.map(({ name }) => name);
    return {
      ...named,
      numbers: (value) => names.map((name) => fieldOf(value, name)),
      called: (index) => `field "${names[index]}"`,
      column: null,
    };
  }
  return {
    ...named,
    numbers: (value) => {
      const list = fieldOf(value, vectors.name);
      return Array.isArray(list) ? list : [];
    },
    called: (index) => `number ${index} of "${vectors.name}"`,
    column: vectors.name,
  };
}

/** Undefined where there is none; what every object inherits is none. */
function fieldOf(value: unknown, name: string): unknown {
  const isObject = typeof value === "object" && value !== null && Object.hasOwn(value, name);
  return isObject ? (value as Record<string, unknown>)[name] : undefined;
}

/** Null where it can be no id. Whole numbers beyond 2^53 are no longer what was written. */
function idText(value: unknown): string | null {
  if (typeof value === "string") return value;
  return Number.isSafeInteger(value) ? String(value) : null;
}

function noNumber(file: string, place: string, found: unknown, row: number, column: string | null): RecPrismError {
  const text = JSON.stringify(found) ?? "nothing";
  const shown = text.length > 60 ? `${text.slice(0, 60)}…` : text;
  return new RecPrismError(
    "file-format",
    `${file}, ${place}, is ${shown}, which is no number. Correct it, or leave out that line.`,
    { file, row, ...(column === null ? {} : { column }) },
  );
}

interface BareLists {
  rows: number;
  lengths: readonly [number, number];
}

async function lookAt(file: string): Promise<MatrixTable | BareLists> {
  const values: unknown[] = [];
  for (const { line, text } of await firstLines(file, LOOKED_AT_LINES)) values.push(parsed(text, file, line));
  const { lines: rows } = await countLines(file);
  const lists = values.filter((value) => Array.isArray(value));
  if (lists.length * 2 > values.length) {
    const lengths = lists.map(({ length }) => length);
    return { rows, lengths: [Math.min(...lengths), Math.max(...lengths)] };
  }
  const names = new Set<string>();
  for (const value of values) {
    if (typeof value === "object" && value !== null && !Array.isArray(value)) {
      for (const name of Object.keys(value)) names.add(name);
    }
  }
  return { columns: Array.from(names, (name) => columnOf(name, values)), rows };
}

/** By most of its values: one that is damaged is an error where it is read, and makes no other kind of column. */
function columnOf(name: string, lines: readonly unknown[]): MatrixColumn {
  const values = lines.map((line) => fieldOf(line, name)).filter((value) => value !== undefined && value !== null);
  const is = (kind: MatrixColumn["kind"], dtype: string) => ({ name, kind, dtype, lengths: null });
  const most = (found: unknown[]) => found.length * 2 >= values.length;
  const numbers = values.filter((value) => typeof value === "number");
  if (most(numbers))
    return numbers.every(Number.isInteger) ? is("integer", "JSON integers") : is("float", "JSON numbers");
  if (most(values.filter((value) => typeof value === "string"))) return is("text", "JSON strings");
  const lists = values.filter((value) => Array.isArray(value)).filter((list) => list.every(isNumberOrNull));
  if (!most(lists)) return is("other", values.length === 0 ? "null" : "JSON");
  const lengths = lists.map(({ length }) => length);
  return { ...is("list", "JSON lists"), lengths: [Math.min(...lengths), Math.max(...lengths)] };
}

function isNumberOrNull(value: unknown): boolean {
  return typeof value === "number" || value === null;
}

function parsed(text: string, file: string, line: number): unknown {
  try {
    return JSON.parse(text);
  } catch (thrown) {
    const cause = thrown instanceof Error ? thrown.message : String(thrown);
    const short = cause.length > 120 ? `${cause.slice(0, 120)}…` : cause;
    const whole = line === 1 && /^\s*[[{]\s*$/.test(text) ? " JSON lines hold a whole value on each line." : "";
    throw new RecPrismError(
      "file-format",
      `${file}, line ${line}, is no JSON: ${short}.${whole} Write one object or list a line.`,
      { file, row: line - 1 },
    );
  }
}
