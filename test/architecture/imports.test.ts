/** The import direction between folders is a rule that the lint run enforces, not a habit. */
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const root = join(__dirname, "..", "..");

/** What each folder may import beside itself and the protocol; all else is refused. */
const BELOW: Record<string, string[]> = {
  protocol: [],
  data: [],
  graph: [],
  recommender: ["data", "graph"],
  sae: ["recommender", "graph", "data"],
  concepts: ["sae", "data"],
  steering: ["concepts", "sae", "recommender", "data"],
  codegen: ["steering", "graph"],
  engine: ["data", "graph", "recommender", "sae", "concepts", "steering", "codegen"],
  host: [],
  cli: ["engine"],
};
const FOLDERS = Object.keys(BELOW);

interface Snippet {
  file: string;
  imports: string;
  allowed: boolean;
}

const snippets: Snippet[] = [];
for (const folder of FOLDERS) {
  for (const other of FOLDERS) {
    const allowed =
      other === folder || (other === "protocol" && folder !== "protocol") || BELOW[folder].includes(other);
    snippets.push({ file: `src/${folder}/imports-${other}.ts`, imports: `../${other}/subject`, allowed });
    snippets.push({ file: `src/${folder}/deeper/imports-${other}.ts`, imports: `../../${other}/subject`, allowed });
  }
  snippets.push({ file: `src/${folder}/imports-vscode.ts`, imports: "vscode", allowed: folder === "host" });
  snippets.push({ file: `src/${folder}/imports-webview.ts`, imports: "../../webview/lab/subject", allowed: false });
  snippets.push({ file: `src/${folder}/imports-extension.ts`, imports: "../extension", allowed: false });
  snippets.push({ file: `src/${folder}/imports-package.ts`, imports: "zod", allowed: true });
  for (const webview of ["neurons", "lab", "components"]) {
    const file = `webview/${webview}/imports-${folder}.tsx`;
    snippets.push({ file, imports: `../../src/${folder}/subject`, allowed: folder === "protocol" });
  }
}
snippets.push({ file: "webview/lab/imports-components.tsx", imports: "../components/subject", allowed: true });
snippets.push({ file: "webview/lab/imports-vscode.tsx", imports: "vscode", allowed: false });

/** `src/extension.ts` is one file, so it holds all of these, one a line. */
const compositionRootImports = ["vscode", ...FOLDERS.map((name) => `./${name}/subject`), "../webview/lab/subject"];

const refused = new Set<string>();
const refusedInCompositionRoot: string[] = [];
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "recprism-imports-"));
  cpSync(join(root, "biome.json"), join(folder, "biome.json"));
  for (const { file, imports } of snippets) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), `import { subject } from "${imports}";\n\nconsole.log(subject);\n`);
  }
  const lines = compositionRootImports.map((source) => `export { subject } from "${source}";\n`);
  writeFileSync(join(folder, "src/extension.ts"), lines.join(""));
  for (const { file, line } of refusedImports(folder)) {
    refused.add(file);
    if (file === "src/extension.ts") refusedInCompositionRoot.push(compositionRootImports[line - 1]);
  }
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("imports between folders", () => {
  it.each(["webview", ...FOLDERS.map((name) => `src/${name}`)])(
    "are refused in %s unless the table allows them",
    (name) => {
      const within = snippets.filter((snippet) => snippet.file.startsWith(`${name}/`));
      const verdicts = within.map((snippet) => ({ ...snippet, allowed: !refused.has(snippet.file) }));
      expect(verdicts).toEqual(within);
      expect(within.some((snippet) => snippet.allowed) && within.some((snippet) => !snippet.allowed)).toBe(true);
    },
  );

  it("let the composition root import the host and vscode, and nothing else", () => {
    const allowed = compositionRootImports.filter((source) => !refusedInCompositionRoot.includes(source));
    expect(allowed).toEqual(["vscode", "./host/subject"]);
  });
});

/** Where the import rule fires, by one lint run over a folder. Lines are 1-based. */
function refusedImports(of: string): { file: string; line: number }[] {
  const biome = join(dirname(createRequire(__filename).resolve("@biomejs/biome/package.json")), "bin", "biome");
  const options = [
    "--vcs-enabled=false",
    "--reporter=json",
    "--max-diagnostics=none",
    "--only=style/noRestrictedImports",
  ];
  // Biome exits with 1 when it finds what this test plants.
  const { stdout } = spawnSync(process.execPath, [biome, "lint", ...options, "."], { cwd: of, encoding: "utf8" });
  const report = JSON.parse(stdout);
  return report.diagnostics.map((diagnostic: { location: { path: string; start: { line: number } } }) => ({
    file: diagnostic.location.path,
    line: diagnostic.location.start.line,
  }));
}
