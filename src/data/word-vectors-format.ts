/** Word vectors as text, as word2vec, fastText and GloVe write them: on each line a word and its numbers. */
import { RecPrismError } from "../protocol/error";
import { type Matrix, matrix } from "./matrix";
import type { MatrixFormat } from "./matrix-format";
import { isIntegerText, isNumberText, numberOf } from "./number-lists";
import { bytesAt, withOpenedFile } from "./opened-file";
import { RowIds } from "./table-matrix-ids";
import { collectedRows, openedTable } from "./table-matrix-rows";
import { countLines, firstLines, linesOf } from "./text-lines";

/** That tell how many numbers a line has, where no first line says so. */
const LOOKED_AT_LINES = 100;
const LOOKED_AT_BYTES = 1 << 16;

interface Layout {
  /** The first line says how many words and numbers there are. */
  header: boolean;
  rows: number;
  columns: number;
  /** False for lines of nothing but numbers, as numpy.savetxt writes: then rows have no ids. */
  words: boolean;
}

export const wordVectorsFormat: MatrixFormat = {
  name: "Word vectors",
  extensions: [".vec", ".w2v", ".txt"],
  async describe(file) {
    const { rows, columns, words } = await layoutOf(file);
    const dtype = words ? "numbers as text, after a word" : "numbers as text";
    return [{ source: { file }, shape: [rows, columns], dtype, unusable: null }];
  },
  async open(source, mostBytes) {
    const { file } = source;
    const asked = source.tensor ?? source.column ?? source.columns?.[0] ?? source.id;
    if (asked !== undefined) {
      throw new RecPrismError(
        "not-found",
        `${file} holds word vectors, which have no named parts: there is no "${asked}" in it. The words are the ids.`,
        { file },
      );
    }
    const layout = await layoutOf(file);
    /** Of each row, where blank lines make the two differ. */
    const lineOf: number[] = [];
    const place = (row: number) => `line ${lineOf[row]}`;
    const ids = layout.words ? new RowIds(file, null, place) : null;
    const rows = await collectedRows(
      file,
      blocksOf(file, layout, ids, lineOf),
      mostBytes,
      (row, column) => `${place(row)}, number ${column}`,
    );
    return openedTable(source, rows, ids);
  },
};

async function* blocksOf(file: string, layout: Layout, ids: RowIds | null, lineOf: number[]): AsyncGenerator<Matrix> {
  const { columns } = layout;
  let header = layout.header;
  for await (const { first, lines, characters } of linesOf(file)) {
    const start = lineOf.length;
    // A number takes a character: no more rows than that are worth the room.
    const block = matrix(Math.min(lines.length, Math.floor(characters / columns)), columns);
    for (const [index, text] of lines.entries()) {
      const parts = partsOf(text);
      if (parts.length === 0) continue;
      if (header) {
        header = false;
        continue;
      }
      const row = lineOf.length;
      lineOf.push(first + index);
      const words = parts.length - columns;
      if (layout.words ? words < 1 : words !== 0) throw otherLength(file, first + index, parts.length, layout, row);
      for (let i = 0; i < columns; i++) {
        const value = numberOf(parts[words + i]);
        if (Number.isNaN(value) && !isNumberText(parts[words + i])) {
          throw noNumber(file, first + index, i, parts[words + i], row);
        }
        block.values[(row - start) * columns + i] = value;
      }
      // fastText keeps words of several parts, which spaces then stand in.
      ids?.add(parts.slice(0, words).join(" "));
    }
    const rows = lineOf.length - start;
    if (rows > 0) yield matrix(rows, columns, block.values.subarray(0, rows * columns));
  }
}

async function layoutOf(file: string): Promise<Layout> {
  await refuseBinary(file);
  const lines = await firstLines(file, LOOKED_AT_LINES);
  const all = lines.map(({ text }) => partsOf(text));
  const { lines: present } = await countLines(file);
  const promised = promisedBy(all);
  // Only the first part can be a word that looks like a number; a word of several parts ends before the numbers.
  const trailing = all.map((parts) => parts.length - 1 - parts.findLastIndex((part) => !isNumberText(part)));
  if (promised !== null) {
    const [rows, columns] = promised;
    const least = Math.min(...all.slice(1).map((parts, index) => Math.min(trailing[index + 1], parts.length - 1)));
    if (Number.isFinite(least) && least > columns) {
      throw new RecPrismError(
        "file-format",
        `${file} says in its first line that vectors have ${columns} numbers, but lines have ${least}. Correct the first line.`,
        { file, row: 0 },
      );
    }
    if (present - 1 === rows) return { header: true, rows, columns, words: true };
    const less = present - 1 < rows;
    throw new RecPrismError(
      less ? "file-truncated" : "file-format",
      `${file} says in its first line that it holds ${rows.toLocaleString("en")} vectors, but ${(present - 1).toLocaleString("en")} follow. Write or copy it again.`,
      { file, row: 0 },
    );
  }
  const bare = all.every((parts, index) => trailing[index] === parts.length);
  const words = !(bare && all.some(([first]) => !isIntegerText(first)));
  const counts = all.map((parts, index) => (words ? Math.min(trailing[index], parts.length - 1) : trailing[index]));
  const columns = counts.length === 0 ? 0 : Math.min(...counts);
  if (columns > 0) return { header: false, rows: present, columns, words };
  const bad = Math.max(0, counts.indexOf(0));
  const { line, text } = lines[bad] ?? { line: 1, text: "" };
  const shown = text.length > 60 ? `${text.slice(0, 60)}…` : text;
  throw new RecPrismError(
    "file-format",
    `${file}, line ${line}, is no word with numbers, separated by spaces: ${JSON.stringify(shown)}. A table belongs into a .csv file.`,
    { file, row: line - 1 },
  );
}

/** word2vec also writes numbers as they are in memory. */
async function refuseBinary(file: string): Promise<void> {
  const start = await withOpenedFile(file, (handle, size) => bytesAt(handle, 0, Math.min(size, LOOKED_AT_BYTES)));
  if (!start.includes(0)) return;
  throw new RecPrismError(
    "file-format",
    `${file} is binary. Write it as text in gensim: KeyedVectors.load_word2vec_format(${JSON.stringify(file)}, binary=True).save_word2vec_format("vectors.vec", binary=False)`,
    { file },
  );
}

/** Words and numbers that the first line promises; null where it is a vector itself. */
function promisedBy([first, second]: string[][]): [number, number] | null {
  if (first?.length !== 2 || !first.every((part) => /^\d+$/.test(part))) return null;
  const [rows, columns] = first.map(Number);
  // A number and one more may also be the vector of a word that looks like a number.
  const fits = second === undefined ? rows === 0 : columns > 0 && (second.length > 2 || second.length > columns);
  return fits ? [rows, columns] : null;
}

/** Only spaces and tabs part: words may hold other blanks. */
function partsOf(text: string): string[] {
  // The usual line takes a third of the time.
  const simple = !text.includes("\t") && !text.includes("  ") && !text.startsWith(" ");
  const parts = simple ? text.split(" ") : text.split(/[ \t]+/);
  if (parts[0] === "") parts.shift();
  if (parts.at(-1) === "") parts.pop();
  return parts;
}

function otherLength(
  file: string,
  line: number,
  found: number,
  { columns, words }: Layout,
  row: number,
): RecPrismError {
  const numbers = Math.max(0, words ? found - 1 : found);
  return new RecPrismError(
    "file-format",
    `${file}, line ${line}, has ${numbers} numbers${words ? " after its word" : ""}, but ${columns} are expected. All lines must have as many; repair that one.`,
    { file, row },
  );
}

function noNumber(file: string, line: number, index: number, text: string, row: number): RecPrismError {
  const shown = text.length > 60 ? `${text.slice(0, 60)}…` : text;
  return new RecPrismError(
    "file-format",
    `${file}, line ${line}, number ${index}, is "${shown}", which is no number. Correct it, or leave out that line.`,
    { file, row, column: String(index) },
  );
}
