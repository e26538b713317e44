/** Open Embeddings: shows what was found beside a file or in a folder, lets every choice be changed, makes the project. */
import { basename, dirname, join } from "node:path";
import { commands, ProgressLocation, type QuickPickItem, QuickPickItemKind, type Uri, window, workspace } from "vscode";
import type { ProjectSummary, Proposal, ProposalChoice, ProposalOverrides } from "../protocol/engine";
import { candidateRows, overridden, type ProposalRow, proposalRows } from "./proposal-rows";
import type { Session } from "./session";
import { counted } from "./wording";
import { exists, MANIFEST_NAME } from "./workspace-project";

/**
 * Guides from a file or folder to an open project; ends quietly when the person backs out.
 *
 * @param given a `.npy` file, a folder or a manifest; without it, the person is asked
 */
export async function openEmbeddings(given: Uri | undefined, session: Session): Promise<void> {
  const path = given?.fsPath ?? (await askForPath());
  if (path === undefined) return;
  if (basename(path) === MANIFEST_NAME) return welcome(await session.open(path));

  const first = await propose(session, path, {});
  const manifest = join(first.folder, MANIFEST_NAME);
  let replace = false;
  if (await exists(manifest)) {
    const answer = await askAboutExisting(manifest);
    if (answer === undefined) return;
    if (answer === "open") return welcome(await session.open(manifest));
    replace = true;
  }
  const accepted = await review(session, path, first);
  if (accepted === null || accepted.manifest === null) return;
  const created = await session.engine.createProject(accepted.folder, accepted.manifest, replace);
  await welcome(await session.open(created));
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

async function askForPath(): Promise<string | undefined> {
  const picked = await window.showOpenDialog({
    title: "Open Embeddings: a folder, or the item embeddings (.npy) in it",
    openLabel: "Open Embeddings",
    // Where the system's dialog cannot offer both, it offers folders, which is enough.
    canSelectFiles: true,
    canSelectFolders: true,
    defaultUri: workspace.workspaceFolders?.[0]?.uri,
  });
  return picked?.[0]?.fsPath;
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

function propose(session: Session, path: string, overrides: ProposalOverrides): Thenable<Proposal> {
  return window.withProgress({ location: ProgressLocation.Window, title: `Looking at ${basename(path)}…` }, () =>
    session.engine.propose(path, overrides),
  );
}

/** Lets the person change the choices until they accept; null when they back out. */
async function review(session: Session, path: string, first: Proposal): Promise<Proposal | null> {
  let proposal = first;
  let overrides: ProposalOverrides = {};
  for (;;) {
    const row = await pickRow(proposal);
    if (row === undefined) return null;
    if (row.kind === "create") return proposal;
    if (row.choice === null) continue;
    const value = await pickCandidate(row.choice);
    if (value === undefined) continue;
    overrides = overridden(overrides, row.choice.role, value);
    proposal = await propose(session, path, overrides);
  }
}

const ICONS: Record<ProposalRow["kind"], string> = {
  create: "$(check) ",
  problem: "$(error) ",
  note: "$(info) ",
  choice: "",
};

async function pickRow(proposal: Proposal): Promise<ProposalRow | undefined> {
  const items: (QuickPickItem & { row?: ProposalRow })[] = [];
  let section = "";
  for (const row of proposalRows(proposal)) {
    const title = row.kind === "choice" ? "choose to change" : row.kind === "note" ? "good to know" : "";
    if (title !== section) items.push({ label: title, kind: QuickPickItemKind.Separator });
    section = title;
    items.push({ label: `${ICONS[row.kind]}${row.label}`, description: row.description, row });
  }
  const picked = await window.showQuickPick(items, {
    title: `Open Embeddings: ${basename(proposal.folder)}`,
    placeHolder:
      proposal.problems.length > 0
        ? "Something is missing: change a choice below"
        : "Create the project, or change a choice",
    ignoreFocusOut: true,
    matchOnDescription: true,
  });
  return picked?.row;
}

/** The value picked, null for none, undefined when the person went back. */
async function pickCandidate(choice: ProposalChoice): Promise<string | null | undefined> {
  const rows = candidateRows(choice);
  const picked = await window.showQuickPick(rows, {
    title: choice.name,
    placeHolder: rows.length > 0 ? `Choose: ${choice.name}` : `Nothing found: ${choice.detail}`,
    ignoreFocusOut: true,
    matchOnDescription: true,
  });
  return picked?.value;
}
