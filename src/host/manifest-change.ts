/** Changes of a manifest on disk, after which its project is open with them. */
import { basename, join } from "node:path";
import { commands, Uri, window, workspace } from "vscode";
import type { ProjectSummary } from "../protocol/engine";
import { type ManifestFix, RecPrismError } from "../protocol/error";
import type { ManifestEdit } from "../protocol/manifest-edit";
import { edited } from "./manifest-edit";
import type { Session } from "./session";
import { MANIFEST_NAME } from "./workspace-project";

/** Writes all of the edits or none and leaves the rest of the text as it was. */
export async function changeManifest(
  manifest: string,
  edits: readonly ManifestEdit[],
  session: Session,
): Promise<ProjectSummary> {
  await session.engine.saveManifest(manifest, edited(await savedText(manifest), edits));
  return session.open(manifest);
}

/**
 * Makes the changes that were offered and says so.
 *
 * @param project its manifest or its folder
 */
export async function applyFixes(
  project: string,
  fixes: readonly ManifestFix[],
  session: Session,
): Promise<ProjectSummary> {
  const manifest = basename(project) === MANIFEST_NAME ? project : join(project, MANIFEST_NAME);
  const edits = fixes.map(({ key, value }): ManifestEdit => ({ path: key.split("."), change: "set", value }));
  const opened = await changeManifest(manifest, edits, session);
  const text = `Changed ${MANIFEST_NAME} of ${opened.name}: ${fixes.map(({ title }) => title).join("; ")}.`;
  void window.showInformationMessage(text, SHOW_MANIFEST).then((picked) => {
    if (picked === SHOW_MANIFEST) void showManifest(manifest);
  });
  return opened;
}

/** Label of the button that leads to the manifest. */
export const SHOW_MANIFEST = "Show Manifest";

export async function showManifest(manifest: string): Promise<void> {
  await commands.executeCommand("vscode.open", Uri.file(manifest));
}

/** The manifest's text on disk; what an editor holds unsaved is saved, lest it be lost. */
export async function savedText(manifest: string): Promise<string> {
  const document = await workspace.openTextDocument(Uri.file(manifest));
  if (document.isDirty && !(await document.save())) {
    throw new RecPrismError("file-unwritable", `${manifest} could not be saved. Save it and try again.`);
  }
  return document.getText();
}
