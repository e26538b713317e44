/** An item as lists show it. */
import { type Items, titleOf } from "../data/dataset";
import type { ItemSummary } from "../protocol/neurons";

export function itemSummary(items: Items, row: number): ItemSummary {
  return {
    row,
    id: items.ids.at(row),
    title: titleOf(items, row),
    year: items.years === null ? null : items.years[row],
    tags: [...new Set(items.tags.flatMap(({ values }) => values[row]))],
  };
}
