/** Bundles the extension, the engine, the command-line tool and the webviews into `dist`, and derives the JSON Schemas. */

import { chmod, mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build, context } from "esbuild";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = join(root, "dist");

/** Packages with native parts or WebAssembly cannot be bundled; `package.mjs` copies them beside the bundles. */
export const NATIVE_PACKAGES = ["onnxruntime-node", "onnxruntime-web", "@duckdb/node-api", "h5wasm"];

const NODE_ENTRIES = {
  extension: "src/extension.ts",
  engine: "src/engine/process.ts",
  job: "src/engine/job-process.ts",
  "user-table": "src/data/user-table-process.ts",
  cli: "src/cli/main.ts",
};
const WEBVIEW_ENTRIES = {
  neurons: "webview/neurons/main.tsx",
  lab: "webview/lab/main.tsx",
};

/**
 * Builds everything into `dist`.
 *
 * @param {{ production?: boolean, watch?: boolean }} [options] production: from nothing, minified, without source maps
 * @returns {Promise<{ bundledFiles: string[] }>} files that ended up in a bundle, relative to the project
 */
export async function buildAll({ production = false, watch = false } = {}) {
  process.chdir(root);
  if (production) await rm(dist, { recursive: true, force: true });
  await mkdir(join(dist, "webview"), { recursive: true });
  await writeSchemas();

  const configurations = [
    nodeBundle({ extension: NODE_ENTRIES.extension }, production),
    nodeBundle(
      { engine: NODE_ENTRIES.engine, job: NODE_ENTRIES.job, "user-table": NODE_ENTRIES["user-table"] },
      production,
    ),
    nodeBundle({ cli: NODE_ENTRIES.cli }, production, "#!/usr/bin/env node"),
    webviewBundle(WEBVIEW_ENTRIES, production),
  ];

  if (watch) {
    const contexts = await Promise.all(configurations.map((configuration) => context(configuration)));
    await Promise.all(contexts.map((one) => one.rebuild().catch(() => {})));
    await Promise.all(contexts.map((one) => one.watch()));
    // The F5 task waits for this line.
    console.log("build: watching");
    return { bundledFiles: [] };
  }
  const results = await Promise.all(configurations.map((configuration) => build(configuration)));
  await chmod(join(dist, "cli.js"), 0o755);
  return { bundledFiles: results.flatMap((result) => Object.keys(result.metafile?.inputs ?? {})) };
}

/**
 * @param {Record<string, string>} entryPoints
 * @param {boolean} production
 * @param {string} [banner]
 * @returns {import("esbuild").BuildOptions & { entryPoints: Record<string, string> }}
 */
function nodeBundle(entryPoints, production, banner) {
  return {
    ...sharedOptions(production),
    entryPoints,
    outdir: "dist",
    platform: "node",
    format: "cjs",
    target: "node20",
    external: ["vscode", ...NATIVE_PACKAGES],
    ...(banner ? { banner: { js: banner } } : {}),
  };
}

/**
 * @param {Record<string, string>} entryPoints
 * @param {boolean} production
 * @returns {import("esbuild").BuildOptions & { entryPoints: Record<string, string> }}
 */
function webviewBundle(entryPoints, production) {
  return {
    ...sharedOptions(production),
    entryPoints,
    outdir: "dist/webview",
    platform: "browser",
    format: "iife",
    target: "chrome132",
    jsx: "automatic",
    jsxImportSource: "preact",
    loader: { ".ttf": "file", ".svg": "dataurl" },
  };
}

/** @param {boolean} production @returns {import("esbuild").BuildOptions} */
function sharedOptions(production) {
  return {
    bundle: true,
    minify: production,
    sourcemap: production ? false : "linked",
    legalComments: production ? "none" : "inline",
    define: { "process.env.NODE_ENV": production ? '"production"' : '"development"' },
    metafile: true,
    logLevel: "warning",
    // protobufjs asks for optional modules by eval, which is right outside browsers and does nothing in them.
    logOverride: { "direct-eval": "silent" },
  };
}

/** JSON Schemas for editors, from the same zod schemas that the engine checks files with. */
async function writeSchemas() {
  const bundle = join(dist, "schemas", "source.mjs");
  await build({
    stdin: {
      contents: `
        import { z } from "zod";
        import { manifestSchema } from "./src/protocol/manifest";
        import { steeringConfigSchema } from "./src/protocol/steering";
        const options = { io: "input", target: "draft-7" };
        export const manifest = z.toJSONSchema(manifestSchema, options);
        export const steering = z.toJSONSchema(steeringConfigSchema, options);`,
      resolveDir: root,
    },
    bundle: true,
    platform: "node",
    format: "esm",
    outfile: bundle,
    logLevel: "warning",
  });
  const { manifest, steering } = await import(pathToFileURL(bundle).href);
  await rm(bundle);
  await writeFile(join(dist, "schemas", "recprism.schema.json"), `${JSON.stringify(manifest, null, 2)}\n`);
  await writeFile(join(dist, "schemas", "steer.schema.json"), `${JSON.stringify(steering, null, 2)}\n`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const started = performance.now();
  const watch = process.argv.includes("--watch");
  await buildAll({ production: process.argv.includes("--production"), watch });
  if (!watch)
    console.log(`build: ${relative(process.cwd(), dist) || "dist"} in ${Math.round(performance.now() - started)} ms`);
}
