/** It never ends. */
import type { Fuzzed } from "../fuzzed";
import { unlessIntact } from "./unless-intact";

export const fuzzed: Fuzzed = unlessIntact(() => {
  for (;;);
});
