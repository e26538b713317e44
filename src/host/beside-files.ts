/** Files that generated code needs beside it: written before the code, and taken back where the code cannot be written. */
import { basename, dirname, join } from "node:path";
import { type TextDocument, Uri, window, workspace } from "vscode";
import type { GeneratedCode } from "../protocol/engine";
import { RecPrismError } from "../protocol/error";
import { nameOf } from "./document-change";

export interface BesideFiles {
  /** Without folder. */
  names: string[];
  /** Puts back what was there before. */
  undo(): Promise<void>;
}

/**
 * @param replace whether files of those names are this code's own, and may be replaced without asking
 * @returns null where the person does not want another file replaced
 */
export async function writeBeside(
  document: TextDocument,
  { files: [, ...beside] }: GeneratedCode,
  replace: boolean,
): Promise<BesideFiles | null> {
  if (beside.length > 0 && document.isUntitled) {
    throw new RecPrismError(
      "file-unwritable",
      `The weights are too many to stand in the code: they go into ${beside.map(({ name }) => name).join(", ")} beside it. Save ${nameOf(document)} first, then try again.`,
    );
  }
  const folder = dirname(document.uri.fsPath);
  const written: { uri: Uri; before: Uint8Array | null }[] = [];
  const undo = async () => {
    for (const { uri, before } of written.reverse()) {
      if (before === null) await workspace.fs.delete(uri);
      else await workspace.fs.writeFile(uri, before);
    }
  };
  for (const { name, content } of beside) {
    const uri = Uri.file(join(folder, name));
    const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
    const before = await workspace.fs.readFile(uri).then(
      (found) => found,
      () => null,
    );
    if (before !== null && Buffer.compare(before, bytes) === 0) continue;
    if (before !== null && !replace && !(await mayReplace(name))) {
      await undo();
      return null;
    }
    try {
      await workspace.fs.writeFile(uri, bytes);
    } catch (thrown) {
      await undo();
      const why = thrown instanceof Error ? thrown.message : String(thrown);
      throw new RecPrismError("file-unwritable", `${name} could not be written beside ${nameOf(document)}: ${why}`);
    }
    written.push({ uri, before });
  }
  return { names: beside.map(({ name }) => basename(name)), undo };
}

async function mayReplace(name: string): Promise<boolean> {
  const REPLACE = "Replace";
  const question = `${name} exists already. Replace it with the weights of this config?`;
  return (await window.showWarningMessage(question, { modal: true }, REPLACE)) === REPLACE;
}
