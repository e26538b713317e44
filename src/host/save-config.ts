/** Save Steering Config and Export Code: the Lab's recipe as files that the person chooses, checked as they are written. */
import { basename, join } from "node:path";
import { commands, Uri, window, workspace } from "vscode";
import { EXPORT_LANGUAGES, type ExportedCode, type ExportLanguage } from "../protocol/engine";
import { RecPrismError } from "../protocol/error";
import { hasEdits, labConfig } from "./lab-config";
import type { Session } from "./session";
import { withTask } from "./with-task";
import { fileNameOf } from "./wording";

interface Choice {
  label: string;
  detail: string;
  extension: string;
  /** Of a file that is named after the recipe. */
  name(recipe: string): string;
}

const CHOICES: Record<ExportLanguage, Choice> = {
  json: {
    label: "JSON",
    detail: "Steering config, *.steer.json",
    extension: "json",
    name: (recipe) => `${fileNameOf(recipe)}.steer.json`,
  },
  yaml: {
    label: "YAML",
    detail: "Steering config, *.steer.yaml",
    extension: "yaml",
    name: (recipe) => `${fileNameOf(recipe)}.steer.yaml`,
  },
  python: {
    label: "Python",
    detail: "A module that needs NumPy only",
    extension: "py",
    // A module's name is an identifier.
    name: (recipe) =>
      `${fileNameOf(recipe)
        .replace(/[^\p{L}\p{N}]+/gu, "_")
        .replace(/^(?=\p{N})/u, "_")}.py`,
  },
  typescript: {
    label: "TypeScript",
    detail: "A module that needs nothing",
    extension: "ts",
    name: (recipe) => `${fileNameOf(recipe)}.ts`,
  },
  onnx: {
    label: "ONNX",
    detail: "A graph from vectors to steered vectors, for any serving stack",
    extension: "onnx",
    name: (recipe) => `${fileNameOf(recipe)}.onnx`,
  },
};

/** Asks for a `*.steer.json` or `*.steer.yaml`, and opens it once it is written. */
export async function saveConfig(session: Session): Promise<void> {
  if (!(await hasEdits(session))) return;
  const picked = await window.showSaveDialog({
    title: "Save Steering Config",
    saveLabel: "Save Config",
    defaultUri: Uri.file(join(session.project.id, CHOICES.json.name(session.recipe.name))),
    filters: { "Steering config in JSON": ["json"], "Steering config in YAML": ["yaml", "yml"] },
  });
  if (picked === undefined) return;
  const language = /\.ya?ml$/i.test(picked.fsPath) ? "yaml" : "json";
  const { files } = await exported(session, language, picked);
  await window.showTextDocument(Uri.file(files[0]), { preview: false });
}

/** @param given the language; none: the person is asked */
export async function exportCode(session: Session, given: unknown): Promise<void> {
  if (!workspace.isTrusted) {
    throw new RecPrismError(
      "workspace-restricted",
      "Exported code is run before it is written, and nothing is run in a restricted workspace. Trust the workspace to export.",
    );
  }
  if (!(await hasEdits(session))) return;
  const language = EXPORT_LANGUAGES.find((one) => one === given) ?? (await askedLanguage());
  if (language === undefined) return;
  const { label, extension, name } = CHOICES[language];
  const picked = await window.showSaveDialog({
    title: `Export as ${label}`,
    saveLabel: "Export",
    defaultUri: Uri.file(join(session.project.id, name(session.recipe.name))),
    filters: { [label]: [extension] },
  });
  if (picked === undefined) return;
  const { files, verification } = await exported(session, language, picked);
  const names = files.map((file) => basename(file)).join(", ");
  const OPEN = "Open";
  const show = verification.passed === null ? window.showWarningMessage : window.showInformationMessage;
  const opens = language === "onnx" ? [] : [OPEN];
  if ((await show(`Wrote ${names}. ${verification.message}`, ...opens)) === OPEN) {
    await commands.executeCommand("vscode.open", Uri.file(files[0]));
  }
}

async function exported(session: Session, language: ExportLanguage, file: Uri): Promise<ExportedCode> {
  const { engine, project } = session;
  const config = await labConfig(session, language === "json" || language === "yaml");
  return withTask(session, `Exporting ${basename(file.fsPath)}`, (task) =>
    engine.exportConfig(project.id, config, language, file.fsPath, task),
  );
}

async function askedLanguage(): Promise<ExportLanguage | undefined> {
  const rows = EXPORT_LANGUAGES.map((language) => {
    const { label, detail } = CHOICES[language];
    return { label, description: detail, language };
  });
  return (await window.showQuickPick(rows, { title: "Export the Lab’s recipe as", placeHolder: "Language" }))?.language;
}
