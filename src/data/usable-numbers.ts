/** What makes an array of numbers embeddings or a bias: its type, and that it has one or two dimensions. */
import type { ValueType } from "./stored-values";

const VALUE_TYPES: ReadonlySet<string> = new Set<ValueType>([
  "float16",
  "bfloat16",
  "float32",
  "float64",
  "int8",
  "int16",
  "int32",
  "int64",
  "uint8",
  "uint16",
  "uint32",
  "uint64",
]);

/** A type by the name that NumPy, PyTorch and ONNX agree on; null for one that is not read. */
export function valueTypeNamed(name: string): ValueType | null {
  return VALUE_TYPES.has(name) ? (name as ValueType) : null;
}

/** Why an array can be neither embeddings nor a bias: a sentence; null where it can. */
export function whyUnusable(dtype: string, shape: readonly number[]): string | null {
  if (valueTypeNamed(dtype) === null) {
    return `It holds ${dtype}; floats of 16, 32 and 64 bits and integers are read.`;
  }
  if (shape.length === 1 || shape.length === 2) return null;
  const said = shape.length === 0 ? "a single number" : `${shape.length} dimensions (${shape.join(" x ")})`;
  return `It has ${said}; a matrix has 2 dimensions, a bias 1.`;
}

/** Embeddings are a matrix; a bias is one column. */
export function asMatrix(shape: readonly number[]): [rows: number, columns: number] {
  return [shape[0] ?? 1, shape[1] ?? 1];
}
