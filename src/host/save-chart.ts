/** A chart of the Lab as a picture, or its table, in a file of the person's choice. */
import { join } from "node:path";
import { Uri, window, workspace } from "vscode";
import type { Session } from "./session";
import { fileNameOf } from "./wording";

const KINDS = { png: "Picture", csv: "Table" };

export async function saveChart(
  session: Session,
  name: string,
  kind: keyof typeof KINDS,
  content: Uint8Array,
): Promise<void> {
  const picked = await window.showSaveDialog({
    title: `Save Chart as ${KINDS[kind]}`,
    defaultUri: Uri.file(join(session.project.id, `${fileNameOf(name)}.${kind}`)),
    filters: { [KINDS[kind]]: [kind] },
  });
  if (picked !== undefined) await workspace.fs.writeFile(picked, content);
}
