/** An item as lists show it. */
import type { Items } from "../data/dataset";
import type { ItemSummary } from "../protocol/engine";

export function itemSummary(items: Items, row: number): ItemSummary {
  return {
    row,
    id: items.ids[row],
    title: items.titles[row],
    year: items.years[row],
    tags: [...new Set(items.tags.flatMap(({ values }) => values[row]))],
  };
}
