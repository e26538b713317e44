/** Interactions from a table: distinct user-item pairs, ids mapped to rows, and a count of what does not map. */
import type { Interactions } from "./dataset";
import type { Ids } from "./ids";
import { withTable } from "./table-database";

/** Ids of one column that name no row. */
export interface UnknownIds {
  /** How many different ids, and on how many lines. */
  ids: number;
  lines: number;
  /** The first few, in file order. */
  examples: string[];
  /** `1` or `-1` when every id would map if it were that much larger; null otherwise. */
  shift: 1 | -1 | null;
}

export interface MappedInteractions {
  interactions: Interactions;
  /** Distinct pairs that map. */
  pairs: number;
  /** Lines of the table. */
  lines: number;
  /** Lines of which user or item, or both, do not map. */
  unmappedLines: number;
  unknownUsers: UnknownIds;
  unknownItems: UnknownIds;
}

/**
 * @param columns names of the user's and the item's id column
 * @throws RecPrismError file-missing, file-unreadable, file-format, column-missing
 */
export async function readInteractions(
  file: string,
  columns: { user: string; item: string },
  users: Ids,
  items: Ids,
): Promise<MappedInteractions> {
  return withTable(file, async ({ column, query }) => {
    const [user, item] = [column(columns.user), column(columns.item)];
    const userIds = await distinctIds(query, user, "users");
    const itemIds = await distinctIds(query, item, "items");
    const [userCodes, itemCodes, counts] = (await query(
      `SELECT users.code::INTEGER, items.code::INTEGER, count(*)::DOUBLE FROM lines
       JOIN users ON users.id = coalesce(${user}, '') JOIN items ON items.id = coalesce(${item}, '') GROUP BY ALL`,
    )) as number[][];
    const userRows = userIds.ids.map((id) => users.rowOf(id) ?? -1);
    const itemRows = itemIds.ids.map((id) => items.rowOf(id) ?? -1);
    let lines = 0;
    let unmappedLines = 0;
    const mapped: { users: number[]; items: number[] } = { users: [], items: [] };
    for (let pair = 0; pair < counts.length; pair++) {
      const userRow = userRows[userCodes[pair]];
      const itemRow = itemRows[itemCodes[pair]];
      lines += counts[pair];
      if (userRow < 0 || itemRow < 0) unmappedLines += counts[pair];
      else {
        mapped.users.push(userRow);
        mapped.items.push(itemRow);
      }
    }
    return {
      interactions: byUser(mapped.users, mapped.items, users.length),
      pairs: mapped.users.length,
      lines,
      unmappedLines,
      unknownUsers: unknownIds(userIds, users),
      unknownItems: unknownIds(itemIds, items),
    };
  });
}

/** Interactions from distinct pairs in any order. */
export function byUser(userOfPair: ArrayLike<number>, itemOfPair: ArrayLike<number>, users: number): Interactions {
  const offsets = new Uint32Array(users + 1);
  for (let pair = 0; pair < userOfPair.length; pair++) offsets[userOfPair[pair] + 1]++;
  for (let user = 0; user < users; user++) offsets[user + 1] += offsets[user];
  const items = new Uint32Array(userOfPair.length);
  const next = offsets.slice();
  for (let pair = 0; pair < userOfPair.length; pair++) items[next[userOfPair[pair]]++] = itemOfPair[pair];
  for (let user = 0; user < users; user++) items.subarray(offsets[user], offsets[user + 1]).sort();
  return { offsets, items };
}

interface DistinctIds {
  /** By code, in order of first appearance. */
  ids: string[];
  lines: number[];
}

async function distinctIds(
  query: (sql: string) => Promise<unknown[][]>,
  column: string,
  table: string,
): Promise<DistinctIds> {
  await query(
    `CREATE TABLE ${table} AS SELECT id, lines, row_number() OVER (ORDER BY first) - 1 AS code FROM
     (SELECT coalesce(${column}, '') AS id, min(rowid) AS first, count(*) AS lines FROM lines GROUP BY 1)`,
  );
  const [ids, lines] = await query(`SELECT id, lines::DOUBLE FROM ${table} ORDER BY code`);
  return { ids: ids as string[], lines: lines as number[] };
}

function unknownIds({ ids, lines }: DistinctIds, known: Ids): UnknownIds {
  const result: UnknownIds = { ids: 0, lines: 0, examples: [], shift: null };
  for (const [code, id] of ids.entries()) {
    if (known.rowOf(id) !== undefined) continue;
    result.ids++;
    result.lines += lines[code];
    if (result.examples.length < 3) result.examples.push(id);
  }
  if (result.ids > 0) {
    const mapsWhenShifted = (by: number) =>
      ids.every((id) => /^\d{1,15}$/.test(id) && known.rowOf(String(Number(id) + by)) !== undefined);
    result.shift = mapsWhenShifted(-1) ? -1 : mapsWhenShifted(1) ? 1 : null;
  }
  return result;
}
