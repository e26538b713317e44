import type { Fuzzed } from "../fuzzed";

export const fuzzed: Fuzzed = {
  extensions: [".jsonl", ".ndjson"],
  async seeds() {
    return [
      '{"id": 1, "vector": [0.5, 1e-3]}\n{"id": 2, "vector": [2, 3]}\n',
      '{"name": "a", "e0": 0.5, "e1": 1}\r\n\r\n{"name": "b", "e0": 2, "e1": -3}\r\n',
      "[1, 2, 3]\n[4, 5, 6]",
    ].map((text) => Buffer.from(text));
  },
};
