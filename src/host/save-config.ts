/** Save Steering Config: the Lab's edits as a `*.steer.json` file, opened once written. */
import { join } from "node:path";
import { Uri, window } from "vscode";
import { hasEdits } from "./insert-config";
import type { Session } from "./session";
import { fileNameOf } from "./wording";

export async function saveConfig(session: Session): Promise<void> {
  if (!(await hasEdits(session))) return;
  const { project, recipe } = session;
  const picked = await window.showSaveDialog({
    title: "Save Steering Config",
    saveLabel: "Save Config",
    defaultUri: Uri.file(join(project.id, `${fileNameOf(recipe.name)}.steer.json`)),
    filters: { "RecPrism steering config": ["json"] },
  });
  if (picked === undefined) return;
  const config = await session.engine.configure(project.id, recipe);
  await session.engine.exportConfig(project.id, config, "json", picked.fsPath);
  await window.showTextDocument(picked, { preview: false });
}
