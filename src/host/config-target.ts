/** Languages that a config can be put into, and the text editor that it goes to. */
import { basename } from "node:path";
import { type TextDocument, type TextEditor, window } from "vscode";
import type { ExportLanguage, GeneratedCode } from "../protocol/engine";
import { RecPrismError } from "../protocol/error";
import type { SteeringConfig } from "../protocol/steering";
import { type CommentStyle, PYTHON, SCRIPT } from "./code-block";
import type { LastEditor } from "./last-editor";
import type { Session } from "./session";

export interface ConfigTarget {
  language: Exclude<ExportLanguage, "onnx">;
  /** Indentation that generated text comes with. */
  unit: string;
  /** Extension of a file that has no name yet. */
  extension: string;
  /** Of code, in which a config is a block; null in data. */
  comments: CommentStyle | null;
}

const script = (extension: string): ConfigTarget => ({
  language: "typescript",
  unit: "  ",
  extension,
  comments: SCRIPT,
});
const json: ConfigTarget = { language: "json", unit: "  ", extension: "json", comments: null };

const TARGETS: Record<string, ConfigTarget> = {
  json,
  jsonc: json,
  yaml: { language: "yaml", unit: "  ", extension: "yaml", comments: null },
  python: { language: "python", unit: "    ", extension: "py", comments: PYTHON },
  typescript: script("ts"),
  typescriptreact: script("tsx"),
  javascript: script("js"),
  javascriptreact: script("jsx"),
};

/** The languages, for people. */
export const TARGET_NAMES = "JSON, YAML, Python, TypeScript and JavaScript";

export function targetOf({ languageId }: TextDocument): ConfigTarget | null {
  return TARGETS[languageId] ?? null;
}

/** The editor that was used last; refuses where several cursors leave it open which is meant. */
export async function targetEditor(lastEditor: LastEditor): Promise<TextEditor | null> {
  const editor = await lastEditor.find();
  if (editor !== null && editor.selections.length > 1) {
    throw new RecPrismError(
      "not-found",
      `${basename(editor.document.fileName)} has ${editor.selections.length} cursors, and a config goes to one place. Press Escape to keep one of them.`,
    );
  }
  return editor;
}

/** Code for a document, with what lies beside it. */
export async function generatedFor(
  session: Session,
  document: TextDocument,
  { language, extension }: ConfigTarget,
  config: SteeringConfig,
): Promise<GeneratedCode> {
  const name = document.isUntitled ? `steering.${extension}` : basename(document.uri.path);
  return session.engine.generate(session.project.id, config, language, name);
}

export function textOf({ files: [{ content }] }: GeneratedCode): string {
  return typeof content === "string" ? content : new TextDecoder().decode(content);
}

/** An editor that shows a document, to put the cursor in. */
export function editorOf(document: TextDocument): TextEditor | undefined {
  return window.visibleTextEditors.find((editor) => editor.document === document);
}
