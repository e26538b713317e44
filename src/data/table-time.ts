/** Times in a column of text: seconds or parts of them since 1970, or dates in the ways that they are commonly written. */
import type { LoadedTable } from "./table-database";

/** Divides the numbers of a column to give seconds. */
export type TimeUnit = 1 | 1e3 | 1e6 | 1e9;

/** 1e11 seconds are the year 5138; 1e11 milliseconds are 1973. */
const LARGEST_SECONDS = 1e11;

const FORMATS = [
  "%d-%b-%Y",
  "%d/%b/%Y:%H:%M:%S %z",
  "%m/%d/%Y",
  "%m/%d/%Y %H:%M",
  "%m/%d/%Y %H:%M:%S",
  "%d.%m.%Y",
  "%d.%m.%Y %H:%M:%S",
  "%m %d, %Y",
  "%B %d, %Y",
  "%b %d, %Y",
  "%a %b %d %H:%M:%S %z %Y",
  "%Y%m%dT%H%M%S",
];

/**
 * What the numbers of a column count, judged by the middle one.
 *
 * @param column as SQL
 */
export async function timeUnit({ query }: Pick<LoadedTable, "query">, column: string): Promise<TimeUnit> {
  const [[middle]] = await query(`SELECT approx_quantile(abs(TRY_CAST(${column} AS DOUBLE)), 0.5) FROM lines`);
  const number = Number(middle ?? 0);
  return ([1, 1e3, 1e6] as const).find((unit) => number < LARGEST_SECONDS * unit) ?? 1e9;
}

/** SQL of the time in seconds since 1970, UTC where nothing else is said; NULL for what is no time. */
export function timeOf(column: string, unit: TimeUnit): string {
  const formats = FORMATS.map((format) => `'${format}'`).join(", ");
  return `coalesce(TRY_CAST(${column} AS DOUBLE) / ${unit}, epoch(TRY_CAST(${column} AS TIMESTAMPTZ)), epoch(try_strptime(${column}, [${formats}])))`;
}
