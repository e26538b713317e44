/** Numbers as files hold them: the types that embeddings come in, and how their bytes become numbers. */

export type ValueType =
  | "float16"
  | "bfloat16"
  | "float32"
  | "float64"
  | "int8"
  | "int16"
  | "int32"
  | "int64"
  | "uint8"
  | "uint16"
  | "uint32"
  | "uint64";

export type Numbers =
  | Float32Array
  | Float64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | Uint8Array
  | Uint16Array
  | Uint32Array;

/** The bytes are little-endian, as every machine is that runs VS Code, and aligned. */
const READERS: Record<
  ValueType,
  { bytes: 1 | 2 | 4 | 8; read(from: ArrayBuffer, at: number, count: number): Numbers }
> = {
  float16: { bytes: 2, read: (from, at, count) => fromHalves(new Uint16Array(from, at, count)) },
  bfloat16: { bytes: 2, read: (from, at, count) => fromUpperHalves(new Uint16Array(from, at, count)) },
  float32: { bytes: 4, read: (from, at, count) => new Float32Array(from, at, count) },
  float64: { bytes: 8, read: (from, at, count) => new Float64Array(from, at, count) },
  int8: { bytes: 1, read: (from, at, count) => new Int8Array(from, at, count) },
  int16: { bytes: 2, read: (from, at, count) => new Int16Array(from, at, count) },
  int32: { bytes: 4, read: (from, at, count) => new Int32Array(from, at, count) },
  int64: { bytes: 8, read: (from, at, count) => fromWords(new Uint32Array(from, at, 2 * count), (high) => high | 0) },
  uint8: { bytes: 1, read: (from, at, count) => new Uint8Array(from, at, count) },
  uint16: { bytes: 2, read: (from, at, count) => new Uint16Array(from, at, count) },
  uint32: { bytes: 4, read: (from, at, count) => new Uint32Array(from, at, count) },
  uint64: { bytes: 8, read: (from, at, count) => fromWords(new Uint32Array(from, at, 2 * count), (high) => high) },
};

export function valueBytes(type: ValueType): 1 | 2 | 4 | 8 {
  return READERS[type].bytes;
}

/**
 * What some bytes mean. An integer of 2^53 or beyond, which no float keeps, becomes infinite.
 *
 * @param bytes of whole values; they start on a multiple of eight of their buffer, and are turned where they are big-endian
 */
export function numbersOf(bytes: Uint8Array<ArrayBuffer>, type: ValueType, bigEndian = false): Numbers {
  const { bytes: size, read } = READERS[type];
  if (bigEndian && size > 1) {
    const turned = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (size === 2) turned.swap16();
    else if (size === 4) turned.swap32();
    else turned.swap64();
  }
  return read(bytes.buffer, bytes.byteOffset, bytes.byteLength / size);
}

/** Of each float16, by its bits: made at the first use. */
let halves: Float32Array | null = null;

function fromHalves(bits: Uint16Array): Float32Array {
  halves ??= Float32Array.from({ length: 1 << 16 }, (_, half) => halfPrecision(half));
  const values = new Float32Array(bits.length);
  for (let i = 0; i < bits.length; i++) values[i] = halves[bits[i]];
  return values;
}

function halfPrecision(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** A bfloat16 is the upper half of a float32. */
function fromUpperHalves(halves: Uint16Array): Float32Array {
  const bits = new Uint32Array(halves.length);
  for (let i = 0; i < halves.length; i++) bits[i] = halves[i] << 16;
  return new Float32Array(bits.buffer);
}

/** 64-bit integers, of two words each. @param high what the upper word counts for */
function fromWords(words: Uint32Array, high: (word: number) => number): Float64Array {
  const values = new Float64Array(words.length / 2);
  for (let i = 0; i < values.length; i++) {
    const value = high(words[2 * i + 1]) * 2 ** 32 + words[2 * i];
    values[i] = Number.isSafeInteger(value) ? value : value * Number.POSITIVE_INFINITY;
  }
  return values;
}
