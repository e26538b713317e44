/** Initialisers of ONNX models among the formats that embeddings come in. */
import { realpath } from "node:fs/promises";
import { dirname, sep } from "node:path";
import { RecPrismError } from "../protocol/error";
import { type ByteSource, bytesInFile } from "./byte-source";
import { chosenTensor } from "./chosen-array";
import { type Matrix, transposed } from "./matrix";
import type { FoundArray, MatrixFormat, OpenedArray } from "./matrix-format";
import { notOnnx, type Span, varintsOf } from "./onnx-fields";
import { type Initialiser, initialisersOf } from "./onnx-initialisers";
import { withOpenedFile } from "./opened-file";
import { allocated, checkFinite, openStored, type StoredArray, strides, transposedArray } from "./stored-rows";
import { numbersOf, type ValueType } from "./stored-values";
import { asMatrix, valueTypeNamed, whyUnusable } from "./usable-numbers";

/** Who writes many values writes them as they are in memory. */
const MOST_PACKED = 1 << 24;

export const onnxFormat: MatrixFormat = {
  name: "ONNX model",
  extensions: [".onnx"],
  async describe(file) {
    return withOpenedFile(file, async (handle, size) =>
      described(initialisersOf(bytesInFile(handle.fd, size, file)), file),
    );
  },
  async open(source, mostBytes) {
    const { file } = source;
    const opened = await withOpenedFile(
      file,
      async (handle, size): Promise<(StoredArray & { file: string }) | OpenedArray> => {
        const bytes = bytesInFile(handle.fd, size, file);
        const initialisers = initialisersOf(bytes);
        const name = chosenTensor(source, described(initialisers, file));
        const initialiser = initialisers.get(name);
        const type = valueTypeNamed(initialiser?.dtype ?? "");
        if (type === null || !initialiser?.values) {
          throw new RecPrismError("not-found", `${file} has no array "${name}".`, { file, key: name });
        }
        const [rows, columns] = asMatrix(initialiser.shape);
        const { values } = initialiser;
        if (values.form === "packed") {
          const read = unpacked(bytes, values.span, { rows, columns, type, name });
          return { rows: source.transposed ? transposed(read) : read, ids: null };
        }
        return {
          file: values.file,
          type,
          bigEndian: false,
          offset: values.offset,
          rows,
          columns,
          ...strides(rows, columns),
          name,
        };
      },
    );
    if ("ids" in opened) return opened;
    if (opened.file !== file) await checkInFolder(opened.file, file, opened.name);
    const array = source.transposed ? transposedArray(opened) : opened;
    return { rows: await openStored(opened.file, async () => array, mostBytes), ids: null };
  },
};

function described(initialisers: ReadonlyMap<string, Initialiser>, file: string): FoundArray[] {
  return Array.from(initialisers.values(), ({ name, shape, dtype }) => ({
    source: { file, tensor: name },
    shape,
    dtype,
    unusable: whyUnusable(dtype, shape),
  }));
}

function unpacked(
  source: ByteSource,
  span: Span,
  { rows, columns, type, name }: { rows: number; columns: number; type: ValueType; name: string },
): Matrix {
  if (rows * columns > MOST_PACKED) {
    const { file } = source;
    throw new RecPrismError(
      "file-format",
      `${file}: tensor ${name} lists more than ${MOST_PACKED} values one by one. Export the model with its values as raw_data.`,
      { file, key: name },
    );
  }
  const result = allocated(rows, columns, source.file);
  const { values } = result;
  const asBits = type === "float16" || type === "bfloat16" ? new Uint16Array(values.length) : null;
  let count = 0;
  for (const number of varintsOf(source, span)) {
    if (count < values.length)
      (asBits ?? values)[count] = Number(type === "uint64" ? BigInt.asUintN(64, number) : number);
    if (++count > values.length) break;
  }
  if (count !== values.length) {
    throw notOnnx(
      source,
      `tensor ${name} [${rows}, ${columns}] has ${count > values.length ? "more" : count} values`,
      name,
    );
  }
  if (asBits !== null) values.set(numbersOf(new Uint8Array(asBits.buffer), type));
  checkFinite(values, { columns, type, name }, 0, source.file);
  return result;
}

/** Values beside the model must be there, and a link in its folder may lead out of it. */
async function checkInFolder(data: string, model: string, name: string | undefined): Promise<void> {
  const where = { file: model, key: name };
  const folder = await realpath(dirname(model));
  const real = await realpath(data).catch(() => {
    throw new RecPrismError(
      "file-missing",
      `${model}: tensor ${name} is in ${data}, which cannot be found. Put it beside the model again.`,
      where,
    );
  });
  if (real.startsWith(folder.endsWith(sep) ? folder : folder + sep)) return;
  throw new RecPrismError(
    "file-format",
    `${model}: tensor ${name} is in ${data}, a link that leads out of the model's folder: refused. Put the file itself there.`,
    where,
  );
}
