/** A project's data in memory: what the manifest points at, read, checked and mapped to rows. */
import type { Manifest } from "../protocol/manifest";
import type { Matrix } from "./matrix";

/** Rows of one embedding matrix and what is known of each. */
export interface Entities {
  /** Id of each row. */
  ids: string[];
  rowOfId: Map<string, number>;
  embeddings: Matrix;
  /** One per row, or null where the recommender has none. */
  bias: Float32Array | null;
}

export interface Items extends Entities {
  /** Title of each row; the id where there is none. */
  titles: string[];
  /** Year of each row, or null. */
  years: (number | null)[];
  /** Per tag column of the manifest, the tags of each row. */
  tags: { column: string; values: string[][] }[];
}

export interface Users extends Entities {
  /** Per attribute column of the manifest, the value of each row ("" where missing). */
  attributes: { column: string; values: string[] }[];
}

/** Distinct user-item pairs, by user: the items of user u are `items[offsets[u] .. offsets[u + 1])`, ascending. */
export interface Interactions {
  offsets: Uint32Array;
  items: Uint32Array;
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

/** Item rows of one user, ascending; empty where there are no interactions. */
export function itemsOfUser(interactions: Interactions | null, user: number): Uint32Array {
  if (interactions === null) return new Uint32Array(0);
  return interactions.items.subarray(interactions.offsets[user], interactions.offsets[user + 1]);
}
