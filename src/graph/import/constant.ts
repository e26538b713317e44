/** Tensors known while a model is imported: its weights, and what follows from shapes. */
import { onnx } from "onnx-proto";
import { RecPrismError } from "../../protocol/error";
import type { TensorOut } from "../session";
import { elementCount, isFloat } from "../value";

/** Every float type is read as float32 and every integer type as int64, so that only these occur in an imported graph. */
export type ConstantType = "float32" | "int64" | "bool";

export interface Constant {
  readonly type: ConstantType;
  readonly shape: readonly number[];
  /** Row-major. Integers beyond 2^53 are cut to it: they only ever mean "to the end". */
  readonly data: Float32Array | Float64Array;
}

export function constant(type: ConstantType, shape: readonly number[], numbers: ArrayLike<number>): Constant {
  return { type, shape, data: type === "float32" ? Float32Array.from(numbers) : Float64Array.from(numbers) };
}

export function integerList(numbers: readonly number[]): Constant {
  return constant("int64", [numbers.length], numbers);
}

const { DataType } = onnx.TensorProto;

interface Encoding {
  type: ConstantType;
  bytes: number;
  read(view: DataView, offset: number): number;
  /** The numbers of a tensor that carries them in a field of their type. */
  listed(tensor: onnx.ITensorProto): ArrayLike<unknown> | null | undefined;
}

const inInt32Data = (tensor: onnx.ITensorProto) => tensor.int32Data;

const ENCODINGS: Partial<Record<onnx.TensorProto.DataType, Encoding>> = {
  [DataType.FLOAT]: floats(
    4,
    (view, at) => view.getFloat32(at, true),
    (tensor) => tensor.floatData,
  ),
  [DataType.DOUBLE]: floats(
    8,
    (view, at) => view.getFloat64(at, true),
    (tensor) => tensor.doubleData,
  ),
  [DataType.FLOAT16]: floats(
    2,
    (view, at) => halfFloat(view.getUint16(at, true)),
    (tensor) => tensor.int32Data?.map(halfFloat),
  ),
  [DataType.BFLOAT16]: floats(
    2,
    (view, at) => brainFloat(view.getUint16(at, true)),
    (tensor) => tensor.int32Data?.map(brainFloat),
  ),
  [DataType.INT64]: integers(
    8,
    (view, at) => Number(view.getBigInt64(at, true)),
    (tensor) => tensor.int64Data,
  ),
  [DataType.UINT64]: integers(
    8,
    (view, at) => Number(view.getBigUint64(at, true)),
    (tensor) => tensor.uint64Data,
  ),
  [DataType.UINT32]: integers(
    4,
    (view, at) => view.getUint32(at, true),
    (tensor) => tensor.uint64Data,
  ),
  [DataType.INT32]: integers(4, (view, at) => view.getInt32(at, true), inInt32Data),
  [DataType.INT16]: integers(2, (view, at) => view.getInt16(at, true), inInt32Data),
  [DataType.UINT16]: integers(2, (view, at) => view.getUint16(at, true), inInt32Data),
  [DataType.INT8]: integers(1, (view, at) => view.getInt8(at), inInt32Data),
  [DataType.UINT8]: integers(1, (view, at) => view.getUint8(at), inInt32Data),
  [DataType.BOOL]: { type: "bool", bytes: 1, read: (view, at) => view.getUint8(at), listed: inInt32Data },
};

function floats(bytes: number, read: Encoding["read"], listed: Encoding["listed"]): Encoding {
  return { type: "float32", bytes, read, listed };
}

function integers(bytes: number, read: Encoding["read"], listed: Encoding["listed"]): Encoding {
  return {
    type: "int64",
    bytes,
    read: (view, at) => safeInteger(read(view, at)),
    listed: (tensor) => Array.from(listed(tensor) ?? [], (number) => safeInteger(Number(number))),
  };
}

export function safeInteger(number: number): number {
  return Math.min(Math.max(number, Number.MIN_SAFE_INTEGER), Number.MAX_SAFE_INTEGER);
}

/** What a tensor of this type becomes; null for strings, complex numbers and types of fewer than 8 bits. */
export function constantType(dataType: number): ConstantType | null {
  return ENCODINGS[dataType as onnx.TensorProto.DataType]?.type ?? null;
}

/** @throws RecPrismError "graph-invalid" for a type without numbers, or values that do not fill the shape */
export function readTensor(tensor: onnx.ITensorProto): Constant {
  const name = tensor.name || "a constant";
  const dataType = (tensor.dataType ?? DataType.UNDEFINED) as onnx.TensorProto.DataType;
  const encoding = ENCODINGS[dataType];
  if (!encoding) {
    throw new RecPrismError("graph-invalid", `${name} is of type ${typeName(dataType)}, which is not supported.`, {
      key: name,
    });
  }
  const shape = (tensor.dims ?? []).map(Number);
  const count = elementCount(shape);
  const raw = tensor.rawData ?? new Uint8Array();
  const listed = encoding.listed(tensor) ?? [];
  const found = raw.byteLength > 0 ? raw.byteLength / encoding.bytes : listed.length;
  if (found !== count) {
    throw new RecPrismError(
      "graph-invalid",
      `${name} has ${found} values where its shape [${shape}] needs ${count}. The file is damaged: export the model again.`,
      { key: name },
    );
  }
  const data = encoding.type === "float32" ? new Float32Array(count) : new Float64Array(count);
  if (raw.byteLength > 0) {
    const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
    for (let i = 0; i < count; i++) data[i] = encoding.read(view, i * encoding.bytes);
  } else {
    for (let i = 0; i < count; i++) data[i] = Number(listed[i]);
  }
  return { type: encoding.type, shape, data };
}

/** A tensor that onnxruntime computed. */
export function constantOfResult({ type, data, shape }: TensorOut): Constant {
  const numbers = Float64Array.from(data as ArrayLike<number | bigint>, Number);
  return constant(type === "bool" ? "bool" : isFloat({ type }) ? "float32" : "int64", shape, numbers);
}

export function typeName(dataType: number): string {
  return DataType[dataType]?.toLowerCase() ?? `number ${dataType}`;
}

/** IEEE 754 binary16. */
function halfFloat(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

const word = new DataView(new ArrayBuffer(4));

/** The upper half of a float32. */
function brainFloat(bits: number): number {
  word.setUint32(0, bits << 16);
  return word.getFloat32(0);
}
