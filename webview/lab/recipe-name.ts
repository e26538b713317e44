/** A recipe's name when nobody typed one: what it does, in words. */
import type { ItemSelection, Recipe } from "../../src/protocol/steering";
import { type EditGroup, groupsOf, neuronsName } from "./edit-groups";

const NAMED = 3;

/** `Less Horror`, `Less Horror, more Drama`, `More Romance in 3 items`, `Hide Horror above 1.2`, `No change`. */
export function recipeName({ edits, items, filters }: Pick<Recipe, "edits" | "items" | "filters">): string {
  const phrases = [
    ...phrasesOf(groupsOf(edits)),
    ...items.flatMap((entry) =>
      phrasesOf(groupsOf(entry.edits)).map((phrase) => `${phrase} in ${itemsName(entry.items)}`),
    ),
    ...filters.map(({ neuron, label, above }) => `hide ${neuronsName(label, [neuron])} above ${above}`),
  ];
  if (phrases.length === 0) return "No change";
  const rest = phrases.length - NAMED;
  const name = phrases.slice(0, NAMED).join(", ") + (rest > 0 ? ` and ${rest} more` : "");
  return name[0].toUpperCase() + name.slice(1);
}

/** `item 12`, `3 items`, `Horror items`. */
export function itemsName(selection: ItemSelection): string {
  if (selection.kind === "tag") return `${selection.tag} items`;
  return selection.items.length === 1 ? `item ${selection.items[0]}` : `${selection.items.length} items`;
}

function phrasesOf(groups: readonly EditGroup[]): string[] {
  return groups.flatMap((group) => {
    const direction = directionOf(group);
    return direction === null ? [] : [`${direction} ${neuronsName(group.label, group.neurons)}`];
  });
}

function directionOf({ operation, value }: EditGroup): "more" | "less" | null {
  switch (operation) {
    case "suppress":
      return "less";
    case "scale":
      return value === 1 ? null : value > 1 ? "more" : "less";
    case "set":
      return value > 0 ? "more" : "less";
    case "add":
      return value === 0 ? null : value > 0 ? "more" : "less";
  }
}
