/** Weights that PyTorch saved among the formats that embeddings come in. */
import { RecPrismError } from "../protocol/error";
import { chosenTensor } from "./chosen-array";
import { type Matrix, transposed } from "./matrix";
import type { FoundArray, MatrixFormat } from "./matrix-format";
import { withOpenedFile } from "./opened-file";
import { allocated, checkFinite, openStored, type StoredArray, strides, transposedArray } from "./stored-rows";
import { numbersOf, type ValueType, valueBytes } from "./stored-values";
import { type LocatedTensor, type PlacedTensor, torchTensors } from "./torch-file";
import { PickledArray } from "./torch-pickle";
import { asMatrix, valueTypeNamed, whyUnusable } from "./usable-numbers";

export const torchFormat: MatrixFormat = {
  name: "PyTorch state_dict",
  extensions: [".pt", ".pth", ".bin"],
  async describe(file) {
    const tensors = await withOpenedFile(file, (handle, size) => torchTensors(handle, size, file));
    return described(tensors, file);
  },
  async open(source, mostBytes) {
    const { file } = source;
    const tensors = await withOpenedFile(file, (handle, size) => torchTensors(handle, size, file));
    const name = chosenTensor(source, described(tensors, file));
    const tensor = tensors.get(name);
    const type = valueTypeNamed(tensor?.dtype ?? "");
    if (tensor === undefined || type === null)
      throw new RecPrismError("not-found", `${file} has no array "${name}".`, { file, key: name });
    if (tensor instanceof PickledArray) {
      const read = pickledMatrix(tensor, type, name, file);
      return { rows: source.transposed ? transposed(read) : read, ids: null };
    }
    const stored = storedArray(tensor, type, name);
    const array = source.transposed ? transposedArray(stored) : stored;
    return { rows: await openStored(file, async () => array, mostBytes), ids: null };
  },
};

function described(tensors: ReadonlyMap<string, LocatedTensor>, file: string): FoundArray[] {
  return Array.from(tensors, ([path, tensor]) => ({
    source: path === "" ? { file } : { file, tensor: path },
    shape: tensor.shape,
    dtype: tensor.dtype,
    unusable: whyUnusable(tensor.dtype, tensor.shape) ?? whyScattered(tensor),
  }));
}

/** Rows or columns must lie without gaps, and not in each other. */
function whyScattered(tensor: LocatedTensor): string | null {
  if (tensor instanceof PickledArray) return null;
  const [rows, columns] = asMatrix(tensor.shape);
  const { rowStride, columnStride } = steps(tensor);
  const byRows = (columns <= 1 || columnStride === 1) && (rows <= 1 || rowStride >= columns);
  const byColumns = (rows <= 1 || rowStride === 1) && (columns <= 1 || columnStride >= rows);
  return byRows || byColumns ? null : "It is a view whose values lie apart or overlap; save tensor.contiguous().";
}

function storedArray(tensor: PlacedTensor, type: ValueType, name: string): StoredArray {
  const [rows, columns] = asMatrix(tensor.shape);
  const { bigEndian, position } = tensor;
  return { type, bigEndian, offset: position, rows, columns, ...steps(tensor), ...(name === "" ? {} : { name }) };
}

/** The stride along an axis of one value, or none, is never taken, and may be anything. */
function steps({ shape, strides: [first, second] }: PlacedTensor): { rowStride: number; columnStride: number } {
  const [rows, columns] = asMatrix(shape);
  const columnStride = columns > 1 ? second : 1;
  return { rowStride: rows > 1 ? first : columns, columnStride };
}

function pickledMatrix(array: PickledArray, type: ValueType, name: string, file: string): Matrix {
  const [rows, columns] = asMatrix(array.shape);
  const count = rows * columns;
  if (array.bytes.length !== count * valueBytes(type)) {
    throw new RecPrismError(
      "file-format",
      `${file} is damaged: array ${name} [${array.shape.join(", ")}] of ${array.dtype} has ${array.bytes.length} bytes. Save it again.`,
      { file, key: name },
    );
  }
  // A copy of their own: numbers lie aligned, and may be turned.
  const numbers = numbersOf(new Uint8Array(array.bytes), type, array.bigEndian);
  const read = allocated(rows, columns, file);
  const { rowStride, columnStride } = strides(rows, columns, array.fortranOrder);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      read.values[row * columns + column] = numbers[row * rowStride + column * columnStride];
    }
  }
  checkFinite(read.values, { columns, type, name }, 0, file);
  return read;
}
