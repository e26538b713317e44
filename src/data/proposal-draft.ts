/** A proposal while it is being made: each choice is recorded with its candidates, and a person's corrections are applied. */
import type { Proposal, ProposalChoice, ProposalOverrides, ProposalRole } from "../protocol/engine";

export interface Candidate<Found> {
  value: string;
  detail: string;
  found: Found;
}

export interface Question {
  role: ProposalRole;
  /** For people: `Item embeddings`. */
  name: string;
  required: boolean;
  /** Why there is nothing to choose, or that nothing was chosen. */
  none: string;
}

export class ProposalDraft {
  readonly choices: ProposalChoice[] = [];
  readonly problems: string[] = [];
  readonly notes: string[] = [];
  /** The problems that are only that embeddings are missing. */
  readonly missing: string[] = [];

  constructor(private readonly overrides: ProposalOverrides) {}

  /** What a person said about a role: a value, null for none, undefined for nothing. */
  said(role: ProposalRole): string | null | undefined {
    return this.overrides[role];
  }

  /** Records the choice: what a person said if that is possible, otherwise `automatic`. */
  choose<Found>(
    { role, name, required, none }: Question,
    candidates: readonly Candidate<Found>[],
    automatic: string | null | undefined,
  ): Found | null {
    const said = this.said(role);
    let value = automatic ?? null;
    if (said === null) value = null;
    else if (said !== undefined) {
      if (candidates.some((candidate) => candidate.value === said)) value = said;
      else {
        const known = candidates.map((candidate) => candidate.value).join(", ");
        this.problems.push(`${name}: "${said}" cannot be chosen. ${known === "" ? none : `Choose one of ${known}.`}`);
      }
    }
    const chosen = candidates.find((candidate) => candidate.value === value) ?? null;
    this.choices.push({
      role,
      name,
      chosen: chosen?.value ?? null,
      detail: chosen?.detail ?? none,
      candidates: candidates.map((candidate) => ({ value: candidate.value, detail: candidate.detail })),
      required,
    });
    if (required && chosen === null) {
      this.problems.push(`${name}: ${none}`);
      if (role.endsWith("-embeddings")) this.missing.push(`${name}: ${none}`);
    }
    return chosen?.found ?? null;
  }

  done(
    folder: string,
    found: Partial<Pick<Proposal, "manifest" | "preview" | "identity" | "fixes" | "withoutEmbeddings">>,
  ): Proposal {
    const { choices, problems, notes } = this;
    const { manifest = null, preview = [], identity = null, fixes = [], withoutEmbeddings = null } = found;
    return {
      folder,
      choices,
      problems,
      notes,
      manifest: problems.length > 0 ? null : manifest,
      preview,
      identity,
      fixes,
      withoutEmbeddings,
    };
  }
}
