import { npyBytes } from "../../data/npy-bytes";
import { zipBytes } from "../../data/zip-bytes";
import type { Fuzzed } from "../fuzzed";

export const fuzzed: Fuzzed = {
  extensions: [".npz"],
  async seeds() {
    const users = npyBytes("<f4", [3, 2], Float32Array.of(1, 2, 3, 4, 5, 6));
    const bias = npyBytes("<f8", [40], new Float64Array(40));
    const turned = npyBytes("<f8", [3, 2], Float64Array.of(1, 2, 3, 4, 5, 6), { fortran: true });
    return [
      zipBytes([{ name: "users.npy", content: users }]),
      zipBytes([{ name: "bias.npy", content: bias, deflated: true }]),
      zipBytes([{ name: "turned.npy", content: turned, deflated: true }]),
      zipBytes([{ name: "users.npy", content: users }], { zip64: true }),
      zipBytes([
        { name: "readme.txt", content: Buffer.from("arrays") },
        { name: "bias.npy", content: npyBytes("<f4", [1, 1], Float32Array.of(1)), deflated: true },
      ]),
    ];
  },
};
