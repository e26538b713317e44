/** Datasets of HDF5 files, Keras models among them, among the formats that embeddings come in. */
import { extname } from "node:path";
import type { Dataset } from "h5wasm";
import { RecPrismError } from "../protocol/error";
import { chosenTensor } from "./chosen-array";
import { Hdf5File, type Hdf5Part } from "./hdf5-file";
import { inMemory, type Rows, type StoredRows } from "./matrix";
import type { FoundArray, MatrixFormat } from "./matrix-format";
import { withOpenedFile } from "./opened-file";
import { checkFinite } from "./stored-rows";
import { numbersOf, type ValueType, valueBytes } from "./stored-values";
import { asMatrix, valueTypeNamed, whyUnusable } from "./usable-numbers";
import { zipEntries } from "./zip-file";

/** Weights in the archive that Keras 3 saves. */
const KERAS_WEIGHTS = "model.weights.h5";
/** Read at once. */
const BLOCK_BYTES = 1 << 23;
/** The library takes chunks whole, one at a time. */
const MOST_CHUNK_BYTES = 128 * 2 ** 20;
/** What deflate can make of one byte at the very best. */
const MOST_INFLATION = 1032;
/** Filters that are part of the library; others come as plug-ins. */
const FILTERS: ReadonlyMap<number, string> = new Map([
  [1, "deflate"],
  [2, "shuffle"],
  [3, "fletcher32"],
  [5, "nbit"],
  [6, "scaleoffset"],
]);
const INTEGER = 0;
const FLOAT = 1;
/** Of HDF5's classes of types, those that files of this kind hold beside numbers. */
const OTHER_CLASSES: ReadonlyMap<number, string> = new Map([
  [3, "text"],
  [6, "a structured type"],
  [7, "references"],
  [8, "an enumeration"],
  [9, "lists of differing lengths"],
  [10, "arrays"],
]);

export const hdf5Format: MatrixFormat = {
  name: "HDF5 or Keras model",
  extensions: [".h5", ".hdf5", ".keras"],
  async describe(file) {
    const opened = await Hdf5File.open(await partOf(file));
    try {
      return Array.from(opened.datasets(), ([path, dataset]) => described(opened, dataset, path, file));
    } finally {
      opened.close();
    }
  },
  async open(source, mostBytes) {
    const { file } = source;
    const opened = await Hdf5File.open(await partOf(file));
    let left = false;
    try {
      const datasets = opened.datasets();
      const found = Array.from(datasets, ([path, dataset]) => described(opened, dataset, path, file));
      const name = chosenTensor(source, found);
      const dataset = datasets.get(name);
      const type = dataset ? valueTypeNamed(dtypeOf(dataset.metadata)) : null;
      if (dataset === undefined || type === null) {
        throw new RecPrismError("not-found", `${file} has no array "${name}".`, { file, key: name });
      }
      const rows = new DatasetRows(opened, dataset, type, name, file, source.transposed === true);
      left = rows.rows * rows.columns * Float32Array.BYTES_PER_ELEMENT > mostBytes;
      return { rows: left ? rows : taken(rows, file), ids: null };
    } finally {
      if (!left) opened.close();
    }
  },
};

async function partOf(file: string): Promise<Hdf5Part> {
  if (extname(file).toLowerCase() !== ".keras") return { file, offset: 0, length: null };
  return withOpenedFile(file, async (handle, size) => {
    const weights = (await zipEntries(handle, size, file)).get(KERAS_WEIGHTS);
    if (weights?.method === "stored") return { file, offset: weights.dataOffset, length: weights.size };
    const found =
      weights === undefined ? `has no ${KERAS_WEIGHTS}` : `has ${KERAS_WEIGHTS} compressed, as Keras never does`;
    throw new RecPrismError("file-format", `${file} ${found}. Save it again: model.save("model.keras").`, { file });
  });
}

function described(opened: Hdf5File, dataset: Dataset, path: string, file: string): FoundArray {
  const { metadata, filters } = opened.describe(dataset);
  const dtype = dtypeOf(metadata);
  const shape = metadata.shape ?? [];
  return {
    source: { file, tensor: path },
    shape,
    dtype,
    unusable: whyUnusable(dtype, shape) ?? whyUnreadable(metadata, filters, opened.size),
  };
}

function dtypeOf({ type, size, signed }: Dataset["metadata"]): string {
  if (type === FLOAT) return `float${8 * size}`;
  if (type === INTEGER) return `${signed ? "int" : "uint"}${8 * size}`;
  return OTHER_CLASSES.get(type) ?? "no numbers";
}

/** @param available bytes of the file */
function whyUnreadable(metadata: Dataset["metadata"], filters: Dataset["filters"], available: number): string | null {
  if (metadata.virtual_sources) return "Its values are in other files; write them into one.";
  const foreign = filters.find(({ id }) => !FILTERS.has(id));
  if (foreign) {
    return `It is compressed by "${foreign.name || `filter ${foreign.id}`}"; deflate (gzip) is read. Write it again with compression="gzip".`;
  }
  const bytes = (shape: readonly number[]) => shape.reduce((product, length) => product * length, metadata.size);
  if (metadata.chunks && bytes(metadata.chunks) > MOST_CHUNK_BYTES) {
    return `It is stored in chunks of ${bytes(metadata.chunks)} bytes; up to ${MOST_CHUNK_BYTES} are read. Write it with smaller chunks.`;
  }
  const most = filters.length > 0 ? available * MOST_INFLATION : available;
  if (bytes(metadata.shape ?? []) <= most) return null;
  return `It promises ${bytes(metadata.shape ?? [])} bytes, which a file of ${available} cannot hold.`;
}

/** All rows, in a matrix of their own. */
function taken(rows: StoredRows, file: string): Rows {
  try {
    return inMemory(rows);
  } catch (thrown) {
    if (!(thrown instanceof RangeError)) throw thrown;
    throw new RecPrismError("file-format", `${file} is too large for memory: ${rows.rows} x ${rows.columns} values.`, {
      file,
    });
  }
}

/** Rows that stay in their dataset. */
class DatasetRows implements StoredRows {
  readonly rows: number;
  readonly columns: number;
  /** Rows that the chunks begin at are multiples of it. */
  private readonly chunkRows: number;

  constructor(
    private readonly opened: Hdf5File,
    private readonly dataset: Dataset,
    private readonly type: ValueType,
    private readonly name: string,
    private readonly file: string,
    private readonly transposed: boolean,
  ) {
    const { shape, chunks } = dataset.metadata;
    const [rows, columns] = asMatrix(shape ?? []);
    [this.rows, this.columns] = transposed ? [columns, rows] : [rows, columns];
    const [chunkRows, chunkColumns] = asMatrix(chunks ?? [1, 1]);
    this.chunkRows = transposed ? chunkColumns : chunkRows;
  }

  readInto(values: Float32Array, at: number, from: number, to: number): void {
    const { columns, chunkRows } = this;
    const rowBytes = Math.max(1, columns * valueBytes(this.type));
    const most = Math.max(1, Math.floor(BLOCK_BYTES / rowBytes));
    // A block ends where a chunk does, so that no chunk is taken twice; unless that would be far more than a block.
    const step = most < chunkRows ? most : most - (most % chunkRows);
    for (let row = from; row < to; ) {
      const end = Math.min(to, (Math.floor(row / step) + 1) * step);
      const into = values.subarray(at + (row - from) * columns, at + (end - from) * columns);
      if (into.length > 0) this.readBlock(into, row, end);
      row = end;
    }
  }

  async close(): Promise<void> {
    this.opened.close();
  }

  private readBlock(into: Float32Array, from: number, to: number): void {
    const { columns, type, name, transposed } = this;
    const count = to - from;
    const rank = this.dataset.metadata.shape?.length;
    const first = transposed ? [0, from] : [from, 0];
    const counts = transposed ? [columns, count] : [count, columns];
    const bytes = this.opened.read(this.dataset, first.slice(0, rank), counts.slice(0, rank));
    const numbers = numbersOf(bytes, type);
    if (!transposed) into.set(numbers);
    else {
      for (let row = 0; row < count; row++) {
        for (let column = 0; column < columns; column++) into[row * columns + column] = numbers[column * count + row];
      }
    }
    checkFinite(into, { columns, type, name, transposed }, from, this.file);
  }
}
