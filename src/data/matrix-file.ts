/** Any file that holds embeddings, by its format. */
import { extname } from "node:path";
import { RecPrismError } from "../protocol/error";
import type { MatrixSource } from "../protocol/manifest";
import { arrowFormat } from "./arrow-format";
import { hdf5Format } from "./hdf5-format";
import { jsonLinesFormat } from "./json-lines-format";
import type { FoundArray, MatrixFormat, OpenedArray } from "./matrix-format";
import { npyFormat } from "./npy-format";
import { npzFormat } from "./npz-format";
import { onnxFormat } from "./onnx-format";
import { parquetFormat } from "./parquet-format";
import { safetensorsFormat } from "./safetensors-format";
import { MOST_BYTES_IN_MEMORY } from "./stored-rows";
import { csvFormat } from "./table-matrix-csv";
import { torchFormat } from "./torch-format";
import { wordVectorsFormat } from "./word-vectors-format";

/** In the order in which dialogs offer them. */
export const MATRIX_FORMATS: readonly MatrixFormat[] = [
  npyFormat,
  npzFormat,
  safetensorsFormat,
  torchFormat,
  onnxFormat,
  hdf5Format,
  parquetFormat,
  arrowFormat,
  csvFormat,
  jsonLinesFormat,
  wordVectorsFormat,
];

/** The format a file name speaks of; null for none. */
export function matrixFormatOf(file: string): MatrixFormat | null {
  const extension = extname(file).toLowerCase();
  return MATRIX_FORMATS.find(({ extensions }) => extensions.includes(extension)) ?? null;
}

/**
 * What arrays a file holds.
 *
 * @throws RecPrismError as `MatrixFormat.describe`
 */
export async function describeMatrixFile(file: string): Promise<FoundArray[]> {
  return formatOf(file).describe(file);
}

/**
 * The rows a manifest means; they are released by `closeRows`.
 *
 * @param source its file is absolute
 * @throws RecPrismError as `MatrixFormat.open`
 */
export async function openMatrix(source: MatrixSource, mostBytes = MOST_BYTES_IN_MEMORY): Promise<OpenedArray> {
  const stated = typeof source === "string" ? { file: source } : source;
  return formatOf(stated.file).open(stated, mostBytes);
}

function formatOf(file: string): MatrixFormat {
  const format = matrixFormatOf(file);
  if (format !== null) return format;
  const known = MATRIX_FORMATS.flatMap(({ extensions }) => extensions).join(", ");
  throw new RecPrismError("file-format", `${file} is no file of embeddings by its name. Read are ${known}.`, { file });
}
