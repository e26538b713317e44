/** Fields of protobuf messages, the encoding of ONNX models: walked where they lie, so that large ones are passed over unread. */
import { RecPrismError } from "../protocol/error";
import type { ByteSource } from "./byte-source";

/** One field of a message. */
export interface Field {
  number: number;
  /** A whole number; for a field of bytes their count. It is a bigint beyond 2^53. */
  value: number | bigint;
  /** Where the bytes of a field of bytes lie; null for a field with a number. */
  bytes: Span | null;
}

/** Bytes from, up to but without to. */
export interface Span {
  from: number;
  to: number;
}

const VARINT = 0;
const EIGHT_BYTES = 1;
const BYTES = 2;
const FOUR_BYTES = 5;
/** Graphs have one for each node, and a dozen for each tensor. */
const MOST_FIELDS = 2_000_000;
const LONGEST_VARINT = 10;

/** The messages of one file. Their fields are counted, so that a file of nothing else is given up in time. */
export class ProtobufFields {
  private left = MOST_FIELDS;

  constructor(private readonly source: ByteSource) {}

  /**
   * Fields that are numbers or bytes; those of four or eight bytes are left out.
   *
   * @throws RecPrismError "file-format", "file-truncated" where fields do not fill the message
   */
  *of(message: Span): Generator<Field> {
    const { source } = this;
    for (let position = message.from; position < message.to; ) {
      if (this.left-- === 0) throw notOnnx(source, `before byte ${position} are over ${MOST_FIELDS} fields`);
      const key = varintAt(source, position, message.to);
      const number = Number(key.value >> 3n);
      const wire = Number(key.value & 7n);
      if (number === 0 || ![VARINT, EIGHT_BYTES, BYTES, FOUR_BYTES].includes(wire)) {
        throw notOnnx(source, `byte ${position} does not begin a field`);
      }
      if (wire === VARINT) {
        const { value, end } = varintAt(source, key.end, message.to);
        yield { number, value: numberIfSafe(value), bytes: null };
        position = end;
        continue;
      }
      const { value, end } = wire === BYTES ? varintAt(source, key.end, message.to) : { value: 0n, end: key.end };
      const bytes = { from: end, to: end + (wire === BYTES ? Number(value) : wire === FOUR_BYTES ? 4 : 8) };
      if (bytes.to > message.to) throw beyond(source, bytes.to, message.to);
      if (wire === BYTES) yield { number, value: numberIfSafe(value), bytes };
      position = bytes.to;
    }
  }
}

/** Whole numbers one after the other, as repeated fields are packed; negative ones as 64-bit two's complement. */
export function* varintsOf(source: ByteSource, { from, to }: Span): Generator<bigint> {
  for (let position = from; position < to; ) {
    const { value, end } = varintAt(source, position, to);
    yield BigInt.asIntN(64, value);
    position = end;
  }
}

export function textOf(source: ByteSource, { from, to }: Span, longest: number): string {
  if (to - from > longest) throw notOnnx(source, `the name at byte ${from} has ${to - from} bytes`);
  return source.at(from, to - from).toString("utf8");
}

export function notOnnx({ name, file }: ByteSource, what: string, key?: string): RecPrismError {
  return new RecPrismError("file-format", `${name} is no ONNX model that can be read: ${what}. Export it again.`, {
    file,
    key,
  });
}

function varintAt(source: ByteSource, position: number, limit: number): { value: bigint; end: number } {
  const bytes = source.at(position, Math.min(LONGEST_VARINT, limit - position));
  let value = 0n;
  // Almost all are short, and integers of 32 bits are quicker than bigints.
  let low = 0;
  for (let i = 0; i < bytes.length; i++) {
    if (i < 4) low |= (bytes[i] & 0x7f) << (7 * i);
    else value |= BigInt(bytes[i] & 0x7f) << BigInt(7 * i);
    if (bytes[i] < 0x80) return { value: BigInt.asUintN(64, value | BigInt(low)), end: position + i + 1 };
  }
  if (bytes.length < LONGEST_VARINT) throw beyond(source, position + bytes.length + 1, limit);
  throw notOnnx(source, `byte ${position} does not begin a number`);
}

function beyond(source: ByteSource, needed: number, available: number): RecPrismError {
  if (available < source.length) return notOnnx(source, `a field ends at byte ${needed}, after what it is part of`);
  const { name, file } = source;
  return new RecPrismError(
    "file-truncated",
    `${name} is cut short, or no ONNX model: a field should end at byte ${needed}, and the file has only ${available}. Write or copy it again.`,
    { file },
  );
}

function numberIfSafe(value: bigint): number | bigint {
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
}
