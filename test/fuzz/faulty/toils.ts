/** It takes its time, though it comes to an end. */
import type { Fuzzed } from "../fuzzed";
import { unlessIntact } from "./unless-intact";

export const fuzzed: Fuzzed = unlessIntact(() => {
  const before = process.cpuUsage();
  while (process.cpuUsage(before).user < 2_000_000) for (let turn = 0; turn < 1e6; turn++) Math.random();
});
