/** Update Config Here: the Lab's recipe in place of the config, or of the rule, under the cursor. */
import { type TextDocument, type TextEditor, window } from "vscode";
import { RecPrismError } from "../protocol/error";
import { writeBeside } from "./beside-files";
import { codeBlock, codeBlockAt, fittingScript } from "./code-block";
import { configForm, configTree } from "./config-language";
import type { ConfigLanguage } from "./config-name";
import { configPlace, valueIn, withRule } from "./config-rules";
import { type ConfigTarget, generatedFor, TARGET_NAMES, targetEditor, targetOf, textOf } from "./config-target";
import { assertWritable, changeDocument, nameOf, stateOf } from "./document-change";
import { reindented, unitOf } from "./indentation";
import { contentText, hasEdits, labConfig } from "./lab-config";
import type { LastEditor } from "./last-editor";
import { leastChange } from "./manifest-edit";
import { jsonValue, nodeAt } from "./manifest-tree";
import type { Session } from "./session";
import { valueEdits } from "./value-edits";

/** Everything else in the file stays to the byte, and Undo takes the update back in one step. */
export async function updateConfig(session: Session, lastEditor: LastEditor): Promise<void> {
  if (!(await hasEdits(session))) return;
  const editor = await targetEditor(lastEditor);
  const target = editor === null ? null : targetOf(editor.document);
  if (editor === null || target === null) {
    throw new RecPrismError(
      "not-found",
      `Put the cursor into a steering config in a text editor: in ${TARGET_NAMES} one can be updated.`,
    );
  }
  await assertWritable(editor.document);
  const told =
    target.language === "json" || target.language === "yaml"
      ? await updateData(session, editor, target.language)
      : await updateCode(session, editor, target);
  if (told !== null) void window.showInformationMessage(told);
}

async function updateData(
  session: Session,
  { document, selection }: TextEditor,
  language: ConfigLanguage,
): Promise<string> {
  const state = stateOf(document);
  const text = document.getText();
  const tree = configTree(text, language);
  const place = configPlace(tree, document.offsetAt(selection.active));
  if (place === null) throw nothingAt(document);
  const index = place.rule ?? (place.rules === 0 ? 0 : null);
  if (index === null) {
    throw new RecPrismError(
      "not-found",
      `This config of ${nameOf(document)} has ${place.rules} rules. Put the cursor into the one to replace.`,
    );
  }
  const { recipe, project } = session;
  const made = await labConfig(session, true);
  const before = valueIn(tree, place.path);
  const after = withRule(before, index, made);
  if (after === null) {
    throw new RecPrismError(
      "config-invalid",
      `The other rules of ${nameOf(document)} were made on another SAE than the one of ${project.name}. Use the quick fix at "hash" to find their neurons again, then update.`,
    );
  }
  const rule = jsonValue(nodeAt(tree, [...place.path, "rules", index, "name"]));
  const change = leastChange(text, valueEdits(before, after, place.path), configForm(language));
  if (change === null) return `${nameOf(document)} says already what the Lab holds.`;
  await changeDocument(state, change);
  const named = typeof rule === "string" ? `“${rule}”` : "a rule";
  return `Updated ${named} in ${nameOf(document)} (${contentText(recipe)}).`;
}

async function updateCode(session: Session, editor: TextEditor, target: ConfigTarget): Promise<string | null> {
  const { document, selection, options } = editor;
  const state = stateOf(document);
  const comments = target.comments;
  const block = comments && codeBlockAt(document.getText(), document.offsetAt(selection.active), comments);
  if (comments === null || block === null) throw nothingAt(document);
  const { recipe } = session;
  const config = await labConfig(session, false);
  const code = await generatedFor(session, document, target, config);
  const body = target.language === "typescript" ? fittingScript(textOf(code), block.indent) : textOf(code);
  const made = codeBlock(body, recipe.name, comments);
  const text = reindented(made, target.unit, { indent: block.indent, unit: unitOf(options, block.indent) });
  const beside = await writeBeside(document, code, true);
  if (beside === null) return null;
  try {
    await changeDocument(state, { start: block.start, end: block.end, text });
  } catch (thrown) {
    await beside.undo();
    throw thrown;
  }
  const more = beside.names.length === 0 ? "" : ` Its weights are in ${beside.names.join(", ")} beside it.`;
  return `Updated the steering config in ${nameOf(document)} (${contentText(recipe)}).${more}`;
}

function nothingAt(document: TextDocument): RecPrismError {
  return new RecPrismError(
    "not-found",
    `There is no steering config at the cursor in ${nameOf(document)}. Insert one with “RecPrism: Insert Steering Config at Cursor”; code that was exported as a file of its own is exported again instead.`,
  );
}
