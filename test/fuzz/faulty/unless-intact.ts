/** Readers that do well only while a file is as it should be: the harness must find each of them out. */
import { readFile } from "node:fs/promises";
import type { Fuzzed } from "../fuzzed";

const INTACT = Buffer.from("intact");

/** @param misdeed what the reader does with any other file */
export function unlessIntact(misdeed: (file: string) => void | Promise<void>): Fuzzed {
  return {
    extensions: [".bin"],
    seeds: async () => [INTACT],
    async read(file) {
      if (!(await readFile(file)).equals(INTACT)) await misdeed(file);
    },
  };
}
