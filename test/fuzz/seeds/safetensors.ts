import { safetensorsBytes } from "../../../src/data/safetensors";
import type { Fuzzed } from "../fuzzed";

export const fuzzed: Fuzzed = {
  extensions: [".safetensors"],
  async seeds() {
    const users = { shape: [3, 2], values: Float32Array.of(1, 2, 3, 4, 5, 6) };
    const seen = { shape: [2], values: Int32Array.of(7, 8) };
    const halves = Buffer.from(JSON.stringify({ users: { dtype: "BF16", shape: [2, 2], data_offsets: [0, 8] } }));
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(halves.length));
    return [
      safetensorsBytes({ users }, { format: "pt" }),
      safetensorsBytes({ seen, users }, {}),
      Buffer.concat([length, halves, Buffer.from([0x80, 0x3f, 0, 0, 0, 0xc0, 0, 0])]),
    ];
  },
};
