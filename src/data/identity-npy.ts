/** Ids in a `.npy` file: an array of whole numbers or of text, one for each row. */
import { npyBytes, npyHeader } from "./npy";
import { npyFault } from "./npy-description";
import { withOpenedFile } from "./opened-file";

/** What ids may take in memory: as text they are larger yet. */
const MOST_BYTES = 1 << 30;

/**
 * The array as text, in order.
 *
 * @throws RecPrismError file-missing, file-unreadable, file-format, file-truncated, dtype-unsupported
 */
export async function readNpyIds(file: string): Promise<string[]> {
  return withOpenedFile(file, async (handle, size) => {
    const place = { file };
    const bytes = npyBytes(handle, 0, size);
    const { dtype, shape, dataOffset } = await npyHeader(bytes, place);
    const [count = 0n, ...others] = shape;
    if (shape.length === 0 || others.length > 1 || others.some((length) => length !== 1n)) {
      throw npyFault("file-format", place, "is no list: one id for each row is expected, an array of n.");
    }
    const read = valueReader(dtype ?? "");
    if (read === null) {
      throw npyFault(
        "dtype-unsupported",
        place,
        `holds ${dtype ?? "a structured type"}; ids are whole numbers or text. Convert it in Python: import numpy as np; np.save(file, ids.astype(str))`,
      );
    }
    const promised = count * BigInt(read.bytes);
    const present = BigInt(size - dataOffset);
    if (promised !== present) {
      throw npyFault(
        promised > present ? "file-truncated" : "file-format",
        place,
        `says ${count} values of ${read.bytes} bytes, but holds ${present} bytes. Write or copy it again.`,
      );
    }
    if (promised > MOST_BYTES) throw npyFault("file-format", place, "is too large for a list of ids.");
    const values = await bytes.at(dataOffset, Number(promised));
    if (values.length < promised) {
      throw npyFault("file-truncated", place, "became shorter while it was read. Try again.");
    }
    return Array.from({ length: Number(count) }, (_, index) => read.at(values, index * read.bytes));
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
