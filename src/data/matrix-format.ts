/** What every reader of embedding files offers: a look at what a file holds, and the rows of one array of it. */
import type { MatrixSource } from "../protocol/manifest";
import type { Rows } from "./matrix";

/** An array of a file, known without reading its values. */
export interface FoundArray {
  /** What the manifest says to mean this one; for a file that holds just one, the file itself. */
  source: Exclude<MatrixSource, string>;
  /** As in the file, [rows, columns] or [rows]. */
  shape: readonly number[];
  /** As the format calls it: float32, F16, DOUBLE[64]. */
  dtype: string;
  /** Why it can be neither embeddings nor a bias: a sentence; null where it can. */
  unusable: string | null;
}

/** The rows of an array as float32. */
export interface OpenedArray {
  /** In memory, or in their file where that is too large for memory and can be read by range. */
  rows: Rows;
  /** Ids that the file itself gives its rows; null where it gives none. */
  ids: string[] | null;
}

/** A kind of file. */
export interface MatrixFormat {
  /** For people: `NumPy archive`. */
  name: string;
  /** Lower case, with the dot. */
  extensions: readonly string[];
  /**
   * What is in a file, without reading values and without executing anything that it says.
   *
   * @throws RecPrismError file-missing, file-unreadable, file-format, file-truncated
   */
  describe(file: string): Promise<FoundArray[]>;
  /**
   * One array. `source.file` is absolute. Without `tensor` or columns the file's only array that is usable is meant.
   *
   * @param mostBytes what may be kept in memory, as float32; a larger array stays in its file if it can
   * @throws RecPrismError as `describe`, and dtype-unsupported, value-not-finite (row and column), not-found (naming what there is)
   */
  open(source: Exclude<MatrixSource, string>, mostBytes: number): Promise<OpenedArray>;
}
