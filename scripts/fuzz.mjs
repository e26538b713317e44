/** `npm run fuzz [-- NAME …]`: 2,000 mutated files for every reader, or for those named, other ones at each run. */
import { spawnSync } from "node:child_process";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

const env = {
  ...process.env,
  RECPRISM_FUZZ: process.env.RECPRISM_FUZZ ?? "2000",
  RECPRISM_FUZZ_SEED: process.env.RECPRISM_FUZZ_SEED ?? String(Date.now() % 1_000_000),
};
console.log(`RECPRISM_FUZZ=${env.RECPRISM_FUZZ} RECPRISM_FUZZ_SEED=${env.RECPRISM_FUZZ_SEED}`);
const names = process.argv.slice(2);
const filter = names.length > 0 ? ["--testNamePattern", `of (${names.join("|")}) is`] : [];
const vitest = "node_modules/vitest/vitest.mjs";
const { status } = spawnSync(process.execPath, [vitest, "run", "test/fuzz", "--project", "unit", ...filter], {
  cwd: dirname(dirname(fileURLToPath(import.meta.url))),
  stdio: "inherit",
  env,
});
process.exitCode = status ?? 1;
