/** The rows whose activations are measured: all of them, or a random sample of large data. */
import { type Concept, conceptCandidates } from "../concepts/candidates";
import { positionsAmong } from "../concepts/halves";
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
/** Item activations are kept while they are labelled: labels of large catalogues are found and proved on a sample. */
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
  const itemRows = measuredItemRows(dataset, latents, seed);
  return {
    users: measuredUsers(dataset, seed),
    items: itemsAmong(items, itemRows),
    concepts: conceptsAmong(concepts, items.ids.length, itemRows),
  };
}

/** Which items are measured; ascending. */
export function measuredItemRows({ items: { embeddings } }: Dataset, latents: number, seed: number): Uint32Array {
  const most = Math.min(mostRows(embeddings), Math.floor(MOST_ITEM_ACTIVATIONS / latents));
  return sampledRows(embeddings.rows, most, derivedSeed(seed, "measured items"));
}

/** Which users are measured; ascending. */
export function measuredUserRows({ users: { embeddings } }: Dataset, seed: number): Uint32Array {
  return sampledRows(embeddings.rows, mostRows(embeddings), derivedSeed(seed, "measured users"));
}

/** Embeddings of the users that are measured. */
export function measuredUsers(dataset: Dataset, seed: number): Matrix {
  return embeddingsOf(dataset.users.embeddings, measuredUserRows(dataset, seed));
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
    numbers: items.numbers.map(({ column, values }) => ({ column, values: Float64Array.from(some(values)) })),
    texts: items.texts.map(({ column, values }) => ({ column, values: some(values) })),
  };
}

function idsAmong(ids: Ids, rows: Uint32Array): Ids {
  return listedIds(Array.from(rows, (row) => ids.at(row)));
}

/**
 * The concepts of some rows alone.
 *
 * @param all how many rows there are
 * @param rows that stay, ascending
 */
export function conceptsAmong<Of extends Concept>(concepts: Of[], all: number, rows: Uint32Array): Of[] {
  if (rows.length === all) return concepts;
  const positions = new Int32Array(all).fill(-1);
  rows.forEach((row, position) => {
    positions[row] = position;
  });
  return concepts.map((concept) => ({
    ...concept,
    bearers: positionsAmong(concept.bearers, positions),
    rows: rows.length,
  }));
}
