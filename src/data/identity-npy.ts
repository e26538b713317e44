/** Ids in a `.npy` file: an array of whole numbers or of text, one for each row. */
import { RecPrismError } from "../protocol/error";
import { bytesAt, withOpenedFile } from "./opened-file";

const MAGIC = Buffer.from("\x93NUMPY", "latin1");
const LONGEST_HEADER = 1 << 16;
/** What ids may take in memory: as text they are larger yet. */
const MOST_BYTES = 1 << 30;

/**
 * The array as text, in order.
 *
 * @throws RecPrismError file-missing, file-unreadable, file-format, file-truncated, dtype-unsupported
 */
export async function readNpyIds(file: string): Promise<string[]> {
  return withOpenedFile(file, async (handle, size) => {
    const refused = (reason: "file-format" | "file-truncated" | "dtype-unsupported", what: string) =>
      new RecPrismError(reason, `${file} ${what}`, { file });
    const start = await bytesAt(handle, 0, Math.min(size, LONGEST_HEADER));
    if (start.length < 12 || !start.subarray(0, MAGIC.length).equals(MAGIC)) {
      throw refused("file-format", "does not start like a .npy file. Save the ids with numpy.save.");
    }
    const lengthBytes = start[6] === 1 ? 2 : 4;
    const dataOffset = 8 + lengthBytes + start.readUIntLE(8, lengthBytes);
    if (dataOffset > start.length) throw refused("file-truncated", "ends inside its header. Write or copy it again.");
    const header = start.toString("latin1", 8 + lengthBytes, dataOffset);
    const dtype = /['"]descr['"]\s*:\s*['"]([^'"]*)['"]/.exec(header)?.[1] ?? "a structured type";
    const shape = /['"]shape['"]\s*:\s*\((\d{1,15}),(?:\s*1\s*,?)?\s*\)/.exec(header)?.[1];
    if (shape === undefined)
      throw refused("file-format", "is no list: one id for each row is expected, an array of n.");
    const read = valueReader(dtype);
    if (read === null) {
      throw refused(
        "dtype-unsupported",
        `holds ${dtype}; ids are whole numbers or text. Convert it in Python: import numpy as np; np.save(file, ids.astype(str))`,
      );
    }
    const count = Number(shape);
    const promised = count * read.bytes;
    if (promised !== size - dataOffset) {
      throw refused(
        promised > size - dataOffset ? "file-truncated" : "file-format",
        `says ${count} values of ${read.bytes} bytes, but holds ${size - dataOffset} bytes. Write or copy it again.`,
      );
    }
    if (promised > MOST_BYTES) throw refused("file-format", "is too large for a list of ids.");
    const values = await bytesAt(handle, dataOffset, promised);
    if (values.length < promised) throw refused("file-truncated", "became shorter while it was read. Try again.");
    return Array.from({ length: count }, (_, index) => read.at(values, index * read.bytes));
  });
}

/** @param dtype as NumPy writes it: `<i8`, `<U12`, `|S7` */
function valueReader(dtype: string): { bytes: number; at(from: Buffer, offset: number): string } | null {
  const match = /^([<>|=]?)([iuUS])(\d{1,7})$/.exec(dtype);
  if (match === null) return null;
  const [, order, kind] = match;
  const size = Number(match[3]);
  const big = order === ">";
  if (kind === "S" && size > 0) {
    return { bytes: size, at: (from, at) => from.toString("utf8", at, at + size).replace(/\0+$/, "") };
  }
  if (kind === "U" && size > 0) {
    return {
      bytes: 4 * size,
      at(from, at) {
        let text = "";
        for (let position = 0; position < size; position++) {
          const code = big ? from.readUInt32BE(at + 4 * position) : from.readUInt32LE(at + 4 * position);
          text += code <= 0x10ffff ? String.fromCodePoint(code) : "\ufffd";
        }
        return text.replace(/\0+$/, "");
      },
    };
  }
  if (![1, 2, 4, 8].includes(size) || kind === "U" || kind === "S") return null;
  if (size === 8) {
    const name = `readBig${kind === "u" ? "U" : ""}Int64${big ? "BE" : "LE"}` as "readBigInt64LE";
    return { bytes: 8, at: (from, at) => String(from[name](at)) };
  }
  const name = `read${kind === "u" ? "U" : ""}Int${big ? "BE" : "LE"}` as "readIntLE";
  return { bytes: size, at: (from, at) => String(from[name](at, size)) };
}
