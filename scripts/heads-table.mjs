/** `node scripts/heads-table.mjs`: writes the table of operators that a head may hold into the README, from the code's own list. */

import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const START = "<!-- operators: written by scripts/heads-table.mjs -->";
const END = "<!-- /operators -->";

/**
 * @typedef {{ differentiated: string[], evaluated: string[], notes: Record<string, string> }} Operators
 */

/**
 * The README with its table renewed.
 *
 * @param {string} readme
 * @param {Operators} operators
 */
export function withOperators(readme, operators) {
  const [before, rest] = readme.split(START);
  const after = rest?.split(END)[1];
  if (after === undefined) throw new Error(`README.md lacks the lines ${START} and ${END}`);
  return `${before}${START}\n${table(operators)}\n${END}${after}`;
}

/** @param {Operators} operators */
function table({ differentiated, evaluated, notes }) {
  /** @type {Map<string, string[]>} */
  const byNote = new Map([["", []]]);
  for (const name of differentiated) {
    const note = notes[name] ?? "";
    byNote.set(note, [...(byNote.get(note) ?? []), name]);
  }
  const rows = [...byNote].map(([note, names]) => [
    names,
    note || "as ONNX, or onnxruntime for com.microsoft, defines them",
  ]);
  rows.push([evaluated, "for shapes, constants, weights, masks and indices; no gradient passes them"]);
  const listed = (/** @type {string | string[]} */ names) => [names].flat().map((name) => `\`${name}\``);
  const lines = rows.map(([names, note]) => `| ${listed(names).join(" ")} | ${note} |`);
  return ["", "| operators | remark |", "|---|---|", ...lines, ""].join("\n");
}

/** @returns {Promise<Operators>} what the code supports */
async function supported() {
  const folder = await mkdtemp(join(tmpdir(), "recprism-operators-"));
  const outfile = join(folder, "operators.mjs");
  try {
    await build({
      stdin: {
        contents: 'export { importableOperators } from "./src/graph/import/import-model";',
        resolveDir: root,
      },
      bundle: true,
      platform: "node",
      format: "esm",
      outfile,
      external: ["onnxruntime-node", "onnxruntime-web"],
      banner: { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' },
      logLevel: "warning",
      logOverride: { "direct-eval": "silent" },
    });
    const { importableOperators } = await import(pathToFileURL(outfile).href);
    return importableOperators();
  } finally {
    await rm(folder, { recursive: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const file = join(root, "README.md");
  await writeFile(file, withOperators(await readFile(file, "utf8"), await supported()));
}
