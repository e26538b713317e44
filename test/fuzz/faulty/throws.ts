/** A fault of its own, not an error of ours. */
import type { Fuzzed } from "../fuzzed";
import { unlessIntact } from "./unless-intact";

export const fuzzed: Fuzzed = unlessIntact(() => {
  throw new TypeError("of another kind");
});
