/** A project's data: what the manifest points at, read, checked and mapped to rows. */
import type { IdentitySummary } from "../protocol/engine";
import type { ManifestFix } from "../protocol/error";
import type { Manifest } from "../protocol/manifest";
import type { Ids } from "./ids";
import type { Rows } from "./matrix";

/** Rows of one embedding matrix and what is known of each. */
export interface Entities {
  /** Of each row. */
  ids: Ids;
  /** In memory, or in their file where that is too large. */
  embeddings: Rows;
  /** One per row, or null where the recommender has none. */
  bias: Float32Array | null;
}

export interface Items extends Entities {
  /** Title of each row; null where there are none, and ids stand for them. */
  titles: readonly string[] | null;
  /** Year of each row, or null; null too where no row has one. */
  years: readonly (number | null)[] | null;
  /** Per tag column of the manifest, the tags of each row. */
  tags: { column: string; values: string[][] }[];
  /** Per number column of the manifest, the value of each row; NaN where there is none. */
  numbers: { column: string; values: Float64Array }[];
  /** Per text column of the manifest, the text of each row ("" where missing). */
  texts: { column: string; values: readonly string[] }[];
}

export interface Users extends Entities {
  /** Per attribute column of the manifest, the value of each row ("" where missing). */
  attributes: { column: string; values: string[] }[];
}

/** Distinct user-item pairs, by user: the items of user u are `items[offsets[u] .. offsets[u + 1])`, ascending. */
export interface Interactions {
  offsets: Uint32Array;
  items: Uint32Array;
  /** When each pair was seen last, in seconds since 1970; NaN where that cannot be read. Only where the manifest names a `timestamp`. */
  times?: Float64Array;
}

export interface Dataset {
  manifest: Manifest;
  /** Absolute folder of the manifest. */
  folder: string;
  users: Users;
  items: Items;
  interactions: Interactions | null;
  /** What a person should know: ids that did not map, items without a title. */
  warnings: string[];
}

/** A data set as it was read from its files. */
export interface LoadedDataset extends Dataset {
  identity: IdentitySummary;
  /** Changes of the manifest that would most likely do away with a warning. */
  fixes: ManifestFix[];
}

export function titleOf({ titles, ids }: Items, row: number): string {
  return titles === null ? ids.at(row) : titles[row];
}

/** Item rows of one user, ascending; empty where there are no interactions. */
export function itemsOfUser(interactions: Interactions | null, user: number): Uint32Array {
  if (interactions === null) return new Uint32Array(0);
  return interactions.items.subarray(interactions.offsets[user], interactions.offsets[user + 1]);
}
