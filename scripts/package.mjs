/** Makes the VSIX for this platform: production bundles, beside them the native packages pruned to its files. */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { cp, mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { buildAll } from "./build.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const require = createRequire(import.meta.url);

const LARGEST_PACKAGE = 60e6;
/** @type {any} */
const { header } = process.report.getReport();
const musl = process.platform === "linux" && header.glibcVersionRuntime === undefined;
/** Linux with musl in place of glibc is `alpine` to VS Code. */
export const target = `${musl ? "alpine" : process.platform}-${process.arch}`;
export const vsixFile = join(root, `recprism-${target}.vsix`);

const nativeRuntime = `bin/napi-v6/${process.platform}/${process.arch}`;
const hasNativeRuntime = !musl && existsSync(join(root, "node_modules", "onnxruntime-node", nativeRuntime));

/**
 * What the external packages load at run time: folders and files of each.
 *
 * onnxruntime-node is left out where it has no binary (Intel Macs, Alpine). onnxruntime-web is in every
 * package (4 MB of it): a Linux older than the native library was built for needs it as well.
 */
const RUNTIME_PARTS = {
  ...(hasNativeRuntime ? { "onnxruntime-node": ["dist", nativeRuntime] } : {}),
  "onnxruntime-web": ["dist/ort.node.min.mjs", "dist/ort-wasm-simd-threaded.mjs", "dist/ort-wasm-simd-threaded.wasm"],
  // CommonJS for onnxruntime-node, ES modules for onnxruntime-web.
  "onnxruntime-common": ["dist/cjs", "dist/esm"],
  "@duckdb/node-api": ["lib"],
  "@duckdb/node-bindings": ["."],
  [`@duckdb/node-bindings-${process.platform}-${process.arch}${musl ? "-musl" : ""}`]: ["."],
  "detect-libc": ["lib"],
  h5wasm: ["dist/esm"],
};
const RUNTIME_FILE = /(\.m?js|\.wasm|\.node|\.dll|\.dylib|\.so(\.\d+)*|package\.json)$/;
const LICENCE_FILE = /^(licen[cs]e|notice|thirdparty)/i;

/** Builds and packs. @returns {Promise<string>} the VSIX file */
export async function packageExtension() {
  const { bundledFiles } = await buildAll({ production: true });
  for (const [name, parts] of Object.entries(RUNTIME_PARTS)) await copyRuntime(name, parts);
  await writeNotices(bundledFiles);
  const vsce = join(dirname(require.resolve("@vscode/vsce/package.json")), "vsce");
  const options = ["--no-dependencies", "--allow-missing-repository", "--no-rewrite-relative-links"];
  execFileSync(process.execPath, [vsce, "package", "--target", target, "--out", vsixFile, ...options], {
    cwd: root,
    stdio: "inherit",
  });
  const { size } = await stat(vsixFile);
  console.log(`package: ${(size / 1e6).toFixed(1)} MB of at most ${LARGEST_PACKAGE / 1e6} MB`);
  if (size > LARGEST_PACKAGE) throw new Error(`${vsixFile} is larger than its budget of ${LARGEST_PACKAGE / 1e6} MB`);
  return vsixFile;
}

/** @param {string} name @param {string[]} parts */
async function copyRuntime(name, parts) {
  const from = join(root, "node_modules", name);
  const to = join(root, "dist", "node_modules", name);
  await mkdir(to, { recursive: true });
  for (const file of await readdir(from)) {
    if (file === "package.json" || LICENCE_FILE.test(file)) await cp(join(from, file), join(to, file));
  }
  for (const part of parts) {
    await cp(join(from, part), join(to, part), {
      recursive: true,
      filter: async (path) => (await stat(path)).isDirectory() || RUNTIME_FILE.test(path),
    });
  }
}

/** Licences ask that their text goes with the code: one file for all packages that went into a bundle. */
async function writeNotices(/** @type {string[]} */ bundledFiles) {
  const names = new Set(bundledFiles.map(packageOf).filter((name) => name !== null));
  const notices = [];
  for (const name of [...names].sort()) {
    const folder = join(root, "node_modules", name);
    const { version, license } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
    const files = (await readdir(folder)).filter((file) => LICENCE_FILE.test(file));
    const texts = await Promise.all(files.map((file) => readFile(join(folder, file), "utf8")));
    notices.push(`${name} ${version} (${license})`, "", ...texts.map((text) => text.trim()), "", "-".repeat(80), "");
  }
  await writeFile(join(root, "dist", "THIRD_PARTY_NOTICES.txt"), notices.join("\n"));
}

/** @param {string} file @returns {string | null} name of the npm package that holds a file, or null for our own */
function packageOf(file) {
  const parts = file.split(/[\\/]/);
  const last = parts.lastIndexOf("node_modules");
  if (last < 0) return null;
  const scoped = parts[last + 1].startsWith("@");
  return parts.slice(last + 1, last + (scoped ? 3 : 2)).join(sep);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await packageExtension();
