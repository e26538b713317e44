/** Insert Steering Config at Cursor: the Lab's edits as text in the language of the file that is being edited. */
import { basename } from "node:path";
import { commands, Position, Range, Selection, type TextEditor, TextEditorRevealType, window, workspace } from "vscode";
import type { ExportLanguage } from "../protocol/engine";
import { RecPrismError } from "../protocol/error";
import { endOf, leadingSpace, reindented } from "./indentation";
import { jsonSurroundings, type Surroundings } from "./json-insertion";
import type { LastEditor } from "./last-editor";
import type { Session } from "./session";
import { counted } from "./wording";

const LANGUAGES: Record<string, { language: ExportLanguage; unit: string }> = {
  json: { language: "json", unit: "  " },
  jsonc: { language: "json", unit: "  " },
  python: { language: "python", unit: "    " },
};

/** Inserts the recipe at the cursor, replacing what is selected, and tells where. */
export async function insertConfig(session: Session, lastEditor: LastEditor): Promise<void> {
  if (!(await hasEdits(session))) return;
  const editor = await lastEditor.find();
  const target = editor === null ? undefined : LANGUAGES[editor.document.languageId];
  if (editor === null || target === undefined) return offerFile(editor, session);
  const surroundings = surroundingsOf(editor, target.language);
  if (surroundings === null) {
    void window.showWarningMessage(
      "A config cannot stand at the cursor: the file would no longer be valid JSON. Put the cursor where a value or property may stand, or select the value to replace.",
    );
    return;
  }
  const { project, recipe } = session;
  const config = await session.engine.configure(project.id, recipe);
  const text = await session.engine.generate(project.id, config, target.language);
  const line = await replaceSelection(editor, text, target, surroundings);
  const place = `${basename(editor.document.fileName)}, line ${line + 1}`;
  void window.showInformationMessage(
    `Inserted the steering config (${counted(recipe.edits.length, "edit")}) into ${place}.`,
  );
}

/** Whether there is something to export; says how to make an edit where there is not. */
export async function hasEdits(session: Session): Promise<boolean> {
  if (session.project.sae !== null && session.recipe.edits.length > 0) return true;
  const [text, command, button] =
    session.project.sae === null
      ? ["There is nothing to export yet: train an SAE first.", "recprism.train", "Train SAE"]
      : [
          "There is no edit to export yet. In the Lab, choose a user under Steer and move a neuron’s slider.",
          "recprism.openLab",
          "Open Lab",
        ];
  if ((await window.showInformationMessage(text, button)) === button) await commands.executeCommand(command);
  return false;
}

function surroundingsOf(editor: TextEditor, language: ExportLanguage): Surroundings | null {
  const { document, selection } = editor;
  if (language === "json") {
    return jsonSurroundings(document.getText(), document.offsetAt(selection.start), document.offsetAt(selection.end));
  }
  // Statements begin on a line of their own.
  const line = document.lineAt(selection.start.line).text;
  const newLine = `\n${leadingSpace(line)}`;
  const begun = line.slice(0, selection.start.character).trim() !== "";
  const more = document.lineAt(selection.end.line).text.slice(selection.end.character).trim() !== "";
  const isLast = selection.end.line === document.lineCount - 1;
  return { before: begun ? newLine : "", after: more ? newLine : isLast ? "\n" : "" };
}

/** Writes the text and puts the cursor after it; returns the line it begins at. */
async function replaceSelection(
  editor: TextEditor,
  text: string,
  { language, unit }: { language: ExportLanguage; unit: string },
  { before, after }: Surroundings,
): Promise<number> {
  const { document, selection, options } = editor;
  const { start } = selection;
  const indent = leadingSpace(document.lineAt(start.line).text, start.character);
  const usesTabs = options.insertSpaces === false || indent.includes("\t");
  // Python keeps its four spaces; JSON follows the file.
  const spaces = language === "json" ? " ".repeat(Number(options.tabSize) || unit.length) : null;
  const inserted = before + reindented(text, unit, { indent, unit: usesTabs ? "\t" : spaces }) + after;
  const done = await editor.edit((edit) => edit.replace(selection, inserted));
  if (!done) {
    throw new RecPrismError(
      "file-unwritable",
      `${basename(document.fileName)} did not take the text. Is it read-only?`,
    );
  }
  const end = endOf(inserted, start.line, start.character);
  const cursor = new Position(end.line, end.column);
  editor.selection = new Selection(cursor, cursor);
  editor.revealRange(new Range(start, cursor), TextEditorRevealType.InCenterIfOutsideViewport);
  return start.line + (before.split("\n").length - 1);
}

async function offerFile(editor: TextEditor | null, session: Session): Promise<void> {
  const NEW_PYTHON = "New Python File";
  const NEW_JSON = "New JSON File";
  const SAVE = "Save Steering Config…";
  const found =
    editor === null
      ? "There is no text editor to insert into."
      : `${basename(editor.document.fileName)} is ${editor.document.languageId}; a config can be inserted into JSON and Python.`;
  const picked = await window.showInformationMessage(found, NEW_PYTHON, NEW_JSON, SAVE);
  if (picked === SAVE) await commands.executeCommand("recprism.saveConfig");
  if (picked !== NEW_PYTHON && picked !== NEW_JSON) return;
  const language: ExportLanguage = picked === NEW_PYTHON ? "python" : "json";
  const { project, recipe } = session;
  const config = await session.engine.configure(project.id, recipe);
  const content = await session.engine.generate(project.id, config, language);
  await window.showTextDocument(await workspace.openTextDocument({ language, content }));
}
