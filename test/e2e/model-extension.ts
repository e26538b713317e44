/** The extension that supplies a language model to tests, and uses tools as one would. */
import { execFileSync } from "node:child_process";
import { cp } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/**
 * @param scratch folder for it, which the test removes
 * @returns its VSIX file
 */
export async function packedModelExtension(scratch: string): Promise<string> {
  const folder = join(scratch, "language-model-extension");
  await cp(join(__dirname, "language-model-extension"), folder, { recursive: true });
  const vsix = join(scratch, "language-model.vsix");
  const vsce = join(dirname(createRequire(__filename).resolve("@vscode/vsce/package.json")), "vsce");
  const options = ["--no-dependencies", "--allow-missing-repository", "--skip-license"];
  execFileSync(process.execPath, [vsce, "package", "--out", vsix, ...options], { cwd: folder, stdio: "pipe" });
  return vsix;
}
