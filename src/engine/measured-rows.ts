/** The rows whose activations are measured: all of them, or a random sample of large data. */
import { type Concept, conceptCandidates } from "../concepts/candidates";
import type { Dataset, Items } from "../data/dataset";
import { type Ids, listedIds } from "../data/ids";
import { gatheredRows, inMemory, type Matrix, type Rows } from "../data/matrix";
import { derivedSeed, sampledRows } from "../data/random";
import type { Sae } from "../sae/model";

export interface MeasuredRows {
  /** Embeddings of the users. */
  users: Matrix;
  items: ItemsInMemory;
  /** Concepts of all items, and which of these bear them. */
  concepts: Concept[];
}

/** Items whose embeddings are in memory, as measures of all pairs of rows need them. */
export type ItemsInMemory = Items & { embeddings: Matrix };

/** Users and items each: shares over so many rows are sure to the third digit. */
const MOST_ROWS = 100_000;
/** Of the embeddings of either: a quarter of a gigabyte. */
const MOST_EMBEDDING_VALUES = 2 ** 26;
/** Item activations are kept while they are labelled. */
const MOST_ITEM_ACTIVATIONS = 2 ** 26;

/** Of samples and splits; a fixed one for an SAE that was trained elsewhere. */
export function seedOf({ settings }: Sae): number {
  return settings?.seed ?? 1;
}

/** @param concepts of all items, where they are known already */
export function measuredRows(
  dataset: Dataset,
  latents: number,
  seed: number,
  concepts = conceptCandidates(dataset.items, dataset.interactions),
): MeasuredRows {
  const { items } = dataset;
  const mostItems = Math.min(mostRows(items.embeddings), Math.floor(MOST_ITEM_ACTIVATIONS / latents));
  const itemRows = sampledRows(items.ids.length, mostItems, derivedSeed(seed, "measured items"));
  return {
    users: measuredUsers(dataset, seed),
    items: itemsAmong(items, itemRows),
    concepts:
      itemRows.length === items.ids.length ? concepts : concepts.map((concept) => conceptAmong(concept, itemRows)),
  };
}

/** Embeddings of the users that are measured. */
export function measuredUsers({ users: { embeddings } }: Dataset, seed: number): Matrix {
  return embeddingsOf(
    embeddings,
    sampledRows(embeddings.rows, mostRows(embeddings), derivedSeed(seed, "measured users")),
  );
}

function mostRows({ columns }: Rows): number {
  return Math.min(MOST_ROWS, Math.floor(MOST_EMBEDDING_VALUES / columns));
}

/** @param rows ascending, so that as many as there are must be all of them */
function embeddingsOf(embeddings: Rows, rows: Uint32Array): Matrix {
  return rows.length === embeddings.rows ? inMemory(embeddings) : gatheredRows(embeddings, rows);
}

/** @param rows of the items that stay, ascending */
export function itemsAmong(items: Items, rows: Uint32Array): ItemsInMemory {
  const embeddings = embeddingsOf(items.embeddings, rows);
  if (rows.length === items.ids.length) return { ...items, embeddings };
  const some = <Value>(values: ArrayLike<Value>) => Array.from(rows, (row) => values[row]);
  return {
    ids: idsAmong(items.ids, rows),
    embeddings,
    bias: items.bias && Float32Array.from(some(items.bias)),
    titles: items.titles && some(items.titles),
    years: items.years && some(items.years),
    tags: items.tags.map(({ column, values }) => ({ column, values: some(values) })),
  };
}

function idsAmong(ids: Ids, rows: Uint32Array): Ids {
  return listedIds(Array.from(rows, (row) => ids.at(row)));
}

function conceptAmong(concept: Concept, rows: Uint32Array): Concept {
  const bears = Uint8Array.from(rows, (row) => concept.bears[row]);
  return { ...concept, bears, count: bears.reduce((count, bearing) => count + bearing, 0) };
}
