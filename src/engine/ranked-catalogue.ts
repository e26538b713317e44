/** The items that compared lists are made of: all, or a random sample of a catalogue that is too large for memory. */
import type { Dataset, Interactions } from "../data/dataset";
import { isInMemory } from "../data/matrix";
import { derivedSeed, sampledRows } from "../data/random";
import { type ItemsInMemory, itemsAmong } from "./measured-rows";

export type RankedDataset = Dataset & { items: ItemsInMemory };

/** Of embeddings; reconstructions take as much again. */
const MOST_VALUES = 2 ** 25;

/** A data set of which every item can be ranked; interactions with the items left out are left out too. */
export function rankedCatalogue(dataset: Dataset, seed: number): RankedDataset {
  const { items, interactions } = dataset;
  const { embeddings } = items;
  if (isInMemory(embeddings)) return { ...dataset, items: { ...items, embeddings } };
  const rows = sampledRows(
    embeddings.rows,
    Math.floor(MOST_VALUES / embeddings.columns),
    derivedSeed(seed, "ranked items"),
  );
  return {
    ...dataset,
    items: itemsAmong(items, rows),
    interactions: interactions && interactionsAmong(interactions, rows, embeddings.rows),
  };
}

/** @param rows of the items that stay, ascending */
export function interactionsAmong({ offsets, items }: Interactions, rows: Uint32Array, count: number): Interactions {
  const places = new Int32Array(count).fill(-1);
  for (const [place, item] of rows.entries()) places[item] = place;
  const kept = new Uint32Array(items.length);
  const keptOffsets = new Uint32Array(offsets.length);
  let next = 0;
  for (let user = 0; user + 1 < offsets.length; user++) {
    for (let pair = offsets[user]; pair < offsets[user + 1]; pair++) {
      const place = places[items[pair]];
      if (place >= 0) kept[next++] = place;
    }
    keptOffsets[user + 1] = next;
  }
  return { offsets: keptOffsets, items: kept.slice(0, next) };
}
