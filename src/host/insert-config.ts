/** Insert Steering Config at Cursor: the Lab's recipe as text in the language of the file that is being edited. */
import { commands, Position, Range, Selection, type TextEditor, TextEditorRevealType, window, workspace } from "vscode";
import { parse } from "yaml";
import type { GeneratedCode } from "../protocol/engine";
import { RecPrismError } from "../protocol/error";
import { writeBeside } from "./beside-files";
import { codeBlock, codeBlockAround, fittingScript } from "./code-block";
import {
  type ConfigTarget,
  editorOf,
  generatedFor,
  TARGET_NAMES,
  targetEditor,
  targetOf,
  textOf,
} from "./config-target";
import { assertWritable, changeDocument, nameOf, stateOf } from "./document-change";
import { endOf, leadingSpace, reindented, unitOf } from "./indentation";
import { jsonSurroundings } from "./json-insertion";
import { contentText, hasEdits, labConfig } from "./lab-config";
import type { LastEditor } from "./last-editor";
import type { Session } from "./session";
import { updateConfig } from "./update-config";
import { yamlInsertion } from "./yaml-insertion";

/** Inserts the recipe at the cursor, replacing what is selected, and tells where. */
export async function insertConfig(session: Session, lastEditor: LastEditor): Promise<void> {
  if (!(await hasEdits(session))) return;
  const editor = await targetEditor(lastEditor);
  const target = editor === null ? null : targetOf(editor.document);
  if (editor === null || target === null) return offerFile(editor, session);
  const { document, selection } = editor;
  await assertWritable(document);
  const offset = document.offsetAt(selection.active);
  if (target.comments !== null && codeBlockAround(document.getText(), offset, target.comments) !== null) {
    return updateConfig(session, lastEditor);
  }
  const state = stateOf(document);
  // What cannot stand there need not be measured first.
  if (target.language === "json" && inJson(editor, "{}") === null) throw noPlace("JSON");
  const { recipe } = session;
  const config = await labConfig(session, target.comments === null);
  const code = await generatedFor(session, document, target, config);
  const placed = placedText(editor, target, code, recipe.name);
  const beside = await writeBeside(document, code, false);
  if (beside === null) return;
  const start = document.offsetAt(selection.start);
  try {
    await changeDocument(state, { start, end: document.offsetAt(selection.end), text: placed.text });
  } catch (thrown) {
    await beside.undo();
    throw thrown;
  }
  const begin = document.positionAt(start);
  const end = endOf(placed.text, begin.line, begin.character);
  putCursor(editorOf(document), begin, new Position(end.line, end.column));
  const place = `${nameOf(document)}, line ${begin.line + placed.line + 1}`;
  const more = beside.names.length === 0 ? "" : ` Its weights are in ${beside.names.join(", ")} beside it.`;
  void window.showInformationMessage(`Inserted the steering config (${contentText(recipe)}) into ${place}.${more}`);
}

interface PlacedText {
  text: string;
  /** Line breaks before the config begins. */
  line: number;
}

function placedText(editor: TextEditor, target: ConfigTarget, code: GeneratedCode, name: string): PlacedText {
  const text = textOf(code);
  const placed =
    target.language === "json"
      ? inJson(editor, text)
      : target.language === "yaml"
        ? inYaml(editor, text)
        : inCode(editor, target, text, name);
  if (placed === null) throw noPlace(target.language === "json" ? "JSON" : "YAML");
  return placed;
}

function inJson({ document, selection, options }: TextEditor, text: string): PlacedText | null {
  const around = jsonSurroundings(
    document.getText(),
    document.offsetAt(selection.start),
    document.offsetAt(selection.end),
  );
  if (around === null) return null;
  const indent = leadingSpace(document.lineAt(selection.start.line).text, selection.start.character);
  const fitted = reindented(text, "  ", { indent, unit: unitOf(options, indent) });
  return { text: around.before + fitted + around.after, line: around.before.split("\n").length - 1 };
}

function inYaml({ document, selection }: TextEditor, text: string): PlacedText | null {
  // YAML knows no tabs, and what stands behind a dash is aligned with it whatever the unit: it keeps its own.
  const span = { start: document.offsetAt(selection.start), end: document.offsetAt(selection.end) };
  return yamlInsertion(document.getText().replaceAll("\r\n", " \n"), span, text, parse(text));
}

/** Statements begin on a line of their own. */
function inCode(
  editor: TextEditor,
  { unit, comments, language }: ConfigTarget,
  code: string,
  name: string,
): PlacedText {
  const { document, selection, options } = editor;
  const line = document.lineAt(selection.start.line).text;
  const indent = leadingSpace(line, selection.start.character);
  const newLine = `\n${leadingSpace(line)}`;
  const begun = line.slice(0, selection.start.character).trim() !== "";
  const more = document.lineAt(selection.end.line).text.slice(selection.end.character).trim() !== "";
  const isLast = selection.end.line === document.lineCount - 1;
  const before = begun ? newLine : "";
  const fitting = language === "typescript" ? fittingScript(code, indent) : code;
  const block = comments === null ? fitting : codeBlock(fitting, name, comments);
  const fitted = reindented(block, unit, { indent, unit: unitOf(options, indent) });
  return { text: before + fitted + (more ? newLine : isLast ? "\n" : ""), line: before === "" ? 0 : 1 };
}

function noPlace(language: string): RecPrismError {
  return new RecPrismError(
    "not-found",
    `A config cannot stand at the cursor: the file would no longer be valid ${language}, or no longer say what it says. Put the cursor where a value or key may stand, or select the value to replace.`,
  );
}

function putCursor(editor: TextEditor | undefined, begin: Position, end: Position): void {
  if (editor === undefined) return;
  editor.selection = new Selection(end, end);
  editor.revealRange(new Range(begin, end), TextEditorRevealType.InCenterIfOutsideViewport);
}

async function offerFile(editor: TextEditor | null, session: Session): Promise<void> {
  const NEW_PYTHON = "New Python File";
  const NEW_JSON = "New JSON File";
  const SAVE = "Save Steering Config…";
  const found =
    editor === null
      ? "There is no text editor to insert into."
      : `${nameOf(editor.document)} is ${editor.document.languageId}; a config can be inserted into ${TARGET_NAMES}.`;
  const picked = await window.showInformationMessage(found, NEW_PYTHON, NEW_JSON, SAVE);
  if (picked === SAVE) await commands.executeCommand("recprism.saveConfig");
  if (picked !== NEW_PYTHON && picked !== NEW_JSON) return;
  const language = picked === NEW_PYTHON ? "python" : "json";
  const config = await labConfig(session, language === "json");
  const code = await session.engine.generate(session.project.id, config, language, "steering.py");
  if (code.files.length > 1) {
    // What lies beside a file needs a file to lie beside.
    await commands.executeCommand("recprism.exportCode", language);
    return;
  }
  await window.showTextDocument(await workspace.openTextDocument({ language, content: textOf(code) }));
}
