/** Open Embeddings: shows what was found in files or a folder, lets every choice be changed, makes the project. */
import { basename, dirname, join } from "node:path";
import { commands, ProgressLocation, type QuickPickItem, QuickPickItemKind, Uri, window, workspace } from "vscode";
import type { ProjectSummary, Proposal, ProposalOverrides } from "../protocol/engine";
import { pickCandidate } from "./pick-candidate";
import { overridden, type ProposalRow, proposalRows } from "./proposal-rows";
import type { Session } from "./session";
import { counted } from "./wording";
import { exists, MANIFEST_NAME } from "./workspace-project";

/**
 * Guides from files or a folder to an open project, or on to training a recommender where there are no embeddings; ends
 * quietly when the person backs out.
 *
 * @param given a folder, files of any kind that is read, or a manifest; where there are none, the person is asked
 */
export async function openEmbeddings(given: readonly Uri[], session: Session): Promise<void> {
  const paths = given.length > 0 ? given.map(({ fsPath }) => fsPath) : await askForPaths();
  if (paths === undefined) return;
  if (paths.length === 1 && basename(paths[0]) === MANIFEST_NAME) return welcome(await session.open(paths[0]));

  const first = await propose(session, paths, {});
  const manifest = join(first.folder, MANIFEST_NAME);
  let replace = false;
  if (await exists(manifest)) {
    const answer = await askAboutExisting(manifest);
    if (answer === undefined) return;
    if (answer === "open") return welcome(await session.open(manifest));
    replace = true;
  }
  const accepted = await review(session, paths, first);
  if (accepted === null) return;
  const { row, proposal } = accepted;
  if (row === "train") {
    const { folder, withoutEmbeddings: project } = proposal;
    await commands.executeCommand("recprism.trainRecommender", { folder, project });
    return;
  }
  if (proposal.manifest === null) return;
  const created = await session.engine.createProject(proposal.folder, proposal.manifest, replace);
  await welcome(await session.open(created));
}

/** What a menu gives a command: the entry that was clicked, and all that are selected. */
export function selectedFiles(clicked: unknown, selected: unknown): Uri[] {
  const all = Array.isArray(selected) && selected.length > 0 ? selected : [clicked];
  return all.filter((one) => one instanceof Uri);
}

/** Reveals the neurons of a project just opened and says the next step. */
export async function welcome(project: ProjectSummary): Promise<void> {
  await commands.executeCommand("recprism.neurons.focus");
  const size = `${counted(project.items, "item")}, ${counted(project.users, "user")}, ${project.dimensions} dimensions`;
  if (project.sae !== null) {
    void window.showInformationMessage(`Opened ${project.name}: ${size}, ${counted(project.sae.latents, "neuron")}.`);
    return;
  }
  if (project.unmeasured) {
    void window.showInformationMessage(`Opened ${project.name}: ${size}. Its SAE has no labels and measures yet.`);
    return;
  }
  const TRAIN = "Train SAE";
  void window.showInformationMessage(`Opened ${project.name}: ${size}. It has no SAE yet.`, TRAIN).then((picked) => {
    if (picked === TRAIN) void commands.executeCommand("recprism.train");
  });
}

async function askForPaths(): Promise<string[] | undefined> {
  const picked = await window.showOpenDialog({
    title: "Open Embeddings: a folder, or files of embeddings and tables",
    openLabel: "Open Embeddings",
    // Where the system's dialog cannot offer both, it offers folders, which is enough.
    canSelectFiles: true,
    canSelectFolders: true,
    canSelectMany: true,
    defaultUri: workspace.workspaceFolders?.[0]?.uri,
  });
  return picked?.map(({ fsPath }) => fsPath);
}

async function askAboutExisting(manifest: string): Promise<"open" | "replace" | undefined> {
  const OPEN = "Open Existing";
  const REPLACE = "Replace";
  const picked = await window.showWarningMessage(
    `${basename(dirname(manifest))} holds a RecPrism project already.`,
    { modal: true, detail: `Replace writes a new ${MANIFEST_NAME}; an SAE that was trained stays.` },
    OPEN,
    REPLACE,
  );
  if (picked === OPEN) return "open";
  return picked === REPLACE ? "replace" : undefined;
}

function propose(session: Session, paths: readonly string[], overrides: ProposalOverrides): Thenable<Proposal> {
  const what = paths.length === 1 ? basename(paths[0]) : counted(paths.length, "file");
  return window.withProgress({ location: ProgressLocation.Window, title: `Looking at ${what}…` }, () =>
    session.engine.propose([...paths], overrides),
  );
}

interface Accepted {
  row: "create" | "train";
  proposal: Proposal;
}

/** Lets the person change the choices until they accept; null when they back out. */
async function review(session: Session, paths: readonly string[], first: Proposal): Promise<Accepted | null> {
  let proposal = first;
  let overrides: ProposalOverrides = {};
  let changed: string | null = null;
  for (;;) {
    const row = await pickRow(proposal, changed);
    if (row === undefined) return null;
    if (row.kind === "create" || row.kind === "train") return { row: row.kind, proposal };
    if (row.choice === null) continue;
    const { role } = row.choice;
    changed = row.choice.name;
    const value = row.fix === null ? await pickCandidate(row.choice) : row.fix.value;
    if (value === undefined) continue;
    overrides = overridden(overrides, role, value);
    proposal = await propose(session, paths, overrides);
  }
}

const ICONS: Record<ProposalRow["kind"], string> = {
  create: "$(check) ",
  train: "$(play) ",
  problem: "$(error) ",
  file: "",
  fix: "$(lightbulb) ",
  identity: "",
  preview: "",
  detail: "",
  note: "$(info) ",
};

const SECTIONS: Partial<Record<ProposalRow["kind"], string>> = {
  file: "choose to change",
  identity: "which row is which",
  preview: "which row is which",
  detail: "details",
  note: "good to know",
};

/** @param active label of the row that has the focus at first, so that a person goes on where they were */
async function pickRow(proposal: Proposal, active: string | null): Promise<ProposalRow | undefined> {
  const items: (QuickPickItem & { row?: ProposalRow })[] = [];
  let section = "";
  for (const row of proposalRows(proposal)) {
    const title = SECTIONS[row.kind] ?? "";
    if (title !== section) items.push({ label: title, kind: QuickPickItemKind.Separator });
    section = title;
    items.push({ label: `${ICONS[row.kind]}${row.label}`, description: row.description, detail: row.detail, row });
  }
  const picker = window.createQuickPick<(typeof items)[number]>();
  picker.title = `Open Embeddings: ${basename(proposal.folder)}`;
  picker.placeholder = placeholder(proposal);
  picker.ignoreFocusOut = true;
  picker.matchOnDescription = true;
  picker.items = items;
  const before = items.find(({ row }) => row !== undefined && row.label === active);
  if (before !== undefined) picker.activeItems = [before];
  const picked = await new Promise<ProposalRow | undefined>((resolve) => {
    picker.onDidAccept(() => resolve(picker.selectedItems[0]?.row));
    picker.onDidHide(() => resolve(undefined));
    picker.show();
  });
  picker.dispose();
  return picked;
}

function placeholder({ manifest, withoutEmbeddings }: Proposal): string {
  if (manifest !== null) return "Create the project, or change a choice";
  if (withoutEmbeddings !== null) return "There are no embeddings: train a recommender, or change a choice";
  return "Something is missing: change a choice below";
}
