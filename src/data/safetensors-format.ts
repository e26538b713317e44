/** `.safetensors` among the formats that embeddings come in. */
import type { FileHandle } from "node:fs/promises";
import { chosenTensor } from "./chosen-array";
import type { FoundArray, MatrixFormat } from "./matrix-format";
import { withOpenedFile } from "./opened-file";
import { type SafetensorsPlace, safetensorsDirectory } from "./safetensors";
import { openStored, type StoredArray, strides, transposedArray } from "./stored-rows";
import type { ValueType } from "./stored-values";
import { whyUnusable } from "./usable-numbers";

export const safetensorsFormat: MatrixFormat = {
  name: "Safetensors",
  extensions: [".safetensors"],
  async describe(file) {
    return foundTensors(file, await withOpenedFile(file, (handle, size) => safetensorsDirectory(handle, size, file)));
  },
  async open(source, mostBytes) {
    const { file, transposed } = source;
    const locate = async (handle: FileHandle, size: number) => {
      const tensors = await safetensorsDirectory(handle, size, file);
      const array = storedTensor(chosenTensor(source, foundTensors(file, tensors)), tensors);
      return transposed ? transposedArray(array) : array;
    };
    return { rows: await openStored(file, locate, mostBytes), ids: null };
  },
};

function foundTensors(file: string, tensors: Map<string, SafetensorsPlace>): FoundArray[] {
  return Array.from(tensors, ([tensor, place]) => ({
    source: { file, tensor },
    shape: place.shape,
    dtype: place.dtype,
    unusable: unusable(place),
  }));
}

function unusable({ dtype, shape, type }: SafetensorsPlace): string | null {
  if (type === null) return `It holds ${dtype}; F64, F32, F16 and BF16 are read. Save it as one of these.`;
  return whyUnusable(type, shape);
}

function storedTensor(name: string, tensors: Map<string, SafetensorsPlace>): StoredArray {
  const { shape, offset, type } = tensors.get(name) as SafetensorsPlace;
  const [rows, columns = 1] = shape;
  return { type: type as ValueType, bigEndian: false, offset, rows, columns, ...strides(rows, columns), name };
}
