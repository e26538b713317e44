/** It believes a length. */
import type { Fuzzed } from "../fuzzed";
import { unlessIntact } from "./unless-intact";

export const fuzzed: Fuzzed = unlessIntact(async () => {
  const kept = Array.from({ length: 300 }, () => Buffer.alloc(1 << 20, 1));
  await new Promise((go) => setTimeout(go, kept.length / 100));
});
