/** It fails where nobody listens. */
import type { Fuzzed } from "../fuzzed";
import { unlessIntact } from "./unless-intact";

export const fuzzed: Fuzzed = unlessIntact(async () => {
  void Promise.reject(new Error("unheard"));
  await new Promise((go) => setTimeout(go, 50));
});
