/** Arrow IPC and Feather among the formats that embeddings come in: only the columns that are asked for are read, piece by piece. */
import type { FileHandle } from "node:fs/promises";
import { RecPrismError } from "../protocol/error";
import { ArrowBuffers } from "./arrow-buffers";
import { type ArrowColumn, arrowColumns, type ColumnPlace, columnPlaces } from "./arrow-columns";
import { type ArrowBatch, type ArrowFile, arrowMessages, readable } from "./arrow-messages";
import { type Matrix, matrix } from "./matrix";
import type { MatrixFormat } from "./matrix-format";
import { withOpenedFile } from "./opened-file";
import { numbersOf, type ValueType, valueBytes } from "./stored-values";
import { checkNumbers, chosenColumns, foundInTable, type MatrixColumn, type MatrixTable } from "./table-matrix";
import { RowIds } from "./table-matrix-ids";
import { checkPromise, collectedRows, openedTable, raggedList } from "./table-matrix-rows";

/** Numbers that are read at once. */
const BLOCK_VALUES = 1 << 20;
/** Rows that are read at once, however few numbers they have. */
const BLOCK_ROWS = 1 << 16;
/** Whose lists are looked at to see how long they are. */
const LOOKED_AT_ROWS = 1_000;

/** A file whose schema and batches are known. */
interface Opened {
  handle: FileHandle;
  file: string;
  arrow: ArrowFile;
  columns: ArrowColumn[];
}

export const arrowFormat: MatrixFormat = {
  name: "Arrow or Feather",
  extensions: [".arrow", ".feather", ".ipc"],
  async describe(file) {
    return withArrow(file, async (opened, size) => foundInTable(file, await lookAt(opened, size)));
  },
  async open(source, mostBytes) {
    const { file } = source;
    return withArrow(file, async (opened, size) => {
      const table = await lookAt(opened, size);
      const { vectors, id } = chosenColumns(source, table);
      if (Array.isArray(vectors)) checkNumbers(file, vectors);
      const indices = (Array.isArray(vectors) ? vectors : [vectors]).map((column) => table.columns.indexOf(column));
      const ids = id === null ? null : new RowIds(file, id.name, rowPlace);
      const names = indices.map((index) => opened.columns[index].name);
      const place = (row: number, column: number) =>
        Array.isArray(vectors)
          ? `${rowPlace(row)}, column "${names[column]}"`
          : `${rowPlace(row)}, column "${names[0]}", number ${column} of its list`;
      const blocks = blocksOf(opened, indices, id === null ? null : table.columns.indexOf(id), ids);
      const rows = await collectedRows(file, blocks, mostBytes, place);
      return openedTable(source, rows, ids);
    });
  },
};

function rowPlace(row: number): string {
  return `row ${row} (counted from 0)`;
}

async function withArrow<Value>(file: string, work: (opened: Opened, size: number) => Promise<Value>): Promise<Value> {
  return withOpenedFile(file, async (handle, size) => {
    if (size === 0) {
      throw new RecPrismError("file-format", `${file} is empty. Write it with one row for each vector.`, { file });
    }
    const arrow = await arrowMessages(handle, size, file);
    return work({ handle, file, arrow, columns: arrowColumns(arrow, file) }, size);
  });
}

async function lookAt(opened: Opened, size: number): Promise<MatrixTable> {
  const { file, arrow, columns } = opened;
  let rows = 0;
  for (const batch of arrow.batches) {
    const count = batchRows(batch, file);
    rows += count;
    checkPromise(file, rows, 1, size);
  }
  const first = arrow.batches.find((batch) => batchRows(batch, file) > 0);
  const found: MatrixColumn[] = [];
  const readers = first === undefined ? null : columnsOf(opened, first);
  for (const [index, column] of columns.entries()) {
    const { name, dtype, layout } = column;
    const list = layout.of === "lists" && readers !== null ? readers[index] : null;
    found.push({ name, dtype, kind: kindOf(column), lengths: list === null ? null : await firstLengths(list) });
  }
  return { columns: found, rows };
}

function kindOf({ layout }: ArrowColumn): MatrixColumn["kind"] {
  if (layout.of === "lists") return "list";
  if (layout.of === "numbers") return layout.type.startsWith("float") ? "float" : "integer";
  return layout.of;
}

function batchRows(batch: ArrowBatch, file: string): number {
  const rows = readable(file, batch.bodyOffset, () => Number(batch.header.length()));
  if (rows >= 0 && Number.isSafeInteger(rows)) return rows;
  throw new RecPrismError("file-format", `${file} has a record batch of ${rows} rows. Write or copy it again.`, {
    file,
  });
}

async function firstLengths(list: BatchColumn): Promise<[number, number]> {
  const ends = await list.listEnds(0, Math.min(LOOKED_AT_ROWS, list.rows));
  let [shortest, longest] = [Number.POSITIVE_INFINITY, 0];
  for (let row = 1; row < ends.length; row++) {
    shortest = Math.min(shortest, ends[row] - ends[row - 1]);
    longest = Math.max(longest, ends[row] - ends[row - 1]);
  }
  return [shortest, longest];
}

async function* blocksOf(
  opened: Opened,
  indices: number[],
  idIndex: number | null,
  ids: RowIds | null,
): AsyncGenerator<Matrix> {
  const { file, columns, arrow } = opened;
  let done = 0;
  let length = 0;
  const isList = columns[indices[0]].layout.of === "lists";
  for (const batch of arrow.batches) {
    const rows = batchRows(batch, file);
    const all = columnsOf(opened, batch);
    const readers = indices.map((index) => all[index]);
    const idReader = idIndex === null ? null : all[idIndex];
    for (let from = 0; from < rows; ) {
      if (done === 0 && isList) {
        const [start, end] = await readers[0].listEnds(0, 1);
        length = end - start;
      }
      const columnsCount = Math.max(1, isList ? length : indices.length);
      const to = Math.min(rows, from + Math.min(BLOCK_ROWS, Math.max(1, Math.floor(BLOCK_VALUES / columnsCount))));
      yield isList ? await readers[0].lists(from, to, length, done) : await scalars(readers, from, to, done);
      if (ids !== null && idReader !== null) for (const id of await idReader.texts(from, to)) ids.add(id);
      done += to - from;
      from = to;
    }
  }
}

async function scalars(readers: BatchColumn[], from: number, to: number, first: number): Promise<Matrix> {
  // Read before there is room for them: a column that is not there ends this here.
  const start = await readers[0].numbers(from, to, first);
  const block = matrix(to - from, readers.length);
  for (const [column, reader] of readers.entries()) {
    const values = column === 0 ? start : await reader.numbers(from, to, first);
    for (let row = 0, at = column; row < values.length; row++, at += readers.length) block.values[at] = values[row];
  }
  return block;
}

function columnsOf({ handle, file, columns }: Opened, batch: ArrowBatch): BatchColumn[] {
  // Shared: what is unpacked is so once, and is gone with the batch.
  const buffers = new ArrowBuffers(handle, batch, file);
  return columnPlaces(columns, batch, file).map(
    (place, index) => new BatchColumn(file, columns[index], place, buffers),
  );
}

/** One column of one record batch. */
class BatchColumn {
  constructor(
    private readonly file: string,
    private readonly column: ArrowColumn,
    private readonly place: ColumnPlace,
    private readonly buffers: ArrowBuffers,
  ) {}

  get rows(): number {
    return this.place.nodes[0].length;
  }

  /** @param first row of the file that `from` of the batch is */
  async numbers(from: number, to: number, first: number): Promise<ArrayLike<number>> {
    const { layout } = this.column;
    if (layout.of !== "numbers") throw new TypeError("not a column of numbers");
    const missing = await this.firstNull(0, from, to);
    if (missing !== null) throw this.isNull(first + missing - from, null);
    return this.valuesOf(this.place.buffers[1], layout.type, from, to);
  }

  /** All of one length. */
  async lists(from: number, to: number, length: number, first: number): Promise<Matrix> {
    const { layout, name } = this.column;
    if (layout.of !== "lists") throw new TypeError("not a column of lists");
    const missing = await this.firstNull(0, from, to);
    if (missing !== null) throw this.isNull(first + missing - from, null);
    const ends = await this.listEnds(from, to);
    for (let row = 0; row < to - from; row++) {
      const found = ends[row + 1] - ends[row];
      if (found !== length || found === 0) {
        throw raggedList(this.file, rowPlace(first + row), name, first + row, found, length);
      }
    }
    const [start, end] = [ends[0], ends[ends.length - 1]];
    const empty = await this.firstNull(1, start, end);
    if (empty !== null) {
      const row = first + Math.floor((empty - start) / length);
      throw this.isNull(row, (empty - start) % length);
    }
    const values = await this.valuesOf(this.place.buffers[this.place.buffers.length - 1], layout.type, start, end);
    return matrix(to - from, length, values instanceof Float32Array ? values : Float32Array.from(values));
  }

  /** Where the lists of rows [from, to) begin in the child, and where the last one ends. */
  async listEnds(from: number, to: number): Promise<number[]> {
    const { layout } = this.column;
    if (layout.of !== "lists") throw new TypeError("not a column of lists");
    const { offsetBytes, length } = layout;
    if (offsetBytes === null) {
      const size = length ?? 0;
      if (size < 0) throw raggedList(this.file, rowPlace(0), this.column.name, 0, 0, 0);
      return Array.from({ length: to - from + 1 }, (_, row) => (from + row) * size);
    }
    return this.offsets(this.place.buffers[1], offsetBytes, from, to);
  }

  /** Ids as text; null where there is none. */
  async texts(from: number, to: number): Promise<(string | null)[]> {
    const { layout, name, dtype } = this.column;
    const valid = await this.validity(0, from, to);
    const known = (row: number) => valid === null || isSet(valid, (from % 8) + row);
    if (layout.of === "text") {
      const texts =
        layout.offsetBytes === null ? await this.viewed(from, to) : await this.cut(layout.offsetBytes, from, to);
      return texts.map((text, row) => (known(row) ? text : null));
    }
    if (layout.of !== "numbers") {
      throw new RecPrismError(
        "dtype-unsupported",
        `${this.file}, column "${name}", is ${dtype}; ids are read from text and whole numbers. Write it as one of these.`,
        { file: this.file, column: name },
      );
    }
    const [, buffer] = this.place.buffers;
    const size = valueBytes(layout.type);
    const bytes = await this.buffers.bytes(buffer, from * size, to * size);
    const values = wholeNumbers(bytes, layout.type);
    return Array.from({ length: to - from }, (_, row) => (known(row) ? String(values[row]) : null));
  }

  private async cut(offsetBytes: 4 | 8, from: number, to: number): Promise<string[]> {
    const [, offsets, data] = this.place.buffers;
    const ends = await this.offsets(offsets, offsetBytes, from, to);
    const bytes = asBuffer(await this.buffers.bytes(data, ends[0], ends[ends.length - 1]));
    return Array.from({ length: to - from }, (_, row) =>
      bytes.toString("utf8", ends[row] - ends[0], ends[row + 1] - ends[0]),
    );
  }

  /** A view is its text where that is short, and otherwise says where it is. */
  private async viewed(from: number, to: number): Promise<string[]> {
    const [, views, ...long] = this.place.buffers;
    const bytes = asBuffer(await this.buffers.bytes(views, from * 16, to * 16));
    const texts: string[] = [];
    for (let at = 0; at < bytes.length; at += 16) {
      const length = bytes.readInt32LE(at);
      if (length < 0) throw this.lies("a text of negative length");
      if (length <= 12) {
        texts.push(bytes.toString("utf8", at + 4, at + 4 + length));
        continue;
      }
      const buffer = long.at(bytes.readInt32LE(at + 8));
      const start = bytes.readInt32LE(at + 12);
      if (buffer === undefined || start < 0) throw this.lies("a text that lies outside of it");
      texts.push(asBuffer(await this.buffers.bytes(buffer, start, start + length)).toString("utf8"));
    }
    return texts;
  }

  private async offsets(
    buffer: ColumnPlace["buffers"][number],
    size: 4 | 8,
    from: number,
    to: number,
  ): Promise<number[]> {
    const bytes = await this.buffers.bytes(buffer, from * size, (to + 1) * size);
    const values = numbersOf(bytes, size === 4 ? "int32" : "int64");
    const ends = Array.from(values);
    for (let i = 0; i < ends.length; i++) {
      if (!Number.isFinite(ends[i]) || ends[i] < (i === 0 ? 0 : ends[i - 1]))
        throw this.lies("offsets that do not rise");
    }
    return ends;
  }

  private async valuesOf(
    buffer: ColumnPlace["buffers"][number],
    type: ValueType,
    from: number,
    to: number,
  ): Promise<ArrayLike<number>> {
    const size = valueBytes(type);
    return numbersOf(await this.buffers.bytes(buffer, from * size, to * size), type);
  }

  /** @param part 0 for the column, 1 for the numbers of its lists */
  private async firstNull(part: 0 | 1, from: number, to: number): Promise<number | null> {
    const valid = await this.validity(part, from, to);
    if (valid === null) return null;
    for (let i = from; i < to; i++) if (!isSet(valid, i - from + (from % 8))) return i;
    return null;
  }

  /** Bits from the byte on that `from` is in; null where nothing is missing. */
  private async validity(part: 0 | 1, from: number, to: number): Promise<Uint8Array | null> {
    const node = this.place.nodes[part];
    // The child's own come after those of the list: its bits, and where there are offsets these.
    const buffer = part === 0 ? this.place.buffers[0] : this.place.buffers[this.place.buffers.length - 2];
    if (node.nulls === 0 || buffer.length === 0 || to <= from) return null;
    return this.buffers.bytes(buffer, Math.floor(from / 8), Math.ceil(to / 8));
  }

  private isNull(row: number, number: number | null): RecPrismError {
    const { name } = this.column;
    const which = number === null ? "" : `, number ${number} of its list`;
    return new RecPrismError(
      "file-format",
      `${this.file}, ${rowPlace(row)}, column "${name}"${which}, is empty (null). Fill it in, or leave out that row.`,
      { file: this.file, row, column: name },
    );
  }

  private lies(what: string): RecPrismError {
    const { name } = this.column;
    return new RecPrismError(
      "file-format",
      `${this.file}, column "${name}": a record batch has ${what}. Write or copy it again.`,
      { file: this.file, column: name },
    );
  }
}

/** Exactly: a float would round those of 64 bits. */
function wholeNumbers(bytes: Uint8Array<ArrayBuffer>, type: ValueType): ArrayLike<number | bigint> {
  if (type === "int64") return new BigInt64Array(bytes.buffer, bytes.byteOffset, bytes.length / 8);
  if (type === "uint64") return new BigUint64Array(bytes.buffer, bytes.byteOffset, bytes.length / 8);
  return numbersOf(bytes, type);
}

function isSet(bits: Uint8Array, index: number): boolean {
  return (bits[index >> 3] & (1 << (index & 7))) !== 0;
}

function asBuffer({ buffer, byteOffset, length }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, length);
}
