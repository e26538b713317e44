/** Tensors that an ONNX model begins with: what each is, and where its values are, in the model's file or in one beside it. */
import { dirname, isAbsolute, normalize, resolve, sep } from "node:path";
import { onnx } from "onnx-proto";
import type { ByteSource } from "./byte-source";
import { type Field, notOnnx, ProtobufFields, type Span, textOf, varintsOf } from "./onnx-fields";
import { type ValueType, valueBytes } from "./stored-values";
import { valueTypeNamed } from "./usable-numbers";

export interface Initialiser {
  name: string;
  shape: readonly number[];
  /** float32, as others call ONNX's FLOAT. */
  dtype: string;
  /** Null where the type is not read. */
  values: InitialiserValues | null;
}

/** One after the other in a file; or packed, as integers that take few bytes where they are small, or as bits of floats. */
export type InitialiserValues = { form: "row"; file: string; offset: number } | { form: "packed"; span: Span };

/** Numbers of fields, as onnx.proto gives them. */
const MODEL = { irVersion: 1, graph: 7 };
const GRAPH = { initialiser: 5 };
const TENSOR = {
  dims: 1,
  dataType: 2,
  floats: 4,
  integers32: 5,
  integers64: 7,
  name: 8,
  raw: 9,
  doubles: 10,
  unsigned64: 11,
  external: 13,
  location: 14,
};
const ENTRY = { key: 1, value: 2 };
const IN_ANOTHER_FILE = 1;
const LONGEST_TEXT = 4_096;
const MOST_DIMENSIONS = 64;
const MOST_INITIALISERS = 20_000;
const { DataType } = onnx.TensorProto;

/** Where the names of others differ from ONNX's own in lower case. */
const OTHER_NAMES = new Map<number, string>([
  [DataType.FLOAT, "float32"],
  [DataType.DOUBLE, "float64"],
]);

/**
 * The initialisers of a model, by name.
 *
 * @throws RecPrismError "file-format", "file-truncated"; also for values that lie outside the model's folder, or do not fill
 * the shape
 */
export function initialisersOf(source: ByteSource): Map<string, Initialiser> {
  if (source.length === 0) throw notOnnx(source, "it is empty");
  const found = new Map<string, Initialiser>();
  const fields = new ProtobufFields(source);
  const graphs: Span[] = [];
  let versioned = false;
  for (const { number, bytes } of fields.of({ from: 0, to: source.length })) {
    if (number === MODEL.irVersion && bytes === null) versioned = true;
    if (number === MODEL.graph && bytes !== null) graphs.push(bytes);
  }
  if (!versioned || graphs.length === 0) throw notOnnx(source, "it has no graph");
  for (const graph of graphs) {
    for (const { number, bytes } of fields.of(graph)) {
      if (number !== GRAPH.initialiser || bytes === null) continue;
      const initialiser = initialiserAt(source, fields, bytes);
      if (found.has(initialiser.name))
        throw notOnnx(source, `it has two tensors ${initialiser.name}`, initialiser.name);
      if (found.size === MOST_INITIALISERS) throw notOnnx(source, `it has more than ${MOST_INITIALISERS} tensors`);
      found.set(initialiser.name, initialiser);
    }
  }
  return found;
}

function initialiserAt(source: ByteSource, messages: ProtobufFields, message: Span): Initialiser {
  const fields = Array.from(messages.of(message));
  const bytesOf = (number: number) => fields.find((field) => field.number === number)?.bytes ?? null;
  const named = bytesOf(TENSOR.name);
  const name = named === null ? "" : textOf(source, named, LONGEST_TEXT);
  const shape = dimensions(source, fields, name);
  const dataType = Number(fields.find(({ number }) => number === TENSOR.dataType)?.value ?? DataType.UNDEFINED);
  const dtype = OTHER_NAMES.get(dataType) ?? DataType[dataType]?.toLowerCase() ?? `type ${dataType}`;
  const type = valueTypeNamed(dtype);
  if (type === null) return { name, shape, dtype, values: null };

  const isElsewhere = fields.some(({ number, value }) => number === TENSOR.location && value === IN_ANOTHER_FILE);
  const values = isElsewhere
    ? elsewhere(source, messages, fields, name, type, shape)
    : inModel(source, bytesOf(TENSOR.raw), bytesOf(listField(type)), name, type, shape);
  return { name, shape, dtype, values };
}

function dimensions(source: ByteSource, fields: readonly Field[], name: string): number[] {
  const shape: number[] = [];
  for (const { number, value, bytes } of fields) {
    if (number !== TENSOR.dims) continue;
    const several = bytes === null ? [BigInt(value)] : varintsOf(source, bytes);
    for (const length of several) {
      shape.push(Number(length));
      if (shape.length > MOST_DIMENSIONS) throw notOnnx(source, `tensor ${name} has too many dimensions`, name);
    }
  }
  if (shape.every((length) => Number.isSafeInteger(length) && length >= 0)) return shape;
  throw notOnnx(source, `tensor ${name} has an impossible shape, [${shape.join(", ")}]`, name);
}

/** The field for values of a type that are not in `raw_data`. */
function listField(type: ValueType): number {
  if (type === "float32") return TENSOR.floats;
  if (type === "float64") return TENSOR.doubles;
  if (type === "int64") return TENSOR.integers64;
  return type === "uint32" || type === "uint64" ? TENSOR.unsigned64 : TENSOR.integers32;
}

function inModel(
  source: ByteSource,
  raw: Span | null,
  list: Span | null,
  name: string,
  type: ValueType,
  shape: readonly number[],
): InitialiserValues {
  const isPacked = type !== "float32" && type !== "float64";
  const span = raw ?? list;
  if (span === null) {
    if (shape.includes(0)) return { form: "row", file: source.file, offset: 0 };
    throw notOnnx(source, `tensor ${name} [${shape.join(", ")}] has no values`, name);
  }
  const needed = bytesOfShape(shape, raw === null && isPacked ? 1 : valueBytes(type));
  const length = BigInt(span.to - span.from);
  // A packed integer takes one byte at least.
  if (raw === null && isPacked) {
    if (length >= needed) return { form: "packed", span };
  } else if (length === needed) {
    return { form: "row", file: source.file, offset: span.from };
  }
  throw notOnnx(source, `tensor ${name} [${shape.join(", ")}] of ${type} cannot have ${length} bytes`, name);
}

function elsewhere(
  source: ByteSource,
  messages: ProtobufFields,
  fields: readonly Field[],
  name: string,
  type: ValueType,
  shape: readonly number[],
): InitialiserValues {
  const said = new Map<string, string>();
  for (const { number, bytes } of fields) {
    if (number !== TENSOR.external || bytes === null) continue;
    const parts = Array.from(messages.of(bytes));
    const part = (wanted: number) => {
      const span = parts.find((field) => field.number === wanted)?.bytes;
      return span ? textOf(source, span, LONGEST_TEXT) : "";
    };
    said.set(part(ENTRY.key), part(ENTRY.value));
  }
  const location = said.get("location") ?? "";
  const offset = lengthIn(said.get("offset") ?? "0");
  const length = said.get("length");
  if (offset === null)
    throw notOnnx(source, `tensor ${name} starts at byte "${said.get("offset")}" of ${location}`, name);
  const needed = bytesOfShape(shape, valueBytes(type));
  if (length !== undefined && BigInt(lengthIn(length) ?? -1) !== needed) {
    throw notOnnx(source, `tensor ${name} [${shape.join(", ")}] of ${type} cannot have "${length}" bytes`, name);
  }
  const inside = normalize(location);
  if (
    location === "" ||
    location.includes("\0") ||
    isAbsolute(inside) ||
    /^[A-Za-z]:/.test(inside) ||
    inside.split(sep).includes("..")
  ) {
    throw notOnnx(
      source,
      `tensor ${name} asks for the file "${location}", which is not in the model's folder: refused`,
      name,
    );
  }
  return { form: "row", file: resolve(dirname(source.file), inside), offset };
}

function lengthIn(text: string): number | null {
  return /^\d{1,15}$/.test(text) ? Number(text) : null;
}

function bytesOfShape(shape: readonly number[], each: number): bigint {
  return shape.reduce((product, length) => product * BigInt(length), BigInt(each));
}
