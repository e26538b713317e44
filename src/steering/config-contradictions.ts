/** What a rule says that cannot be meant, without looking at any data. */
import type { KeyPath } from "../protocol/manifest-edit";
import type { Edit, SteeringRule } from "../protocol/steering";
import { described } from "./edits";

export interface Contradiction {
  path: KeyPath;
  message: string;
  /** Whether leaving out what stands at the path puts it right. */
  removable: boolean;
}

/** Edits that others make void, and filters on what is promoted. Paths are within the rule. */
export function contradictionsIn({
  edits,
  items,
  filters,
}: Pick<SteeringRule, "edits" | "items" | "filters">): Contradiction[] {
  return [
    ...voidedEdits(edits, ["edits"]),
    ...items.flatMap((entry, index) => voidedEdits(entry.edits, ["items", index, "edits"])),
    ...filters.flatMap(({ neuron, label }, index) =>
      edits.some((edit) => edit.neuron === neuron && promotes(edit))
        ? [
            {
              path: ["filters", index],
              message: `${label ?? `Neuron ${neuron}`} is promoted by an edit of this rule, and items that activate it are hidden by this filter.`,
              removable: true,
            },
          ]
        : [],
    ),
  ];
}

/** What says nothing: edits that change nothing, a rule without any part, a history without a bound. */
export function emptyPartsOf(rule: SteeringRule): Contradiction[] {
  const { edits, items, filters, audience } = rule;
  return [
    ...idleEdits(edits, ["edits"]),
    ...items.flatMap((entry, index) => idleEdits(entry.edits, ["items", index, "edits"])),
    ...(audience.kind === "history" && (audience.atLeast === undefined) === (audience.top === undefined)
      ? [
          {
            path: ["audience"],
            message: `A history needs ${audience.top === undefined ? '"atLeast" or "top"' : 'either "atLeast" or "top", not both'}: a least share, or the users with the largest.`,
            removable: false,
          },
        ]
      : []),
    ...(edits.length + items.length + filters.length === 0
      ? [
          {
            path: ["name"],
            message: "This rule does nothing: it has no edits, no items and no filters.",
            removable: false,
          },
        ]
      : []),
  ];
}

function voidedEdits(edits: readonly Edit[], path: KeyPath): Contradiction[] {
  return edits.flatMap((edit, index): Contradiction[] => {
    const at = { path: [...path, index], removable: true };
    const later = edits.slice(index + 1).find(({ neuron }) => neuron === edit.neuron);
    if (later !== undefined && (later.operation === "set" || later.operation === "suppress")) {
      return [{ ...at, message: `“${described(edit)}” has no effect: “${described(later)}” follows.` }];
    }
    const earlier = edits.slice(0, index).findLast(({ neuron }) => neuron === edit.neuron);
    if (edit.operation === "scale" && earlier?.operation === "suppress") {
      return [{ ...at, message: `“${described(edit)}” has no effect after “${described(earlier)}”.` }];
    }
    return [];
  });
}

function idleEdits(edits: readonly Edit[], path: KeyPath): Contradiction[] {
  return edits.flatMap((edit, index): Contradiction[] =>
    (edit.operation === "scale" && edit.value === 1) || (edit.operation === "add" && edit.value === 0)
      ? [{ path: [...path, index], removable: true, message: `“${described(edit)}” changes nothing.` }]
      : [],
  );
}

/** Whether an edit turns its neuron up. */
export function promotes(edit: Edit): boolean {
  return edit.operation === "scale" ? edit.value > 1 : edit.operation !== "suppress" && edit.value > 0;
}
