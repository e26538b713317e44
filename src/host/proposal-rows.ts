/** What the guided open flow lists: a proposal as rows to pick from, and a choice as its candidates. */
import { basename } from "node:path";
import type { Proposal, ProposalChoice, ProposalOverrides, ProposalRole } from "../protocol/engine";

export interface ProposalRow {
  kind: "create" | "problem" | "note" | "choice";
  label: string;
  description: string;
  /** Set on a `choice`. */
  choice: ProposalChoice | null;
}

export interface CandidateRow {
  label: string;
  description: string;
  /** null means none. */
  value: string | null;
}

/** Column roles of each table: another table makes what was said of the columns void. */
const COLUMNS_OF_TABLE: Partial<Record<ProposalRole, ProposalRole[]>> = {
  "item-table": ["item-id", "item-title", "item-year", "item-tags"],
  "user-table": ["user-id"],
  interactions: ["interaction-user", "interaction-item"],
};

/** Problems on top, or the row that creates the project where there are none; then every choice, then notes. */
export function proposalRows(proposal: Proposal): ProposalRow[] {
  const rows: ProposalRow[] = proposal.problems.map((problem) => plainRow("problem", problem));
  if (proposal.problems.length === 0 && proposal.manifest !== null) {
    rows.push({
      ...plainRow("create", "Create project"),
      description: `recprism.json in ${basename(proposal.folder)}`,
    });
  }
  for (const choice of proposal.choices) {
    const chosen = choice.chosen ?? (choice.required ? "missing" : "none");
    rows.push({ kind: "choice", label: choice.name, description: `${chosen}   ${choice.detail}`.trimEnd(), choice });
  }
  rows.push(...proposal.notes.map((note) => plainRow("note", note)));
  return rows;
}

export function candidateRows(choice: ProposalChoice): CandidateRow[] {
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

function plainRow(kind: ProposalRow["kind"], label: string): ProposalRow {
  return { kind, label, description: "", choice: null };
}
