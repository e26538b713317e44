/** Tables of metadata: what a table holds, and its columns as text. */
import type { TableSource } from "../protocol/manifest";
import { type LoadedTable, type TableOptions, withTable } from "./table-database";

export interface TableColumn {
  name: string;
  /** `integer`: every value is a whole number without leading zeros. */
  type: "integer" | "number" | "text";
  /** Lines without a value. */
  empty: number;
  distinct: number;
  /** Extremes of an integer column; null otherwise. */
  smallest: number | null;
  largest: number | null;
  /** Whether line n holds the smallest value plus n. */
  consecutive: boolean;
  /** How many lines hold each of these within the value. */
  separators: Record<TagSeparator, number>;
}

export const TAG_SEPARATORS = ["|", ";", ","] as const;
export type TagSeparator = (typeof TAG_SEPARATORS)[number];

export interface TableDescription {
  columns: TableColumn[];
  /** Lines that the columns tell of: all, or those of a sample. */
  rows: number;
  /** About how many lines there are, where only a sample was read, so that nothing is sure of the others; otherwise null. */
  estimatedRows: number | null;
  /** Of delimited text without a stated header: its first line looks like data, so that it likely has no header. */
  headerLooksLikeData: boolean;
}

/**
 * @param source  its files are absolute
 * @param options with `sampledBeyond`, no time is lost on a large file
 * @throws RecPrismError as `withTable`
 */
export async function describeTable(source: TableSource, options: TableOptions = {}): Promise<TableDescription> {
  const describe = async ({ columns: names, headerLooksLikeData, share, query }: LoadedTable) => {
    const rows = Number((await query("SELECT count(*) FROM lines"))[0][0]);
    const estimatedRows = share < 1 ? Math.round(rows / share) : null;
    const measured: (number | null)[][] = [];
    for (let from = 0; from < names.length; from += COLUMNS_AT_ONCE) {
      const some = names.slice(from, from + COLUMNS_AT_ONCE).map((_, index) => columnMeasures(`c${from + index}`));
      const values = (await query(`SELECT ${some.flat().join(", ")} FROM lines`)).map(([value]) =>
        value === null ? null : Number(value),
      );
      for (const measures of some) measured.push(values.splice(0, measures.length));
    }
    const columns = names.map((name, index): TableColumn => {
      const [filled, distinct, integers, numbers, smallest, largest, leastStep, largestStep, ...separators] =
        measured[index];
      const type = filled === 0 || numbers !== filled ? "text" : integers === filled ? "integer" : "number";
      return {
        name,
        type,
        empty: rows - (filled ?? 0),
        distinct: distinct ?? 0,
        smallest: type === "integer" ? smallest : null,
        largest: type === "integer" ? largest : null,
        consecutive: estimatedRows === null && type === "integer" && leastStep === largestStep && filled === rows,
        separators: Object.fromEntries(
          TAG_SEPARATORS.map((separator, at) => [separator, separators[at] ?? 0]),
        ) as TableColumn["separators"],
      };
    });
    return { columns, rows, estimatedRows, headerLooksLikeData };
  };
  return withTable(source, describe, options);
}

/** Whether a table may have so many lines, by what is known of it. */
export function mayHaveRows({ rows, estimatedRows }: TableDescription, wanted: number): boolean {
  return estimatedRows === null ? rows === wanted : Math.abs(estimatedRows - wanted) < ESTIMATE_OFF_BY * wanted;
}

/** `1,000`, or `about 1,000` */
export function countedRows({ rows, estimatedRows }: TableDescription): string {
  return estimatedRows === null ? rows.toLocaleString("en") : `about ${roundedCount(estimatedRows)}`;
}

/** To two digits: more would look sure. */
function roundedCount(count: number): string {
  return Number(count.toPrecision(2)).toLocaleString("en");
}

/** Lines grow longer or shorter towards the end of a file. */
const ESTIMATE_OFF_BY = 0.25;

/**
 * Columns as text in file order: element n is line n after the header; "" where there is no value.
 *
 * @param source its files are absolute
 * @throws RecPrismError as `withTable`
 */
export async function readTable(
  source: TableSource,
  columns: readonly string[],
  options: TableOptions = {},
): Promise<string[][]> {
  const names = [...new Set(columns)];
  if (names.length === 0) return [];
  const read = async ({ column, query }: LoadedTable) => {
    const wanted = names.map((name) => `coalesce(${column(name)}, '')`).join(", ");
    const values = (await query(`SELECT ${wanted} FROM lines ORDER BY rowid`)) as string[][];
    return columns.map((name) => values[names.indexOf(name)]);
  };
  return withTable(source, read, { ...options, columns: names });
}

/** What is counted of them is kept in memory for each. */
const COLUMNS_AT_ONCE = 16;

function columnMeasures(column: string): string[] {
  return [
    `count(${column})`,
    `count(DISTINCT ${column})`,
    `count(*) FILTER (TRY_CAST(${column} AS BIGINT)::VARCHAR = ${column} AND abs(TRY_CAST(${column} AS BIGINT)) < 1e15)`,
    `count(TRY_CAST(${column} AS DOUBLE))`,
    `min(TRY_CAST(${column} AS BIGINT))`,
    `max(TRY_CAST(${column} AS BIGINT))`,
    `min(TRY_CAST(${column} AS BIGINT) - rowid)`,
    `max(TRY_CAST(${column} AS BIGINT) - rowid)`,
    ...TAG_SEPARATORS.map((separator) => `count(*) FILTER (contains(${column}, '${separator}'))`),
  ];
}
