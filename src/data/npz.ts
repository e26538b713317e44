/** Writes `.npz`, NumPy's archive of arrays: a zip whose entries are stored as they are, the same bytes for the same arrays. */
import { crc32 } from "node:zlib";
import { RecPrismError } from "../protocol/error";
import { npyHeaderOf } from "./npy";

export interface NpzArray {
  shape: readonly number[];
  values: Float32Array | Uint8Array;
}

/** Sizes and places are written in 32 bits. */
const LARGEST = 2 ** 32 - 1;
/** Midnight of 1 January 1980, the first moment that zip knows. */
const DATE = 0x21;
const VERSION = 20;

/**
 * @param arrays by name; names are ASCII
 * @throws RecPrismError "settings-invalid" for more than 4 GiB
 */
export function npzBytes(arrays: Readonly<Record<string, NpzArray>>): Uint8Array {
  const parts: Uint8Array[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [array, { shape, values }] of Object.entries(arrays)) {
    const name = Buffer.from(`${array}.npy`, "ascii");
    const header = npyHeaderOf(values instanceof Float32Array ? "<f4" : "|u1", shape);
    const bytes = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
    const size = header.length + bytes.length;
    // An empty array lies nowhere, which zlib takes for the wish to begin anew.
    const crc = bytes.length === 0 ? crc32(header) : crc32(bytes, crc32(header));
    if (offset + size > LARGEST) throw tooLarge();
    const local = entryHeader(0x04034b50, 30, 4, { crc, size, name: name.length });
    const central = entryHeader(0x02014b50, 46, 6, { crc, size, name: name.length });
    central.writeUInt16LE(VERSION, 4);
    central.writeUInt32LE(offset, 42);
    parts.push(local, name, header, bytes);
    directory.push(central, name);
    offset += local.length + name.length + size;
  }
  const listed = Buffer.concat(directory);
  if (offset + listed.length > LARGEST) throw tooLarge();
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(directory.length / 2, 8);
  end.writeUInt16LE(directory.length / 2, 10);
  end.writeUInt32LE(listed.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, listed, end]);
}

/** @param fields where the fields begin that the local header and the directory have in common */
function entryHeader(
  signature: number,
  length: number,
  fields: number,
  { crc, size, name }: { crc: number; size: number; name: number },
): Buffer {
  const header = Buffer.alloc(length);
  header.writeUInt32LE(signature, 0);
  header.writeUInt16LE(VERSION, fields);
  header.writeUInt16LE(DATE, fields + 8);
  header.writeUInt32LE(crc, fields + 10);
  header.writeUInt32LE(size, fields + 14);
  header.writeUInt32LE(size, fields + 18);
  header.writeUInt16LE(name, fields + 22);
  return header;
}

function tooLarge(): RecPrismError {
  return new RecPrismError(
    "settings-invalid",
    "The weights take more than 4 GiB, more than an .npz archive holds. Use delta mode, which needs the edited neurons only, or export JSON.",
  );
}
