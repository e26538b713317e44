/**
 * What is fuzzed: one file below `seeds/` for each kind of file that RecPrism reads, which exports
 *
 *     export const fuzzed: Fuzzed = {
 *       extensions: [".npy"],
 *       seeds: async () => [bytesOfOneKind, bytesOfAnother],
 *     };
 *
 * Seeds are valid files of a few hundred bytes, together of every kind that the format has: a branch that no seed enters is
 * hardly ever fuzzed. They are made in memory, and without Python. A format of the registry (src/data/matrix-file.ts) needs no
 * more; a reader of something else, such as tables, says with `read` how a file is read. A reader passes if whatever it
 * is given ends within five seconds and a gigabyte in a result, or in a RecPrismError that names the file.
 */
import { dirname } from "node:path";
import { closeRows, rowBlocks } from "../../src/data/matrix";
import { describeMatrixFile, openMatrix } from "../../src/data/matrix-file";
import { RecPrismError } from "../../src/protocol/error";
import type { MatrixSource } from "../../src/protocol/manifest";

export interface Fuzzed {
  /** Lower case, with the dot; the files to read have the first. All of a registered format. */
  extensions: readonly [string, ...string[]];
  seeds(): Promise<Uint8Array[]>;
  /** Reads everything that is in a file. A matrix file where nothing is said. */
  read?(file: string): Promise<void>;
}

/** Of a mutated file; there may be thousands in one. */
const MOST_ARRAYS = 8;

/**
 * Every array of a matrix file, in memory and by rows.
 *
 * @throws RecPrismError where none can be read; any other error where a reader is at fault
 */
export async function readMatrixFile(file: string): Promise<void> {
  const found = await describeMatrixFile(file);
  for (const { shape, unusable } of found) {
    const good = shape.length === 1 || shape.length === 2 || unusable !== null;
    if (!good || !shape.every((length) => length >= 0)) throw new Error(`${file}: [${shape}] cannot be a matrix`);
  }
  const refusals: RecPrismError[] = [];
  const sources = [file, ...found.slice(0, MOST_ARRAYS).map(({ source }) => source)];
  for (const source of sources) {
    for (const mostBytes of [0, undefined]) {
      await readRows(source, mostBytes).catch((thrown: unknown) => refusals.push(refusalOf(thrown, file)));
    }
  }
  if (refusals.length === 2 * sources.length) throw refusals[0];
}

/** What a reader may say of a file that it does not read. @throws whatever it may not */
export function refusalOf(thrown: unknown, file: string): RecPrismError {
  if (!(thrown instanceof RecPrismError)) throw thrown;
  const { where, message } = thrown;
  // A part of it may be in a file beside it.
  if (where.file === undefined || dirname(where.file) !== dirname(file) || !message.includes(where.file)) {
    throw new Error(`the message does not name the file: ${message}`);
  }
  return thrown;
}

async function readRows(source: MatrixSource, mostBytes: number | undefined): Promise<void> {
  const { rows, ids } = await openMatrix(source, mostBytes);
  try {
    if (ids !== null && ids.length !== rows.rows) throw new Error(`${ids.length} ids for ${rows.rows} rows`);
    // Rows of no columns are quickly promised.
    if (rows.columns === 0) return;
    let seen = 0;
    for (const { block } of rowBlocks(rows)) {
      if (block.values.length !== block.rows * rows.columns) throw new Error("a block is not of its shape");
      if (!block.values.every(Number.isFinite)) throw new Error("a value is not finite");
      seen += block.rows;
    }
    if (seen !== rows.rows) throw new Error(`${seen} of ${rows.rows} rows were read`);
  } finally {
    await closeRows(rows);
  }
}
