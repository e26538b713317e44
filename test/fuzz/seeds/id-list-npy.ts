/** Ids of rows as NumPy writes them: whole numbers and text. */
import { readIdList } from "../../../src/data/identity-list";
import type { Fuzzed } from "../fuzzed";

function npy(dtype: string, shape: string, values: Buffer): Buffer {
  const text = `{'descr': '${dtype}', 'fortran_order': False, 'shape': ${shape}, }`.padEnd(117);
  return Buffer.concat([Buffer.from(`\x93NUMPY\x01\x00\x76\x00${text}\n`, "latin1"), values]);
}

export const fuzzed: Fuzzed = {
  extensions: [".npy"],
  seeds: async () => [
    npy("<i8", "(4,)", Buffer.alloc(32, 1)),
    npy("|u1", "(4, 1)", Buffer.from([1, 2, 3, 4])),
    npy("<U2", "(2,)", Buffer.from("a\0\0\0b\0\0\0c\0\0\0\0\0\0\0")),
    npy("|S3", "(2,)", Buffer.from("abcde\0")),
  ],
  async read(file) {
    const ids = await readIdList(file);
    if (!ids.every((id) => typeof id === "string")) throw new Error("an id is no text");
  },
};
