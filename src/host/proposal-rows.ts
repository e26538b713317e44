/** What the guided open flow lists: a proposal as rows to pick from, and a choice as its candidates. */
import { basename } from "node:path";
import type {
  PreviewRow,
  Proposal,
  ProposalChoice,
  ProposalFix,
  ProposalOverrides,
  ProposalRole,
} from "../protocol/engine";
import { identityCounts } from "./wording";

export interface ProposalRow {
  /**
   * `train`: there are interactions but no embeddings. `file` and `detail`: a choice of a file, or of what is in it.
   * `identity`: how rows are named. `preview`: a row as it will be named, with the choice of how. `fix`: what would
   * most likely put right what is told.
   */
  kind: "create" | "train" | "problem" | "fix" | "file" | "identity" | "preview" | "detail" | "note";
  label: string;
  description: string;
  /** A line below; empty for none. */
  detail: string;
  /** What picking the row lets a person change. */
  choice: ProposalChoice | null;
  /** Set on a `fix`: how the choice is made then. */
  fix: ProposalFix | null;
}

export interface CandidateRow {
  label: string;
  description: string;
  /** null means none. */
  value: string | null;
}

/** Column roles of each table: another table makes what was said of the columns, and of naming rows by it, void. */
const COLUMNS_OF_TABLE: Partial<Record<ProposalRole, ProposalRole[]>> = {
  "item-embeddings": ["item-ids"],
  "user-embeddings": ["user-ids"],
  "item-table": ["item-id", "item-ids", "item-title", "item-year", "item-tags", "item-numbers", "item-texts"],
  "user-table": ["user-id", "user-ids"],
  interactions: ["interaction-user", "interaction-item", "interaction-timestamp", "interaction-rating"],
};

/** What decides most, and so stands above the preview, which a long list would push out of sight. */
const FILE_ROLES: readonly ProposalRole[] = [
  "item-embeddings",
  "user-embeddings",
  "item-table",
  "user-table",
  "interactions",
];

const IDENTITY_ROLES: readonly ProposalRole[] = ["item-ids", "user-ids"];

/**
 * Problems on top, or what can be done where there are none; then the files, which row is which, what the columns mean,
 * and notes. Without embeddings there is nothing to choose of them.
 */
export function proposalRows(proposal: Proposal): ProposalRow[] {
  const { problems, manifest, withoutEmbeddings, preview, identity, notes, fixes } = proposal;
  const rows = problems.map((problem) => plainRow("problem", problem));
  if (problems.length === 0 && manifest !== null) {
    rows.push(plainRow("create", "Create project", `recprism.json in ${basename(proposal.folder)}`));
  }
  if (withoutEmbeddings !== null) {
    rows.push(
      plainRow(
        "train",
        "Train a recommender from these interactions",
        problems.length === 0 ? "there are no embeddings here yet" : "in place of embeddings that are missing",
      ),
    );
  }
  const choices = proposal.choices.filter(
    ({ role, candidates }) => withoutEmbeddings === null || candidates.length > 0 || !role.endsWith("-embeddings"),
  );
  for (const fix of fixes) {
    const choice = choices.find(({ role }) => role === fix.role) ?? null;
    rows.push({ ...plainRow("fix", fix.title, "most likely puts this right"), choice, fix });
  }
  const isFile = ({ role }: ProposalChoice) => FILE_ROLES.includes(role);
  rows.push(...choices.filter(isFile).map((choice) => choiceRow("file", choice)));
  const namesRows = ({ role }: ProposalChoice) => IDENTITY_ROLES.includes(role);
  for (const choice of choices.filter(namesRows)) {
    const of = identity?.[choice.role === "item-ids" ? "items" : "users"];
    const row = choiceRow("identity", choice);
    rows.push(of === undefined ? row : { ...row, description: of.rule, detail: identityCounts(of) });
  }
  for (const row of preview) {
    const role = row.side === "items" ? "item-ids" : "user-ids";
    rows.push({
      ...plainRow("preview", previewText(row), row.side === "items" ? "item" : "user"),
      choice: choices.find((choice) => choice.role === role) ?? null,
    });
  }
  const details = choices.filter((choice) => !isFile(choice) && !namesRows(choice));
  rows.push(...details.map((choice) => choiceRow("detail", choice)));
  rows.push(...notes.map((note) => plainRow("note", note)));
  return rows;
}

/** `row 0 · id 1 · Toy Story (1995) · [0.12, -0.4, …]` */
export function previewText({ row, id, title, values, dimensions }: PreviewRow): string {
  const numbers = values.map((value) => String(Number(value.toPrecision(2))));
  const vector = `[${[...numbers, ...(dimensions > values.length ? ["…"] : [])].join(", ")}]`;
  return [`row ${row}`, `id ${id}`, ...(title === null ? [] : [title]), vector].join(" · ");
}

export function candidateRows(choice: Pick<ProposalChoice, "chosen" | "candidates" | "required">): CandidateRow[] {
  const rows: CandidateRow[] = choice.candidates.map(({ value, detail }) => ({
    label: value,
    description: value === choice.chosen ? `${detail} (chosen)` : detail,
    value,
  }));
  if (!choice.required) {
    rows.push({ label: "None", description: choice.chosen === null ? "(chosen)" : "", value: null });
  }
  return rows;
}

/** Overrides with one more choice made by the person. */
export function overridden(overrides: ProposalOverrides, role: ProposalRole, value: string | null): ProposalOverrides {
  const next: ProposalOverrides = { ...overrides, [role]: value };
  for (const column of COLUMNS_OF_TABLE[role] ?? []) delete next[column];
  return next;
}

function choiceRow(kind: "file" | "identity" | "detail", choice: ProposalChoice): ProposalRow {
  // Why there is none mostly begins with that word.
  const none = choice.required ? "missing" : choice.detail.startsWith("none") ? "" : "none";
  const description = `${choice.chosen ?? none}   ${choice.detail}`.trim();
  return { ...plainRow(kind, choice.name, description), choice };
}

function plainRow(kind: ProposalRow["kind"], label: string, description = ""): ProposalRow {
  return { kind, label, description, detail: "", choice: null, fix: null };
}
