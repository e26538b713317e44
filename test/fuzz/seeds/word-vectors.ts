import type { Fuzzed } from "../fuzzed";

export const fuzzed: Fuzzed = {
  extensions: [".vec", ".w2v", ".txt"],
  async seeds() {
    return [
      "3 2\nthe 0.5 -1\nnew york 1e-3 2\n</s> 3 4 \n",
      "a\t0.5 1 2\r\nb\t3 4 5\r\n",
      "0.5 1\n2.5 3\n",
      "17 0.5 0.25\n18 1.5 2.25\n",
    ].map((text) => Buffer.from(text));
  },
};
