/** Changes of an open document that come after a while of work: made whole, or not at all. */
import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { basename } from "node:path";
import { type TextDocument, WorkspaceEdit, workspace } from "vscode";
import { RecPrismError } from "../protocol/error";
import { rangeOf } from "./manifest-document";
import type { TextChange } from "./manifest-edit";

/** A document as it was when work on it began. */
export interface DocumentState {
  document: TextDocument;
  version: number;
}

export function stateOf(document: TextDocument): DocumentState {
  return { document, version: document.version };
}

/** Makes a change, which Undo takes back in one step. Refuses where the document is another by now, or gone. */
export async function changeDocument(state: DocumentState, change: TextChange): Promise<void> {
  assertUnchanged(state);
  const { document } = state;
  const edit = new WorkspaceEdit();
  edit.replace(document.uri, rangeOf(document, change), change.text);
  if (await workspace.applyEdit(edit)) return;
  throw new RecPrismError(
    "file-unwritable",
    `${nameOf(document)} did not take the text. Is it read-only, or did it change meanwhile? Nothing was written.`,
  );
}

/** Refuses where a document was closed or changed since. */
export function assertUnchanged({ document, version }: DocumentState): void {
  const happened = document.isClosed ? "was closed" : document.version !== version ? "was changed" : null;
  if (happened === null) return;
  throw new RecPrismError(
    "file-changed",
    `${nameOf(document)} ${happened} while the config was made, so nothing was written. ${document.isClosed ? "Open it and try" : "Try"} again.`,
  );
}

/** Refuses a file that could not be saved afterwards. */
export async function assertWritable({ uri, isUntitled }: TextDocument): Promise<void> {
  if (isUntitled) return;
  if (
    workspace.fs.isWritableFileSystem(uri.scheme) !== false &&
    (uri.scheme !== "file" || (await isWritable(uri.fsPath)))
  ) {
    return;
  }
  throw new RecPrismError(
    "file-unwritable",
    `${basename(uri.fsPath)} is read-only. Make it writable, or choose another file. Nothing was written.`,
  );
}

/** By its permissions too: to the superuser everything else seems writable. */
async function isWritable(file: string): Promise<boolean> {
  try {
    if (((await stat(file)).mode & 0o222) === 0) return false;
    await access(file, constants.W_OK);
    return true;
  } catch (thrown) {
    // What is not there yet can be made.
    return (thrown as NodeJS.ErrnoException).code === "ENOENT";
  }
}

export function nameOf({ fileName }: TextDocument): string {
  return basename(fileName);
}
