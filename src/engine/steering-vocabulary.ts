/** What could stand in an audience or an item selection: columns of the user table, tags, and items by their names. */
import { itemSummary } from "../concepts/item-summary";
import { type Dataset, type Items, titleOf } from "../data/dataset";
import type { SteeringVocabulary } from "../protocol/effect";
import type { ItemSummary } from "../protocol/neurons";
import { unwatchedPace } from "./pace";
import type { Project } from "./project";

const MOST_TAGS = 2_000;
/** Items that are looked at between two turns of the event loop. */
const ITEMS_A_TURN = 20_000;

export async function steeringVocabulary({
  dataset,
  userTable,
}: Pick<Project, "userTable"> & { dataset: Dataset }): Promise<SteeringVocabulary> {
  return {
    // What keeps the table from being read is told to whoever asks it a condition.
    userColumns: await userTable.columns().catch(() => []),
    tags: tagsByFrequency(dataset.items),
    interactions: dataset.interactions !== null,
  };
}

function tagsByFrequency({ tags }: Pick<Items, "tags">): SteeringVocabulary["tags"] {
  const counted = tags.flatMap(({ column, values }) => {
    const counts = new Map<string, number>();
    for (const ofItem of values) for (const tag of new Set(ofItem)) counts.set(tag, (counts.get(tag) ?? 0) + 1);
    return Array.from(counts, ([tag, items]) => ({ column, tag, items }));
  });
  // Sorting keeps the order of those that are equal.
  return counted.sort((a, b) => b.items - a.items).slice(0, MOST_TAGS);
}

/** Items whose id or title starts with the text first, then those that contain it; in row order, whatever the case. */
export async function findItems(items: Items, text: string, limit: number): Promise<ItemSummary[]> {
  const wanted = text.trim().toLowerCase();
  const starting: number[] = [];
  const containing: number[] = [];
  const pace = unwatchedPace();
  for (let item = 0; item < items.ids.length && starting.length < limit; item++) {
    if (item % ITEMS_A_TURN === 0) await pace(item / items.ids.length);
    const names = [items.ids.at(item), titleOf(items, item)].map((name) => name.toLowerCase());
    if (names.some((name) => name.startsWith(wanted))) starting.push(item);
    else if (containing.length < limit && names.some((name) => name.includes(wanted))) containing.push(item);
  }
  return [...starting, ...containing].slice(0, limit).map((item) => itemSummary(items, item));
}
