/** Writes the tools for language models into package.json, as src/host/described-tools.ts has them. */

import { readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

const { outputFiles } = await build({
  stdin: {
    contents: `export { describedTools } from "./src/host/described-tools";`,
    resolveDir: root,
    loader: "ts",
  },
  bundle: true,
  write: false,
  platform: "node",
  format: "esm",
});
const module = `data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString("base64")}`;
const { describedTools } = await import(module);
const file = join(root, "package.json");
const manifest = JSON.parse(await readFile(file, "utf8"));
manifest.contributes.languageModelTools = describedTools();
await writeFile(file, `${JSON.stringify(manifest, null, 2)}\n`);
