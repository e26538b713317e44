/** `npm run bench`: builds, bundles the benchmarks into `dist/bench` and runs them; arguments name the ones to run. */

import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { buildAll, NATIVE_PACKAGES } from "./build.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
await buildAll({ production: true });
await build({
  entryPoints: [join(root, "bench", "main.ts")],
  outfile: join(root, "dist", "bench", "main.js"),
  bundle: true,
  platform: "node",
  format: "cjs",
  external: NATIVE_PACKAGES,
  logLevel: "warning",
  logOverride: { "direct-eval": "silent" },
});
const { status } = spawnSync(process.execPath, [join(root, "dist", "bench", "main.js"), ...process.argv.slice(2)], {
  cwd: root,
  stdio: "inherit",
});
process.exitCode = status ?? 1;
