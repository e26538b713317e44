/** Interactions from a table: distinct user-item pairs, ids mapped to rows, and a count of what does not map. */
import { RecPrismError } from "../protocol/error";
import type { Manifest, TableSource } from "../protocol/manifest";
import type { Interactions } from "./dataset";
import type { Ids } from "./ids";
import { type LoadedTable, type TableOptions, withTable } from "./table-database";
import { timeOf, timeUnit } from "./table-time";

export type InteractionColumns = Omit<NonNullable<Manifest["interactions"]>, "table">;

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
  /** Lines of the table that are rated high enough. */
  lines: number;
  /** Lines that are rated too low, or whose rating is no number. */
  lowLines: number;
  /** Lines of which user or item, or both, do not map. */
  unmappedLines: number;
  /** Lines of which the time cannot be read. */
  timelessLines: number;
  unknownUsers: UnknownIds;
  unknownItems: UnknownIds;
}

/**
 * Tens of millions of lines pass through DuckDB, which sorts them in bounded memory; only the pairs come back.
 *
 * @param source its files are absolute
 * @throws RecPrismError as `withTable`
 */
export async function readInteractions(
  source: TableSource,
  columns: InteractionColumns,
  users: Ids,
  items: Ids,
  options: TableOptions = {},
): Promise<MappedInteractions> {
  const work = (table: LoadedTable) => mapped(table, columns, users, items);
  return withTable(source, work, { ...options, columns: neededColumns(columns) });
}

/** @throws RecPrismError "manifest-invalid" for a least rating without a column of ratings */
export function neededColumns({ user, item, timestamp, rating, leastRating }: InteractionColumns): string[] {
  if (leastRating !== undefined && rating === undefined) {
    throw new RecPrismError(
      "manifest-invalid",
      "A least rating is given, but not the column that holds the rating. Name it as interactions.rating.",
      { key: "interactions.rating" },
    );
  }
  const needed = [user, item, timestamp, leastRating === undefined ? undefined : rating];
  return needed.filter((name) => name !== undefined);
}

/** SQL of whether a line is rated high enough. */
export function ratedHigh(table: LoadedTable, { rating, leastRating }: InteractionColumns): string {
  if (leastRating === undefined || rating === undefined) return "true";
  return `coalesce(TRY_CAST(lines.${table.column(rating)} AS DOUBLE) >= ${leastRating}, false)`;
}

async function mapped(
  table: LoadedTable,
  columns: InteractionColumns,
  users: Ids,
  items: Ids,
): Promise<MappedInteractions> {
  const { user, item, timestamp } = columns;
  const ofUser = await mapping(table, "users", users, `coalesce(lines.${table.column(user)}, '')`);
  const ofItem = await mapping(table, "items", items, `coalesce(lines.${table.column(item)}, '')`);
  const joined = `lines ${ofUser.join} ${ofItem.join}`;
  const high = ratedHigh(table, columns);
  const time = timestamp === undefined ? null : `lines.${table.column(timestamp)}`;
  const timed = time === null ? null : timeOf(time, await timeUnit(table, time));
  const known = `${ofUser.row} IS NOT NULL AND ${ofItem.row} IS NOT NULL`;

  const [all, lines, mappedLines, timelessLines] = (
    await table.query(
      `SELECT count(*), count(*) FILTER (${high}), count(*) FILTER (${high} AND ${known}),
       count(*) FILTER (${high} AND ${known} AND ${timed ?? "0"} IS NULL) FROM ${joined}`,
    )
  ).map(([count]) => Number(count));
  const interactions = await sortedPairs(
    table.stream(
      `SELECT (${ofUser.row})::INTEGER, (${ofItem.row})::INTEGER, (${timed ?? "0"})::DOUBLE FROM ${joined}
       WHERE ${high} AND ${known} ORDER BY 1, 2, 3 NULLS FIRST`,
    ),
    mappedLines,
    users.length,
    timed !== null,
  );
  return {
    interactions,
    pairs: interactions.items.length,
    lines,
    lowLines: all - lines,
    unmappedLines: lines - mappedLines,
    timelessLines,
    unknownUsers: await unknownIds(table, ofUser, high, users),
    unknownItems: await unknownIds(table, ofItem, high, items),
  };
}

interface Mapping {
  /** SQL of the id. */
  id: string;
  /** What joins the table of ids; nothing for numbered rows. */
  join: string;
  /** SQL of the row; NULL for an id that names none. */
  row: string;
}

async function mapping(table: LoadedTable, name: string, ids: Ids, id: string): Promise<Mapping> {
  if (ids.first === null) {
    await table.createIds(name, ids);
    return { id, join: `LEFT JOIN ${name} ON ${name}.id = ${id}`, row: `${name}.row` };
  }
  const number = `TRY_CAST(${id} AS BIGINT)`;
  const last = ids.first + ids.length - 1;
  // Only the number as it is written here: neither 007 nor 7.0.
  const names = `${number} BETWEEN ${ids.first} AND ${last} AND ${number}::VARCHAR = ${id}`;
  return { id, join: "", row: `CASE WHEN ${names} THEN ${number} - ${ids.first} END` };
}

/** Of pairs in order of user, item and time, the last of each. */
async function sortedPairs(
  chunks: ReturnType<LoadedTable["stream"]>,
  most: number,
  users: number,
  timed: boolean,
): Promise<Interactions> {
  const offsets = new Uint32Array(users + 1);
  const items = new Uint32Array(most);
  const times = timed ? new Float64Array(most) : undefined;
  let [pairs, lastUser, lastItem] = [0, -1, -1];
  for await (const chunk of chunks) {
    const [ofUser, ofItem, ofTime] = [0, 1, 2].map((column) => chunk.getColumnVector(column));
    for (let line = 0; line < chunk.rowCount; line++) {
      const [user, item] = [ofUser.getItem(line) as number, ofItem.getItem(line) as number];
      if (user !== lastUser || item !== lastItem) {
        items[pairs++] = item;
        offsets[user + 1]++;
        [lastUser, lastItem] = [user, item];
      }
      if (times !== undefined) times[pairs - 1] = (ofTime.getItem(line) as number | null) ?? Number.NaN;
    }
  }
  for (let user = 0; user < users; user++) offsets[user + 1] += offsets[user];
  // A copy takes memory for both, so that a little that is left over is borne.
  const cut = <Values extends Uint32Array | Float64Array>(values: Values) =>
    (pairs > 0.75 * most ? values.subarray(0, pairs) : values.slice(0, pairs)) as Values;
  return { offsets, items: cut(items), ...(times === undefined ? {} : { times: cut(times) }) };
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

async function unknownIds(table: LoadedTable, of: Mapping, high: string, known: Ids): Promise<UnknownIds> {
  const [[ids], [lines], [examples]] = await table.query(
    `SELECT count(*), coalesce(sum(lines), 0)::DOUBLE, to_json(coalesce(min_by(id, first, 3), [])) FROM
     (SELECT ${of.id} AS id, count(*) AS lines, min(lines.rowid) AS first FROM lines ${of.join}
      WHERE ${high} AND ${of.row} IS NULL GROUP BY 1)`,
  );
  if (Number(ids) === 0) return { ids: 0, lines: 0, examples: [], shift: null };
  return {
    ids: Number(ids),
    lines: Number(lines),
    examples: JSON.parse(String(examples)),
    shift: await shiftOf(table.stream(`SELECT DISTINCT ${of.id} FROM lines WHERE ${high}`), known),
  };
}

async function shiftOf(chunks: ReturnType<LoadedTable["stream"]>, known: Ids): Promise<1 | -1 | null> {
  const possible = new Set<1 | -1>([-1, 1]);
  for await (const chunk of chunks) {
    for (const id of chunk.getColumnValues(0) as string[]) {
      for (const by of possible) {
        if (!/^\d{1,15}$/.test(id) || known.rowOf(String(Number(id) + by)) === undefined) possible.delete(by);
      }
    }
    // What is left of the stream is of no use.
    if (possible.size === 0) break;
  }
  return [...possible][0] ?? null;
}
