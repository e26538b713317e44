/** A fresh VS Code for one test file: user data, extensions and workspace of its own in the OS temp folder. */
import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startCodeServer } from "../../scripts/code-server.mjs";
import { vsixFile } from "../../scripts/package.mjs";

export interface CodeServer {
  /** Address of the workbench with the workspace open. */
  url: string;
  /** Folder that is open in it. */
  workspace: string;
  /** Folder under which the extension is installed. */
  extensions: string;
  /** Everything the extension host and its extensions logged. */
  extensionHostLog(): Promise<string>;
  stop(): Promise<void>;
}

/**
 * Starts a server with the packaged extension.
 *
 * @param files of the workspace: path and content
 * @param copyOf folder whose content goes into the workspace
 * @param restricted the workspace is not trusted at first
 * @param more settings beside the usual, and VSIX files of other extensions
 */
export async function startFreshCodeServer(
  files: Record<string, string> = {},
  copyOf?: string,
  restricted = false,
  more: { settings?: Record<string, unknown>; extensions?: string[] } = {},
): Promise<CodeServer> {
  if (!existsSync(vsixFile)) throw new Error(`${vsixFile} does not exist: run "npm run package" first`);
  const folder = await mkdtemp(join(tmpdir(), "rp-e2e-"));
  const workspace = join(folder, "workspace");
  await mkdir(workspace);
  if (copyOf !== undefined) await cp(copyOf, workspace, { recursive: true });
  for (const [path, content] of Object.entries(files)) await writeFile(join(workspace, path), content);
  const server = await startCodeServer({
    folder,
    vsix: [vsixFile, ...(more.extensions ?? [])],
    restricted,
    // No question at the start, which would stand in front of everything.
    settings: {
      "security.workspace.trust.startupPrompt": "never",
      "security.workspace.trust.banner": "never",
      ...more.settings,
    },
  });

  return {
    url: `${server.url}/?folder=${encodeURIComponent(workspace)}`,
    workspace,
    extensions: join(folder, "extensions"),
    async extensionHostLog() {
      if (!existsSync(server.logs)) return "";
      const paths = (await readdir(server.logs, { recursive: true })).filter((path) => /exthost.*\.log$/.test(path));
      const texts = paths.sort().map(async (path) => `--- ${path}\n${await readFile(join(server.logs, path), "utf8")}`);
      return (await Promise.all(texts)).join("\n");
    },
    async stop() {
      await server.stop();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
