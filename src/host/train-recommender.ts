/** Train Recommender: from interactions alone to a project, by way of a job. */
import { basename, dirname, join } from "node:path";
import { type LogOutputChannel, type QuickPickItem, QuickPickItemKind, Uri, window, workspace } from "vscode";
import type { Proposal, ProposalChoice, ProposalOverrides } from "../protocol/engine";
import { RecPrismError } from "../protocol/error";
import { RECOMMENDER_FILE, type RecommenderKind, type RecommenderRequest } from "../protocol/recommender";
import { followedJob } from "./follow-job";
import { welcome } from "./open-flow";
import { pickCandidate } from "./pick-candidate";
import { overridden } from "./proposal-rows";
import type { Session } from "./session";
import { type Training, trusted } from "./training";
import { rankingText, recommenderProgressText } from "./wording";
import { exists } from "./workspace-project";

const KINDS: Record<RecommenderKind, { label: string; detail: string }> = {
  mf: {
    label: "Matrix factorisation",
    detail: "Scores by dot product and biases, learned as probabilities. Fast, and the best start.",
  },
  bpr: {
    label: "Pairwise ranking (BPR)",
    detail: "Scores by dot product, learned by putting chosen items above others. Fast.",
  },
  ncf: {
    label: "Neural collaborative filtering",
    detail: "Scores by a small network, which becomes an ONNX head. Takes a few times as long.",
  },
};

type Basis = Pick<RecommenderRequest, "folder" | "project">;
interface Chosen extends Basis {
  kind: RecommenderKind;
}

/** @param given interactions that were looked at already, or their file; otherwise the person is asked for it */
export async function trainRecommender(
  given: unknown,
  session: Session,
  training: Training,
  log: LogOutputChannel,
): Promise<void> {
  if (!(await trusted("Training", "train on its files")) || (await training.alreadyRunning())) return;
  const chosen = isBasis(given) ? await pickedKind(given) : await chosenFrom(given, session);
  if (chosen === undefined) return;
  const { folder, project, kind } = chosen;
  const out = join(folder, `recommender-${kind}`);
  if ((await exists(join(out, RECOMMENDER_FILE))) && !(await mayReplace(out))) return;
  const id = await session.engine.trainRecommender({ folder, project, settings: { kind }, out });
  const job = await followedJob(
    session,
    log,
    id,
    `Training a recommender for ${project.name}`,
    recommenderProgressText,
  );
  if (job === null) return;
  if (job.error !== null) throw new RecPrismError(job.error.reason, job.error.message, job.error.where);
  if (job.recommender === undefined) {
    void window.showInformationMessage("Training was cancelled. Nothing was written.");
    return;
  }
  const OPEN = "Open";
  const text = `Made a recommender for ${project.name}: ${rankingText(job.recommender)}.`;
  if ((await window.showInformationMessage(text, OPEN)) === OPEN) await welcome(await session.open(out));
}

function isBasis(given: unknown): given is Basis {
  return typeof given === "object" && given !== null && "folder" in given && "project" in given;
}

async function chosenFrom(given: unknown, session: Session): Promise<Chosen | undefined> {
  const file = given instanceof Uri ? given.fsPath : await askForFile();
  if (file === undefined) return undefined;
  const found = { interactions: basename(file), "item-embeddings": null, "user-embeddings": null };
  let overrides: ProposalOverrides = found;
  for (;;) {
    const proposal = await session.engine.propose([dirname(file), file], overrides);
    const picked = await pickedKindOrColumn(basename(file), proposal);
    if (picked === undefined) return undefined;
    if ("kind" in picked) return picked;
    const column = await pickCandidate(picked.choice);
    if (column !== undefined) overrides = overridden(overrides, picked.choice.role, column);
  }
}

async function askForFile(): Promise<string | undefined> {
  const picked = await window.showOpenDialog({
    title: "Train Recommender: a table with a user-item pair a line",
    openLabel: "Train on It",
    defaultUri: workspace.workspaceFolders?.[0]?.uri,
  });
  return picked?.[0]?.fsPath;
}

function kindRows(basis: Basis): (QuickPickItem & { chosen: Chosen })[] {
  return (Object.keys(KINDS) as RecommenderKind[]).map((kind) => ({ ...KINDS[kind], chosen: { ...basis, kind } }));
}

async function pickedKind(basis: Basis): Promise<Chosen | undefined> {
  const picked = await window.showQuickPick(kindRows(basis), {
    title: `Train Recommender: ${basis.project.name}`,
    placeHolder: "Choose the kind",
    ignoreFocusOut: true,
  });
  return picked?.chosen;
}

/** Kinds where the columns are known, and the columns, each to be corrected. */
async function pickedKindOrColumn(
  file: string,
  { folder, withoutEmbeddings: project, choices, problems }: Proposal,
): Promise<Chosen | { choice: ProposalChoice } | undefined> {
  const columns = choices.filter(({ role, candidates }) => role.startsWith("interaction-") && candidates.length > 0);
  if (project === null && columns.length === 0) {
    throw new RecPrismError("file-format", `No recommender can be made from ${file}. ${problems.join(" ")}`, {
      file: join(folder, file),
    });
  }
  const rows: (QuickPickItem & { chosen?: Chosen; choice?: ProposalChoice })[] = [
    ...(project === null ? [] : kindRows({ folder, project })),
    { label: "columns, choose to change", kind: QuickPickItemKind.Separator },
    ...columns.map((choice) => ({ label: choice.name, description: choice.chosen ?? "none", choice })),
  ];
  const picked = await window.showQuickPick(rows, {
    title: `Train Recommender: ${file}`,
    placeHolder: project === null ? "Say which columns hold users and items" : "Choose the kind, or correct a column",
    ignoreFocusOut: true,
  });
  return picked?.chosen ?? (picked?.choice && { choice: picked.choice });
}

async function mayReplace(out: string): Promise<boolean> {
  const REPLACE = "Replace";
  const picked = await window.showWarningMessage(
    `${basename(out)} holds a recommender already.`,
    { modal: true, detail: "Replace trains it anew; an SAE that was trained on it stays and is marked stale." },
    REPLACE,
  );
  return picked === REPLACE;
}
