/** An error of ours that does not say of what. */
import { RecPrismError } from "../../../src/protocol/error";
import type { Fuzzed } from "../fuzzed";
import { unlessIntact } from "./unless-intact";

export const fuzzed: Fuzzed = unlessIntact((file) => {
  throw new RecPrismError("file-format", "It is damaged.", { file });
});
