/** From an item selection to rows: items by their ids, or by a tag that they bear. */
import type { Items } from "../data/dataset";
import { RecPrismError } from "../protocol/error";
import type { ItemSelection } from "../protocol/steering";
import { closestIds } from "./find-user";
import { taggedItems } from "./tagged-items";

const SUGGESTIONS = 3;

/**
 * Rows of the items, ascending; ids that are given twice count once.
 *
 * @throws RecPrismError "id-unknown" with the closest ids, "not-found" for a column or tag that does not exist
 */
export function selectedItems(items: Items, selection: ItemSelection): Uint32Array {
  switch (selection.kind) {
    case "items":
      return Uint32Array.from(new Set(selection.items.map((id) => itemRow(items, id)))).sort();
    case "tag":
      return taggedItems(items, selection.column, selection.tag, "items");
  }
}

/** @throws RecPrismError "id-unknown" with the closest ids, or the id of an item of that title */
export function itemRow(items: Pick<Items, "ids" | "titles">, id: string): number {
  const row = items.ids.rowOf(id);
  if (row !== undefined) return row;
  const titled = items.titles?.indexOf(id) ?? -1;
  const close = closestIds(items.ids, id, SUGGESTIONS);
  const looks = Array.from({ length: Math.min(SUGGESTIONS, items.ids.length) }, (_, at) => items.ids.at(at));
  const hint =
    titled >= 0
      ? `It is the title of item ${items.ids.at(titled)}; items are named by their ids.`
      : close.length > 0
        ? `Did you mean ${close.join(", ")}?`
        : `Ids look like ${looks.join(", ")}.`;
  throw new RecPrismError("id-unknown", `There is no item "${id}" among ${items.ids.length} items. ${hint}`, {
    key: "item",
  });
}
