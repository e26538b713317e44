/** Pickles made by hand, and files of torch.save around them, for what PyTorch would never write. */
import { type Member, zipBytes } from "./zip-bytes";

const opcode = (byte: number | string, ...rest: Uint8Array[]): Buffer =>
  Buffer.concat([Buffer.from(typeof byte === "string" ? Buffer.from(byte, "latin1") : [byte]), ...rest]);

const uint32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};

const int64 = (value: number | bigint): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(BigInt(value));
  return bytes;
};

/** A pickle of one value. */
export const pickle = (value: Uint8Array, protocol = 2): Buffer =>
  opcode(0x80, Buffer.of(protocol), value, opcode("."));

export const none = opcode("N");
export const no = opcode(0x89);
export const text = (content: string): Buffer => opcode("X", uint32(Buffer.byteLength(content)), Buffer.from(content));
/** Of 64 bits, in two's complement. */
export const integer = (value: number | bigint): Buffer => opcode(0x8a, Buffer.of(8), int64(value));
export const global = (module: string, name: string): Buffer => opcode(`c${module}\n${name}\n`);
export const stackGlobal = (module: string, name: string): Buffer =>
  Buffer.concat([text(module), text(name), opcode(0x93)]);
export const tuple = (...values: Uint8Array[]): Buffer => opcode("(", ...values, opcode("t"));
export const list = (...values: Uint8Array[]): Buffer => opcode("](", ...values, opcode("e"));
export const dictionary = (...entries: [key: Uint8Array, value: Uint8Array][]): Buffer =>
  opcode("}(", ...entries.flat(), opcode("u"));
export const called = (callee: Uint8Array, ...args: Uint8Array[]): Buffer =>
  Buffer.concat([callee, tuple(...args), opcode("R")]);
export const built = (object: Uint8Array, state: Uint8Array): Buffer => Buffer.concat([object, state, opcode("b")]);
export const kept = (key: number, value: Uint8Array): Buffer => Buffer.concat([value, opcode("r", uint32(key))]);
export const recalled = (key: number): Buffer => opcode("j", uint32(key));

export interface StorageWords {
  key?: string;
  type?: string;
  length?: number;
  view?: Uint8Array;
}

export const storage = ({ key = "0", type = "FloatStorage", length = 6, view }: StorageWords = {}): Buffer => {
  const words = [text("storage"), global("torch", type), text(key), text("cpu"), integer(length)];
  return Buffer.concat([tuple(...words, ...(view ? [view] : [])), opcode("Q")]);
};

export interface TensorWords extends StorageWords {
  offset?: number | bigint;
  shape?: (number | bigint)[];
  strides?: (number | bigint)[];
}

/** As `torch.save` describes a tensor; 3 x 2 of float32 where nothing is said. */
export const tensor = ({ offset = 0, shape = [3, 2], strides = [2, 1], ...words }: TensorWords = {}): Buffer =>
  called(
    global("torch._utils", "_rebuild_tensor_v2"),
    storage(words),
    integer(offset),
    tuple(...shape.map(integer)),
    tuple(...strides.map(integer)),
    no,
    called(global("collections", "OrderedDict")),
  );

export const floats = (...values: number[]): Buffer => Buffer.from(Float32Array.from(values).buffer);

/** The zip archive that torch.save writes. */
export const archive = (content: Uint8Array, storages: Record<string, Buffer>, more: Member[] = []): Buffer =>
  zipBytes([
    { name: "model/data.pkl", content: Buffer.from(content) },
    ...Object.entries(storages).map(([key, bytes]) => ({ name: `model/data/${key}`, content: bytes })),
    { name: "model/version", content: Buffer.from("3\n") },
    ...more,
  ]);

const LEGACY_MAGIC = Buffer.from("8a0a6cfc9c46f9206aa85019", "hex");

/** What torch.save wrote before PyTorch 1.6. */
export const legacy = (content: Uint8Array, storages: [key: string, units: number, bytes: Buffer][]): Buffer =>
  Buffer.concat([
    pickle(LEGACY_MAGIC),
    pickle(integer(1001)),
    pickle(dictionary([text("little_endian"), opcode(0x88)])),
    content,
    pickle(list(...storages.map(([key]) => text(key)))),
    ...storages.flatMap(([, units, bytes]) => [int64(units), bytes]),
  ]);
