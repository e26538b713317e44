/** A recipe's name when nobody typed one: what it does, in words. */
import type { Edit } from "../../src/protocol/steering";

const NAMED = 3;

/** `Less Horror`, `Less Horror, more Drama`, `No change`. */
export function recipeName(edits: readonly Edit[]): string {
  const phrases = edits.flatMap((edit) => {
    const direction = directionOf(edit);
    return direction === null ? [] : [`${direction} ${editLabel(edit)}`];
  });
  if (phrases.length === 0) return "No change";
  const rest = phrases.length - NAMED;
  const name = phrases.slice(0, NAMED).join(", ") + (rest > 0 ? ` and ${rest} more` : "");
  return name[0].toUpperCase() + name.slice(1);
}

/** What an edit is called: the label it was made with, or the neuron's number. */
export function editLabel(edit: Edit): string {
  return edit.label === undefined || edit.label === "" ? `neuron ${edit.neuron}` : edit.label;
}

function directionOf(edit: Edit): "more" | "less" | null {
  switch (edit.operation) {
    case "suppress":
      return "less";
    case "scale":
      return edit.value === 1 ? null : edit.value > 1 ? "more" : "less";
    case "set":
      return edit.value > 0 ? "more" : "less";
    case "add":
      return edit.value === 0 ? null : edit.value > 0 ? "more" : "less";
  }
}
