/** Tells once what a project warns of when it is opened, with its remedies at hand. */
import { commands, type Disposable, window } from "vscode";
import type { ProjectSummary } from "../protocol/engine";
import { applyFixes, SHOW_MANIFEST, showManifest } from "./manifest-change";
import type { Memory, Session } from "./session";

const WHICH_ROW = "Which Row Is Which";

/**
 * @param memory what was told already, after a reload too
 * @param failed told of a remedy that could not be applied
 */
export function projectWarnings(session: Session, memory: Memory, failed: (thrown: unknown) => void): Disposable {
  return session.onChanged(({ project }) => {
    if (project === null) return;
    const key = `warnings:${project.id}`;
    const told = JSON.stringify([project.warnings, project.fixes]);
    if (memory.get<string>(key) === told) return;
    void memory.update(key, told);
    if (project.warnings.length > 0) void tell(project, session).catch(failed);
  });
}

async function tell(project: ProjectSummary, session: Session): Promise<void> {
  const { name, warnings, fixes, manifestPath } = project;
  const more = warnings.length > 1 ? ` And ${warnings.length - 1} more.` : "";
  // A notification has room for three buttons of a few words.
  const labels = fixes.slice(0, 2).map(({ key }) => `Fix ${key.split(".").slice(0, 2).join(".")}`);
  const offered = fixes.length === 0 ? [WHICH_ROW] : labels;
  const picked = await window.showWarningMessage(`${name}: ${warnings[0]}${more}`, ...offered, SHOW_MANIFEST);
  if (picked === SHOW_MANIFEST) await showManifest(manifestPath);
  else if (picked === WHICH_ROW) await commands.executeCommand("recprism.showIdentity");
  else if (picked !== undefined) await applyFixes(manifestPath, [fixes[labels.indexOf(picked)]], session);
}
