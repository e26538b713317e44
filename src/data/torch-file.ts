/** Files of `torch.save`: the zip archives since PyTorch 1.6, and before that pickles with the storages after them. */
import type { FileHandle } from "node:fs/promises";
import { RecPrismError } from "../protocol/error";
import { type ByteSource, bytesInFile, bytesInMemory } from "./byte-source";
import { bytesAt } from "./opened-file";
import { readPickle } from "./pickle";
import { type FoundTensor, tensorPaths } from "./torch-paths";
import { PickledArray, TORCH_TYPES, type TorchStorage, type TorchTensor, torchRules } from "./torch-pickle";
import { storedBytes, type ZipEntry, zipEntries } from "./zip-file";

/** A tensor, and the bytes it is part of. */
export type LocatedTensor = PickledArray | PlacedTensor;

export interface PlacedTensor {
  shape: readonly number[];
  /** In values. */
  strides: readonly number[];
  dtype: string;
  bigEndian: boolean;
  /** Of its first value in the file, in bytes. */
  position: number;
}

const ZIP_START = Buffer.from("PK\x03\x04", "latin1");
const LEGACY_MAGIC = 0x1950a86a20f9469cfc6cn;
const LEGACY_PROTOCOL = 1001;
const PROTOCOL_OPCODE = 0x80;
/** The pickle of an archive holds no values, or those of a few arrays of NumPy. */
const LONGEST_PICKLE = 256 * 2 ** 20;

/**
 * Tensors of a file by their paths. Their values are not read, but known to be in the file.
 *
 * @param handle stays open
 * @param size   of the file, in bytes
 * @throws RecPrismError "file-format" (also for a pickle that asks for anything but tensors, naming it), "file-truncated"
 */
export async function torchTensors(
  handle: FileHandle,
  size: number,
  file: string,
): Promise<Map<string, LocatedTensor>> {
  const start = await bytesAt(handle, 0, Math.min(size, ZIP_START.length));
  if (start.equals(ZIP_START)) return fromArchive(handle, size, file);
  if (start[0] === PROTOCOL_OPCODE) return fromPickles(handle, size, file);
  const found = size === 0 ? "is empty" : "does not start like a file of torch.save";
  throw new RecPrismError(
    "file-format",
    `${file} ${found}. Save the model's state_dict: torch.save(model.state_dict(), "weights.pt").`,
    {
      file,
    },
  );
}

async function fromArchive(handle: FileHandle, size: number, file: string): Promise<Map<string, LocatedTensor>> {
  const entries = await zipEntries(handle, size, file);
  const pickles = [...entries.keys()].filter((name) => /^([^/]+\/)?data\.pkl$/.test(name));
  if (pickles.length !== 1) {
    throw malformed(file, `it has ${pickles.length} entries data.pkl, where torch.save writes one`);
  }
  const folder = pickles[0].slice(0, -"data.pkl".length);
  const content = async (name: string) => {
    const entry = entries.get(folder + name);
    if (entry === undefined) return null;
    if (entry.size > LONGEST_PICKLE)
      throw malformed(file, `${entry.name} has ${entry.size} bytes, too many for a pickle`);
    return storedBytes(handle, entry, 0, entry.size, file);
  };
  const pickle = bytesInMemory((await content("data.pkl")) ?? Buffer.alloc(0), `${file} (data.pkl)`, file);
  const { rules } = torchRules(pickle);
  const tensors = tensorPaths(readPickle(pickle, rules).value, pickle.name, file);
  const bigEndian = (await content("byteorder"))?.toString("latin1").trim() === "big";
  return placed(tensors, bigEndian, file, (storage) =>
    inArchive(storage, entries.get(`${folder}data/${storage.key}`), file),
  );
}

function inArchive({ key, units, unitBytes }: TorchStorage, entry: ZipEntry | undefined, file: string): number {
  if (entry === undefined) throw malformed(file, `it has no entry data/${key}, which a tensor needs`);
  if (entry.method !== "stored") throw malformed(file, `${entry.name} is compressed, as torch.save never does`);
  if (entry.size !== units * unitBytes) {
    throw malformed(file, `${entry.name} has ${entry.size} bytes, where its tensors need ${units * unitBytes}`);
  }
  return entry.dataOffset;
}

async function fromPickles(handle: FileHandle, size: number, file: string): Promise<Map<string, LocatedTensor>> {
  const pickles = bytesInFile(handle.fd, size, file);
  const { rules, storages } = torchRules(pickles);
  let position = 0;
  const spending = { bytes: 0 };
  const next = () => {
    const { value, end } = readPickle(pickles, rules, position, spending);
    position = end;
    return value;
  };
  if (next() !== LEGACY_MAGIC) throw malformed(file, "it is a pickle, but not one of torch.save");
  const protocol = next();
  if (protocol !== LEGACY_PROTOCOL) throw malformed(file, "it is of an unknown version of torch.save");
  const system = next();
  if (system instanceof Map && system.get("little_endian") === false) {
    throw malformed(file, "it was written on a big-endian machine");
  }
  const tensors = tensorPaths(next(), file, file);
  const keys = next();
  if (!Array.isArray(keys)) throw malformed(file, "it does not list its storages");
  const places = placesAfter(pickles, position, keys, storages, file);
  return placed(tensors, false, file, ({ key }) => {
    const place = places.get(key);
    if (place === undefined) throw malformed(file, `it has no storage ${key}, which a tensor needs`);
    return place;
  });
}

/** The storages follow the pickles, each behind the number of its units. */
function placesAfter(
  pickles: ByteSource,
  from: number,
  keys: readonly unknown[],
  storages: ReadonlyMap<string, TorchStorage>,
  file: string,
): Map<string, number> {
  const LENGTH_BYTES = 8;
  const places = new Map<string, number>();
  let position = from;
  for (const key of keys) {
    const storage = typeof key === "string" ? storages.get(key) : undefined;
    if (storage === undefined) throw malformed(file, "it lists a storage that no tensor has");
    const bytes = storage.units * storage.unitBytes;
    if (position + LENGTH_BYTES + bytes > pickles.length) {
      throw new RecPrismError(
        "file-truncated",
        `${file} is cut short: the ${bytes} bytes of storage ${key} should start at byte ${position}, and it has only ${pickles.length}. Write or copy it again.`,
        { file },
      );
    }
    const units = pickles.at(position, LENGTH_BYTES).readBigInt64LE();
    if (units !== BigInt(storage.units)) {
      throw malformed(file, `storage ${storage.key} has ${units} values, where its tensors need ${storage.units}`);
    }
    places.set(storage.key, position + LENGTH_BYTES);
    position += LENGTH_BYTES + bytes;
  }
  return places;
}

/** @param positionOf where a storage starts in the file, once it is known to be there whole */
function placed(
  tensors: ReadonlyMap<string, FoundTensor>,
  bigEndian: boolean,
  file: string,
  positionOf: (storage: TorchStorage) => number,
): Map<string, LocatedTensor> {
  const located = new Map<string, LocatedTensor>();
  for (const [path, tensor] of tensors) {
    if (tensor instanceof PickledArray) {
      located.set(path, tensor);
      continue;
    }
    const { storage, shape, strides, dtype } = tensor;
    const valueBytes = TORCH_TYPES.get(dtype) ?? 1;
    checkWithin(tensor, Math.floor((storage.length * storage.unitBytes) / valueBytes), path, file);
    const position = positionOf(storage) + storage.from * storage.unitBytes + tensor.offset * valueBytes;
    located.set(path, { shape, strides, dtype, bigEndian, position });
  }
  return located;
}

function checkWithin(
  { shape, strides, offset, storage }: TorchTensor,
  available: number,
  path: string,
  file: string,
): void {
  if (shape.includes(0)) return;
  const end = shape.reduce((reach, length, axis) => reach + (length - 1) * strides[axis], offset) + 1;
  if (end <= available) return;
  throw new RecPrismError(
    "file-format",
    `${file} is damaged: tensor ${path} [${shape.join(", ")}] reaches to value ${end} of storage ${storage.key}, which has ${available}. Save it again.`,
    { file, key: path },
  );
}

function malformed(file: string, what: string): RecPrismError {
  return new RecPrismError(
    "file-format",
    `${file} is no file of torch.save that can be read: ${what}. Save it again: torch.save(model.state_dict(), "weights.pt").`,
    { file },
  );
}
