/** Open Sample Project: generates the sample where the person wants it and opens it. */
import { homedir } from "node:os";
import { dirname, isAbsolute, join } from "node:path";
import { commands, type Memento, ProgressLocation, Uri, window, workspace } from "vscode";
import { welcome } from "./open-flow";
import type { Session } from "./session";
import { exists, MANIFEST_NAME, type WorkspaceProject } from "./workspace-project";

/** Manifest to open once the window has reloaded on its folder. */
const PENDING = "openAfterReload";

export async function openSample(session: Session, globalState: Memento): Promise<void> {
  const folder = await askForFolder();
  if (folder === undefined) return;
  const existing = join(folder, MANIFEST_NAME);
  const manifest = (await exists(existing))
    ? existing
    : await window.withProgress({ location: ProgressLocation.Notification, title: "Making the sample project…" }, () =>
        session.engine.createSample(folder),
      );
  if (workspace.getWorkspaceFolder(Uri.file(manifest)) !== undefined) {
    await welcome(await session.open(manifest));
    return;
  }
  await globalState.update(PENDING, manifest);
  const forceNewWindow = (workspace.workspaceFolders ?? []).length > 0;
  await commands.executeCommand("vscode.openFolder", Uri.file(dirname(manifest)), { forceNewWindow });
}

/** After a reload on the sample's folder: shows its neurons and opens it. */
export async function openAfterReload(workspaceProject: WorkspaceProject, globalState: Memento): Promise<void> {
  const manifest = globalState.get<string>(PENDING);
  if (manifest === undefined || workspace.getWorkspaceFolder(Uri.file(manifest)) === undefined) return;
  await globalState.update(PENDING, undefined);
  // First, since a project takes its time to open; the panel says so meanwhile.
  await commands.executeCommand("recprism.neurons.focus");
  const project = await workspaceProject.ensureOpen();
  if (project !== null) await welcome(project);
}

async function askForFolder(): Promise<string | undefined> {
  const root = workspace.workspaceFolders?.[0];
  const base = root?.uri.scheme === "file" ? root.uri.fsPath : homedir();
  const answer = await window.showInputBox({
    title: "Open Sample Project",
    prompt: "Folder for the sample. It is made if it does not exist, and must be empty if it does.",
    value: join(base, "recprism-sample"),
    ignoreFocusOut: true,
    validateInput: (text) => (isAbsolute(expanded(text)) ? undefined : "Give the folder's full path."),
  });
  return answer === undefined ? undefined : expanded(answer);
}

function expanded(path: string): string {
  return path.trim().replace(/^~(?=$|[/\\])/, homedir());
}
