/** What the flows that extend a manifest list and tell: an addition as rows to pick from, and what became of it. */
import type { Addition, AdditionChoice, AdditionKind, ProjectSummary } from "../protocol/engine";

export interface AdditionRow {
  kind: "add" | "problem" | "note" | "choice";
  label: string;
  description: string;
  /** Set on a `choice`. */
  choice: AdditionChoice | null;
}

/** Problems on top, or the row that adds the file where there are none; then every choice, then notes. */
export function additionRows(file: string, { choices, problems, notes, edits }: Addition): AdditionRow[] {
  const plain = (kind: AdditionRow["kind"], label: string): AdditionRow => ({
    kind,
    label,
    description: "",
    choice: null,
  });
  return [
    ...problems.map((problem) => plain("problem", problem)),
    ...(edits === null ? [] : [{ ...plain("add", `Add ${file}`), description: "to recprism.json" }]),
    ...choices.map((choice) => ({
      kind: "choice" as const,
      label: choice.name,
      description: `${choice.chosen ?? (choice.required ? "missing" : "")}   ${choice.detail}`.trim(),
      choice,
    })),
    ...notes.map((note) => plain("note", note)),
  ];
}

/** What to tell once the project was opened with the addition. */
export function addedText(kind: AdditionKind, file: string, project: ProjectSummary): string {
  const { name, manifest, interactions } = project;
  const added = `Added ${file} to ${name}`;
  switch (kind) {
    case "interactions":
      return `${added}: ${(interactions ?? 0).toLocaleString("en")} user-item pairs.`;
    case "items": {
      const { title, tags } = manifest.items;
      const parts = [
        title === undefined ? "no titles" : `titles from ${title}`,
        tags.length === 0 ? "no tags" : `tags from ${tags.map(({ column }) => column).join(", ")}`,
      ];
      return `${added}: ${parts.join(", ")}.`;
    }
    case "users": {
      const { attributes } = manifest.users;
      return `${added}: ${attributes.length === 0 ? "no attributes" : `attributes ${attributes.join(", ")}`}.`;
    }
    case "head":
      return `${added}: scores are the model's from now on.`;
  }
}
