/** Tables of metadata: what a CSV or TSV file holds, and its columns as text. */
import { withTable } from "./table-database";

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
  rows: number;
}

/** @throws RecPrismError file-missing, file-unreadable, file-format */
export async function describeTable(file: string): Promise<TableDescription> {
  return withTable(file, async ({ header, query }) => {
    const measures = header.columns.flatMap((_, index) => columnMeasures(`c${index}`));
    const values = (await query(`SELECT count(*), ${measures.join(", ")} FROM lines`)).map(([value]) =>
      value === null ? null : Number(value),
    );
    const rows = values[0] ?? 0;
    const width = measures.length / header.columns.length;
    const columns = header.columns.map((name, index): TableColumn => {
      const [filled, distinct, integers, numbers, smallest, largest, leastStep, largestStep, ...separators] =
        values.slice(1 + index * width, 1 + (index + 1) * width);
      const type = filled === 0 || numbers !== filled ? "text" : integers === filled ? "integer" : "number";
      return {
        name,
        type,
        empty: rows - (filled ?? 0),
        distinct: distinct ?? 0,
        smallest: type === "integer" ? smallest : null,
        largest: type === "integer" ? largest : null,
        consecutive: type === "integer" && leastStep === largestStep && filled === rows,
        separators: Object.fromEntries(
          TAG_SEPARATORS.map((separator, at) => [separator, separators[at] ?? 0]),
        ) as TableColumn["separators"],
      };
    });
    return { columns, rows };
  });
}

/**
 * Columns as text in file order: element n is line n after the header; "" where there is no value.
 *
 * @throws RecPrismError file-missing, file-unreadable, file-format, column-missing
 */
export async function readTable(file: string, columns: readonly string[]): Promise<string[][]> {
  const names = [...new Set(columns)];
  if (names.length === 0) return [];
  return withTable(file, async ({ column, query }) => {
    const wanted = names.map((name) => `coalesce(${column(name)}, '')`).join(", ");
    const read = (await query(`SELECT ${wanted} FROM lines ORDER BY rowid`)) as string[][];
    return columns.map((name) => read[names.indexOf(name)]);
  });
}

function columnMeasures(column: string): string[] {
  return [
    `count(${column})`,
    `count(DISTINCT ${column})`,
    `count(*) FILTER (regexp_full_match(${column}, '0|-?[1-9][0-9]{0,14}'))`,
    `count(TRY_CAST(${column} AS DOUBLE))`,
    `min(TRY_CAST(${column} AS BIGINT))`,
    `max(TRY_CAST(${column} AS BIGINT))`,
    `min(TRY_CAST(${column} AS BIGINT) - rowid)`,
    `max(TRY_CAST(${column} AS BIGINT) - rowid)`,
    ...TAG_SEPARATORS.map((separator) => `count(*) FILTER (contains(${column}, '${separator}'))`),
  ];
}
