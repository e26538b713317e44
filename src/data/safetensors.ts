/** Safetensors files: named tensors behind a JSON header. What a header says is checked against the file before it is believed. */
import { createHash } from "node:crypto";
import type { FileHandle } from "node:fs/promises";
import { z } from "zod";
import { RecPrismError } from "../protocol/error";
import { bytesAt, withOpenedFile } from "./opened-file";
import { type Numbers, numbersOf, type ValueType, valueBytes } from "./stored-values";

export interface NamedTensor {
  shape: number[];
  values: Float32Array | Int32Array | Uint8Array;
}

/** What a header says of a tensor of ours. */
export interface TensorHeader {
  dtype: "F32" | "I32" | "U8";
  shape: number[];
}

/** An open file; its tensors are read one at a time. */
export interface Safetensors {
  /** The strings under `__metadata__`. */
  metadata: Record<string, string>;
  /** Shape of each tensor, by name. */
  shapes: ReadonlyMap<string, readonly number[]>;
  /**
   * Values of a tensor, row-major: float32 as they are, float16 and bfloat16 widened, float64 rounded.
   *
   * @throws RecPrismError "dtype-unsupported" for what is no float, "file-format" where there is no such tensor
   */
  values(name: string): Promise<Float32Array>;
  /** Values of an int32 tensor. @throws RecPrismError as `values` */
  integers(name: string): Promise<Int32Array>;
  /** SHA-256 of the whole file, in hexadecimal digits. */
  sha256(): Promise<string>;
}

const LENGTH_BYTES = 8;
/** Of the types we write. */
const VALUE_BYTES = { F32: 4, I32: 4, U8: 1 };
/** Of 100,000 tensors; the reference implementation bears six times as much, but not a gigabyte of memory for it. */
const LONGEST_HEADER = 1 << 24;
/** Where each is as large as can be, the product of many takes long. */
const MOST_DIMENSIONS = 64;
const METADATA = "__metadata__";
const CHUNK_BYTES = 1 << 22;

const tensorSchema = z.object({
  dtype: z.string(),
  shape: z.array(z.int().min(0)).max(MOST_DIMENSIONS),
  data_offsets: z.tuple([z.int().min(0), z.int().min(0)]),
});
const headerSchema = z.record(z.string(), z.unknown());
const metadataSchema = z.record(z.string(), z.string());

/** Files are little-endian. */
const FLOATS: Record<string, ValueType> = { F64: "float64", F32: "float32", F16: "float16", BF16: "bfloat16" };
const INTEGERS: Record<string, ValueType> = { I32: "int32" };

/** Bytes of a value of the types that are read. */
const READABLE = new Map(Object.entries({ ...FLOATS, ...INTEGERS }).map(([dtype, type]) => [dtype, valueBytes(type)]));

/** @param metadata strings for the header's `__metadata__` */
export function safetensorsBytes(tensors: Record<string, NamedTensor>, metadata: Record<string, string>): Uint8Array {
  const headers = Object.entries(tensors).map(([name, { shape, values }]): [string, TensorHeader] => [
    name,
    { dtype: dtypeOf(values), shape },
  ]);
  const { bytes } = safetensorsHeader(Object.fromEntries(headers), metadata);
  const data = Object.values(tensors).map(({ values }) =>
    Buffer.from(values.buffer, values.byteOffset, values.byteLength),
  );
  return Buffer.concat([bytes, ...data]);
}

function dtypeOf(values: NamedTensor["values"]): TensorHeader["dtype"] {
  if (values instanceof Float32Array) return "F32";
  return values instanceof Int32Array ? "I32" : "U8";
}

/** The start of a file, for those who write the rest themselves: `starts` says where in it each tensor's values belong. */
export function safetensorsHeader(
  tensors: Record<string, TensorHeader>,
  metadata: Record<string, string>,
): { bytes: Buffer; starts: Map<string, number> } {
  const header: Record<string, unknown> = { [METADATA]: metadata };
  const offsets: [string, number][] = [];
  let offset = 0;
  for (const [name, { dtype, shape }] of Object.entries(tensors)) {
    const end = offset + shape.reduce((product, length) => product * length, VALUE_BYTES[dtype]);
    header[name] = { dtype, shape, data_offsets: [offset, end] };
    offsets.push([name, offset]);
    offset = end;
  }
  const json = Buffer.from(JSON.stringify(header));
  // Padded with spaces so that the data starts on a multiple of eight bytes.
  const encoded = Buffer.alloc(Math.ceil(json.length / 8) * 8, " ");
  json.copy(encoded);
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeBigUInt64LE(BigInt(encoded.length));
  const bytes = Buffer.concat([length, encoded]);
  return { bytes, starts: new Map(offsets.map(([name, at]) => [name, bytes.length + at])) };
}

/**
 * Opens a file, hands it over, and closes it.
 *
 * @throws RecPrismError file-missing, file-unreadable, "file-truncated" or "file-format", naming file and tensor
 */
export async function withSafetensors<Result>(
  file: string,
  work: (opened: Safetensors) => Promise<Result>,
): Promise<Result> {
  return withOpenedFile(file, async (handle, size) => {
    const { metadata, entries, start } = await header(handle, size, file);
    return work({
      metadata,
      shapes: new Map(Array.from(entries, ([name, { shape }]) => [name, shape])),
      values: async (name) => {
        const read = await valuesOf(handle, start, name, entries.get(name), file, FLOATS);
        return read instanceof Float32Array ? read : new Float32Array(read);
      },
      integers: async (name) => Int32Array.from(await valuesOf(handle, start, name, entries.get(name), file, INTEGERS)),
      sha256: () => sha256(handle, size, file),
    });
  });
}

/**
 * Where the tensors of an opened file are.
 *
 * @param size of the file, in bytes
 * @throws RecPrismError "file-truncated" or "file-format", naming file and tensor
 */
export async function safetensorsDirectory(
  handle: FileHandle,
  size: number,
  file: string,
): Promise<Map<string, SafetensorsPlace>> {
  const { entries, start } = await header(handle, size, file);
  return new Map(
    Array.from(entries, ([name, { dtype, shape, from }]) => [
      name,
      { dtype, shape, offset: start + from, type: Object.hasOwn(FLOATS, dtype) ? FLOATS[dtype] : null },
    ]),
  );
}

export interface SafetensorsPlace {
  /** As the format calls it, `BF16`. */
  dtype: string;
  shape: number[];
  /** Of the first value in the file, in bytes. */
  offset: number;
  /** Null for what is no float. */
  type: ValueType | null;
}

interface Entry {
  dtype: string;
  shape: number[];
  /** Bytes from the start of the data. */
  from: number;
  to: number;
}

async function header(
  handle: FileHandle,
  size: number,
  file: string,
): Promise<{ metadata: Record<string, string>; entries: Map<string, Entry>; start: number }> {
  if (size < LENGTH_BYTES) throw truncated(file, `it has ${size} bytes, fewer than a header`);
  const length = Number((await bytesAt(handle, 0, LENGTH_BYTES)).readBigUInt64LE(0));
  if (length > LONGEST_HEADER) throw malformed(file, await strangeStart(handle));
  if (length > size - LENGTH_BYTES) {
    throw truncated(file, `its header should have ${length} bytes, but the file has only ${size}`);
  }
  const parsed = headerSchema.safeParse(jsonOrNull((await bytesAt(handle, LENGTH_BYTES, length)).toString("utf8")));
  if (!parsed.success) throw malformed(file, "its header is not a JSON object");
  const { [METADATA]: metadata = {}, ...described } = parsed.data;
  const strings = metadataSchema.safeParse(metadata);
  if (!strings.success) throw malformed(file, `${METADATA} holds more than text`);
  const entries = new Map(Object.entries(described).map(([name, entry]) => [name, checkedEntry(name, entry, file)]));
  const start = LENGTH_BYTES + length;
  checkCover(entries, size - start, file);
  return { metadata: strings.data, entries, start };
}

async function strangeStart(handle: FileHandle): Promise<string> {
  const text = (await bytesAt(handle, 0, 32)).toString("latin1");
  return text.startsWith("version https://git-lfs")
    ? "it is a pointer that Git LFS left in its place; run git lfs pull"
    : "it does not start like one";
}

function checkedEntry(name: string, entry: unknown, file: string): Entry {
  const parsed = tensorSchema.safeParse(entry);
  if (!parsed.success) throw malformed(file, `the entry of tensor ${name} is malformed`, name);
  const { dtype, shape, data_offsets } = parsed.data;
  const [from, to] = data_offsets;
  const valueBytes = READABLE.get(dtype);
  const needed = valueBytes && shape.reduce((product, length) => product * BigInt(length), BigInt(valueBytes));
  if (from > to || (needed !== undefined && needed !== BigInt(to - from))) {
    throw malformed(file, `tensor ${name}, ${dtype} [${shape.join(", ")}], cannot have ${to - from} bytes`, name);
  }
  return { dtype, shape, from, to };
}

/** The tensors must lie one after the other and fill the file: then none overlap, and none end after it. */
function checkCover(entries: Map<string, Entry>, available: number, file: string): void {
  let end = 0;
  for (const [name, { from, to }] of [...entries].sort(([, a], [, b]) => a.from - b.from || a.to - b.to)) {
    if (to > available) {
      throw truncated(file, `tensor ${name} ends ${to - available} bytes after the file does`, name);
    }
    if (from !== end) {
      throw malformed(file, `tensor ${name} starts at byte ${from} of the data, where ${end} was due`, name);
    }
    end = to;
  }
  if (end !== available) throw malformed(file, `${available - end} bytes at its end belong to no tensor`);
}

async function valuesOf(
  handle: FileHandle,
  start: number,
  name: string,
  entry: Entry | undefined,
  file: string,
  types: Record<string, ValueType>,
): Promise<Numbers> {
  if (entry === undefined) throw malformed(file, `it has no tensor ${name}`, name);
  if (!Object.hasOwn(types, entry.dtype)) {
    throw new RecPrismError(
      "dtype-unsupported",
      `${file}: tensor ${name} is ${entry.dtype}; ${Object.keys(types).join(", ")} are read here. Save it as one of these.`,
      { file, key: name },
    );
  }
  try {
    const data = await bytesAt(handle, start + entry.from, entry.to - entry.from);
    if (data.length < entry.to - entry.from) throw truncated(file, "it became shorter while it was read", name);
    return numbersOf(data, types[entry.dtype]);
  } catch (thrown) {
    if (!(thrown instanceof RangeError)) throw thrown;
    throw new RecPrismError(
      "file-format",
      `${file}: tensor ${name} [${entry.shape.join(", ")}] is too large for memory.`,
      { file, key: name },
    );
  }
}

async function sha256(handle: FileHandle, size: number, file: string): Promise<string> {
  const hash = createHash("sha256");
  for (let position = 0; position < size; ) {
    const chunk = await bytesAt(handle, position, Math.min(CHUNK_BYTES, size - position));
    if (chunk.length === 0) throw truncated(file, "it became shorter while it was read");
    hash.update(chunk);
    position += chunk.length;
  }
  return hash.digest("hex");
}

function truncated(file: string, what: string, key?: string): RecPrismError {
  return new RecPrismError("file-truncated", `${file} is cut short: ${what}. Write or copy it again.`, { file, key });
}

function malformed(file: string, what: string, key?: string): RecPrismError {
  return new RecPrismError("file-format", `${file} is not a safetensors file: ${what}. Write or copy it again.`, {
    file,
    key,
  });
}

function jsonOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
