import { npyBytes } from "../../data/npy-bytes";
import type { Fuzzed } from "../fuzzed";

export const fuzzed: Fuzzed = {
  extensions: [".npy"],
  async seeds() {
    return [
      npyBytes("<f4", [3, 2], Float32Array.of(1, 2, 3, 4, 5, 6)),
      npyBytes("<f8", [3, 2], Float64Array.of(1, 2, 3, 4, 5, 6), { fortran: true }),
      npyBytes(">f4", [2, 3], Buffer.from(Float32Array.of(1, 2, 3, 4, 5, 6).buffer).swap32(), { version: 2 }),
      npyBytes("<f2", [4], Uint16Array.of(0x3c00, 0xbc00, 1, 0x7bff), { version: 3 }),
      npyBytes("<i8", [2, 2], BigInt64Array.of(1n, -1n, 2n ** 40n, 0n)),
      npyBytes("|u1", [5, 1], Uint8Array.of(0, 1, 2, 3, 255)),
    ];
  },
};
