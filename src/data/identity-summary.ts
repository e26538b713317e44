/** Which row is which, in a few examples and counts that a person can check at a glance. */
import type { IdentitySummary, RowIdentity } from "../protocol/engine";
import type { Entities, Interactions } from "./dataset";

const SAMPLES = 5;

export interface NamedRows {
  entities: Entities;
  rule: string;
  inTable: number | null;
  /** What the table says of a row; null where it says nothing. */
  title(row: number): string | null;
}

export interface JoinedInteractions {
  interactions: Interactions;
  /** How many different ids of the table name no row. */
  unknownIds: { items: number; users: number };
}

export function identitySummary(
  items: NamedRows,
  users: NamedRows,
  joined: JoinedInteractions | null,
): IdentitySummary {
  if (joined === null) return { items: rowIdentity(items, null, null), users: rowIdentity(users, null, null) };
  const { interactions, unknownIds } = joined;
  return {
    items: rowIdentity(items, distinctItems(interactions, items.entities.ids.length), unknownIds.items),
    users: rowIdentity(users, activeUsers(interactions), unknownIds.users),
  };
}

function rowIdentity(
  { entities: { ids }, rule, inTable, title }: NamedRows,
  inInteractions: number | null,
  unknownIds: number | null,
): RowIdentity {
  const count = Math.min(SAMPLES, ids.length);
  const samples = Array.from({ length: count }, (_, sample) => {
    const row = count === 1 ? 0 : Math.round((sample * (ids.length - 1)) / (count - 1));
    return { row, id: ids.at(row), title: title(row) };
  });
  return { rule, rows: ids.length, inTable, inInteractions, unknownIds, samples };
}

function distinctItems({ items }: Interactions, rows: number): number {
  const seen = new Uint8Array(rows);
  for (const item of items) seen[item] = 1;
  return seen.reduce((sum, one) => sum + one, 0);
}

function activeUsers({ offsets }: Interactions): number {
  let active = 0;
  for (let user = 0; user + 1 < offsets.length; user++) if (offsets[user + 1] > offsets[user]) active++;
  return active;
}
