/** Add Interactions, Item Table, User Table, Recommender Head: picks a file, shows what is in it, extends the manifest. */
import { basename, dirname, relative } from "node:path";
import { commands, ProgressLocation, type QuickPickItem, QuickPickItemKind, Uri, window, workspace } from "vscode";
import type { Addition, AdditionKind, ProjectSummary } from "../protocol/engine";
import { RecPrismError } from "../protocol/error";
import type { KeyPath } from "../protocol/manifest-edit";
import { type AdditionRow, addedText, additionRows } from "./add-rows";
import { changeManifest, savedText } from "./manifest-change";
import { isManifest } from "./manifest-document";
import { pickCandidate } from "./pick-candidate";
import type { Session } from "./session";
import type { WorkspaceProject } from "./workspace-project";

interface Kind {
  title: string;
  /** Of the manifest, where the file is named. */
  key: KeyPath;
  /** For the dialog of files. */
  extensions: string[];
}

const TABLES = ["csv", "tsv", "dat", "parquet", "json", "jsonl", "sqlite"];
const KINDS: Record<AdditionKind, Kind> = {
  interactions: { title: "Add Interactions", key: ["interactions", "table"], extensions: TABLES },
  items: { title: "Add Item Table", key: ["items", "table"], extensions: TABLES },
  users: { title: "Add User Table", key: ["users", "table"], extensions: TABLES },
  head: { title: "Add Recommender Head", key: ["recommender", "model"], extensions: ["onnx"] },
};

/** Guides from a file to a manifest that names it; ends quietly when the person backs out. */
export async function addToManifest(
  kind: AdditionKind,
  session: Session,
  workspaceProject: WorkspaceProject,
): Promise<void> {
  if (kind === "head" && !workspace.isTrusted) {
    throw new RecPrismError(
      "workspace-restricted",
      "No ONNX model is loaded in a restricted workspace. Trust the workspace to add one.",
    );
  }
  const manifest = await manifestToExtend(workspaceProject);
  if (manifest === null) return;
  await savedText(manifest);
  const file = await pickFile(kind, manifest, session);
  if (file === undefined) return;
  const addition = await review(kind, manifest, file, session);
  if (addition === null || addition.edits === null) return;
  await tell(kind, file, await changeManifest(manifest, addition.edits, session));
}

/** What is being edited, else what is open. */
async function manifestToExtend(workspaceProject: WorkspaceProject): Promise<string | null> {
  const document = window.activeTextEditor?.document;
  if (document !== undefined && isManifest(document)) return document.uri.fsPath;
  const project = await workspaceProject.ensureOpen();
  if (project !== null) return project.manifestPath;
  const OPEN = "Open Embeddings…";
  const text = "There is no RecPrism project to add to yet. Open your embeddings first.";
  if ((await window.showInformationMessage(text, OPEN)) === OPEN) {
    await commands.executeCommand("recprism.openEmbeddings");
  }
  return null;
}

async function pickFile(kind: AdditionKind, manifest: string, session: Session): Promise<string | undefined> {
  const { title, key, extensions } = KINDS[kind];
  const found = await session.engine.suggestValues(manifest, {}, key, !workspace.isTrusted);
  const BROWSE: QuickPickItem = { label: "$(folder-opened) Browse…" };
  const rows = (likely: boolean): QuickPickItem[] =>
    found.filter((one) => one.likely === likely).map(({ value, detail }) => ({ label: value, description: detail }));
  const [likely, others] = [rows(true), rows(false)];
  const picked = await window.showQuickPick(
    [
      ...likely,
      ...(others.length > 0 && likely.length > 0 ? [{ label: "other files", kind: QuickPickItemKind.Separator }] : []),
      ...others,
      { label: "", kind: QuickPickItemKind.Separator },
      BROWSE,
    ],
    { title, placeHolder: `Choose a file for ${basename(dirname(manifest))}`, matchOnDescription: true },
  );
  if (picked === undefined) return undefined;
  if (picked !== BROWSE) return picked.label;
  const chosen = await window.showOpenDialog({
    title,
    openLabel: "Add",
    defaultUri: Uri.file(dirname(manifest)),
    filters: { [kind === "head" ? "ONNX model" : "Tables"]: extensions },
  });
  const path = chosen?.[0]?.fsPath;
  return path === undefined ? undefined : relative(dirname(manifest), path) || path;
}

/** Lets the person change the choices until they accept; null when they back out. */
async function review(kind: AdditionKind, manifest: string, file: string, session: Session): Promise<Addition | null> {
  let overrides: Record<string, string | null> = {};
  for (;;) {
    const addition = await window.withProgress(
      { location: ProgressLocation.Window, title: `Looking at ${basename(file)}…` },
      () => session.engine.proposeAddition(manifest, kind, file, overrides),
    );
    const row = await pickRow(KINDS[kind].title, file, addition);
    if (row === undefined) return null;
    if (row.kind === "add") return addition;
    if (row.choice === null) continue;
    const value = await pickCandidate(row.choice);
    if (value === undefined) continue;
    overrides = { ...overrides, [row.choice.key]: value };
    // Without a header columns have other names.
    if (row.choice.key.endsWith(".header")) overrides = { [row.choice.key]: value };
  }
}

const ICONS: Record<AdditionRow["kind"], string> = {
  add: "$(check) ",
  problem: "$(error) ",
  note: "$(info) ",
  choice: "",
};

async function pickRow(title: string, file: string, addition: Addition): Promise<AdditionRow | undefined> {
  const items: (QuickPickItem & { row?: AdditionRow })[] = [];
  let section = "";
  for (const row of additionRows(file, addition)) {
    const heading = row.kind === "choice" ? "choose to change" : row.kind === "note" ? "good to know" : "";
    if (heading !== section) items.push({ label: heading, kind: QuickPickItemKind.Separator });
    section = heading;
    items.push({ label: `${ICONS[row.kind]}${row.label}`, description: row.description, row });
  }
  const picked = await window.showQuickPick(items, {
    title: `${title}: ${file}`,
    placeHolder:
      addition.edits === null ? "Something is missing: change a choice below" : "Add the file, or change a choice",
    ignoreFocusOut: true,
    matchOnDescription: true,
  });
  return picked?.row;
}

async function tell(kind: AdditionKind, file: string, project: ProjectSummary): Promise<void> {
  const TRAIN = "Train SAE";
  const MEASURE = "Measure SAE";
  const SHOW = `Open ${basename(project.manifestPath)}`;
  const remedy = project.stale?.remedy;
  const offered = remedy === "train" ? [TRAIN] : remedy === "measure" ? [MEASURE] : [];
  const picked = await window.showInformationMessage(addedText(kind, file, project), ...offered, SHOW);
  if (picked === TRAIN) await commands.executeCommand("recprism.train");
  if (picked === MEASURE) await commands.executeCommand("recprism.measure");
  if (picked === SHOW) await window.showTextDocument(Uri.file(project.manifestPath));
}
