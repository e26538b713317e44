/** Interactions of which the rows are not known yet: the ids in them, each given a row, and the distinct pairs. */
import type { TableSource } from "../protocol/manifest";
import { type InteractionColumns, neededColumns, ratedHigh } from "./interactions-file";
import { type LoadedTable, type TableOptions, withTable } from "./table-database";
import { timeOf, timeUnit } from "./table-time";

export interface InteractionPairs {
  /** By row: whole numbers in their order, then all else in that of its characters, however the table is ordered. */
  userIds: string[];
  itemIds: string[];
  /** Rows of each pair, ordered by user, then item. */
  users: Uint32Array;
  items: Uint32Array;
  /** When each pair was first seen, in seconds; -Infinity where no time of it can be read. Null without timestamps. */
  times: Float64Array | null;
  lines: number;
  /** Lines without a user or an item. */
  incompleteLines: number;
  /** Other lines that are rated too low, or whose rating is no number. */
  lowLines: number;
}

/**
 * @param source its files are absolute
 * @throws RecPrismError as `withTable`, and "manifest-invalid" for a least rating without a column of ratings
 */
export async function readInteractionPairs(
  source: TableSource,
  columns: InteractionColumns,
  options: TableOptions = {},
): Promise<InteractionPairs> {
  return withTable(source, (table) => pairsOf(table, columns), { ...options, columns: neededColumns(columns) });
}

async function pairsOf(table: LoadedTable, columns: InteractionColumns): Promise<InteractionPairs> {
  const { timestamp } = columns;
  const [user, item] = [table.column(columns.user), table.column(columns.item)];
  const complete = `(${user} IS NOT NULL AND ${item} IS NOT NULL)`;
  const high = ratedHigh(table, columns);
  const time = timestamp === undefined ? null : table.column(timestamp);
  const timed = time === null ? "0" : timeOf(time, await timeUnit(table, time));
  const [lines, completeLines, usedLines] = (
    await table.query(
      `SELECT count(*), count(*) FILTER (${complete}), count(*) FILTER (${complete} AND ${high}) FROM lines`,
    )
  ).map(([count]) => Number(count));
  const idsOf = async (name: string, column: string) => {
    await table.query(
      `CREATE TABLE ${name} AS SELECT id, row_number() OVER (ORDER BY TRY_CAST(id AS HUGEINT) NULLS LAST, id) - 1 AS row
       FROM (SELECT DISTINCT ${column} AS id FROM lines WHERE ${complete} AND ${high})`,
    );
    return (await table.query(`SELECT id FROM ${name} ORDER BY row`))[0] as string[];
  };
  const userIds = await idsOf("users", user);
  const itemIds = await idsOf("items", item);

  const result = { users: new Uint32Array(usedLines), items: new Uint32Array(usedLines) };
  const times = time === null ? null : new Float64Array(usedLines);
  let pairs = 0;
  // A pair that recurs counts from its first time on: what was chosen before is no longer to be foretold.
  const chunks = table.stream(
    `SELECT users.row::INTEGER, items.row::INTEGER, coalesce(min(${timed})::DOUBLE, '-inf'::DOUBLE) FROM lines
     JOIN users ON users.id = ${user} JOIN items ON items.id = ${item} WHERE ${high} GROUP BY 1, 2 ORDER BY 1, 2`,
  );
  for await (const chunk of chunks) {
    const [ofUser, ofItem, ofTime] = [0, 1, 2].map((column) => chunk.getColumnVector(column));
    for (let line = 0; line < chunk.rowCount; line++, pairs++) {
      result.users[pairs] = ofUser.getItem(line) as number;
      result.items[pairs] = ofItem.getItem(line) as number;
      if (times !== null) times[pairs] = ofTime.getItem(line) as number;
    }
  }
  return {
    userIds,
    itemIds,
    users: result.users.slice(0, pairs),
    items: result.items.slice(0, pairs),
    times: times === null ? null : times.slice(0, pairs),
    lines,
    incompleteLines: lines - completeLines,
    lowLines: completeLines - usedLines,
  };
}
