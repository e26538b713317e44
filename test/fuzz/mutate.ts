/** Files that are almost right: bytes altered, cut, moved, and lengths made huge. */
import type { Random } from "../../src/data/random";

/** What a length field must not be believed to be. */
const HUGE = [
  0n,
  1n,
  0x7fn,
  0xffn,
  0xffffn,
  0x7fffffffn,
  0xffffffffn,
  1n << 40n,
  1n << 60n,
  (1n << 63n) - 1n,
  (1n << 64n) - 1n,
];
const HUGE_TEXT = ["0", "-1", "4294967296", "1152921504606846976", "99999999999999999999", "1e400", "nan", "1.5"];
const SWOLLEN_BYTES = 1 << 18;
const TELLING_BYTES = [0x00, 0x01, 0x0a, 0x22, 0x2e, 0x30, 0x7f, 0x80, 0xff];

/** @param others seeds too, whose parts may be grafted in */
export function mutated(seed: Uint8Array, others: readonly Uint8Array[], random: Random): Buffer {
  let bytes: Buffer = Buffer.from(seed);
  const times = 1 + random.integer(3);
  for (let i = 0; i < times; i++) bytes = MUTATIONS[random.integer(MUTATIONS.length)](bytes, random, others);
  return bytes;
}

type Mutation = (bytes: Buffer, random: Random, others: readonly Uint8Array[]) => Buffer;

const flip: Mutation = (bytes, random) => {
  if (bytes.length === 0) return bytes;
  for (let i = random.integer(8); i >= 0; i--) bytes[random.integer(bytes.length)] ^= 1 << random.integer(8);
  return bytes;
};

const overwrite: Mutation = (bytes, random) => {
  if (bytes.length > 0) bytes[random.integer(bytes.length)] = TELLING_BYTES[random.integer(TELLING_BYTES.length)];
  return bytes;
};

const truncate: Mutation = (bytes, random) => bytes.subarray(0, random.integer(bytes.length + 1));

const insert: Mutation = (bytes, random) => {
  const at = random.integer(bytes.length + 1);
  const filling = Buffer.alloc(1 + random.integer(64), random.integer(256));
  return Buffer.concat([bytes.subarray(0, at), filling, bytes.subarray(at)]);
};

const remove: Mutation = (bytes, random) => {
  const at = random.integer(bytes.length + 1);
  return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + random.integer(64))]);
};

const repeat: Mutation = (bytes, random) => {
  const from = random.integer(bytes.length + 1);
  const to = Math.min(bytes.length, from + 1 + random.integer(256));
  const times = 1 + random.integer(8);
  const part = bytes.subarray(from, to);
  return Buffer.concat([bytes.subarray(0, from), ...Array.from({ length: times }, () => part), bytes.subarray(from)]);
};

/** A few bytes without end: what a reader does for each of them must not take long. */
const swell: Mutation = (bytes, random) => {
  const from = random.integer(bytes.length + 1);
  const part = bytes.subarray(from, from + 1 + random.integer(16));
  if (part.length === 0) return bytes;
  return Buffer.concat([bytes.subarray(0, from), Buffer.alloc(SWOLLEN_BYTES, part), bytes.subarray(from)]);
};

/** A number of 1 to 8 bytes becomes another, either byte order. */
const lengthField: Mutation = (bytes, random) => {
  const size = 2 ** random.integer(4);
  if (bytes.length < size) return bytes;
  const at = random.integer(bytes.length - size + 1);
  let value = HUGE[random.integer(HUGE.length)] & ((1n << BigInt(8 * size)) - 1n);
  const bigEndian = random.integer(2) === 1;
  for (let i = 0; i < size; i++, value >>= 8n) bytes[bigEndian ? at + size - 1 - i : at + i] = Number(value & 0xffn);
  return bytes;
};

/** A number in text becomes another. */
const numberText: Mutation = (bytes, random) => {
  const numbers = [...bytes.toString("latin1").matchAll(/\d+(\.\d+)?/g)];
  if (numbers.length === 0) return bytes;
  const { index, 0: found } = numbers[random.integer(numbers.length)];
  const other = Buffer.from(HUGE_TEXT[random.integer(HUGE_TEXT.length)]);
  return Buffer.concat([bytes.subarray(0, index), other, bytes.subarray(index + found.length)]);
};

const graft: Mutation = (bytes, random, others) => {
  const other = others[random.integer(others.length)];
  return Buffer.concat([
    bytes.subarray(0, random.integer(bytes.length + 1)),
    other.subarray(random.integer(other.length + 1)),
  ]);
};

const MUTATIONS: readonly Mutation[] = [
  flip,
  flip,
  overwrite,
  overwrite,
  truncate,
  insert,
  remove,
  repeat,
  lengthField,
  lengthField,
  numberText,
  graft,
  swell,
];
