/** It does what a file says. */
import { writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Fuzzed } from "../fuzzed";
import { unlessIntact } from "./unless-intact";

export const fuzzed: Fuzzed = unlessIntact((file) => writeFile(join(dirname(file), "written-by-a-reader"), ""));
