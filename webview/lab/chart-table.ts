/** The numbers behind a chart: as a table for those who listen, and as CSV for other programs. */

export interface ChartColumn {
  name: string;
  /** How a number of the column reads; numbers of a CSV stay as they are. */
  shown?: (value: number) => string;
}

export type ChartCell = string | number | null;

export interface ChartTable {
  columns: readonly ChartColumn[];
  rows: readonly (readonly ChartCell[])[];
}

export function cellText(cell: ChartCell, column: ChartColumn): string {
  if (cell === null) return "–";
  return typeof cell === "number" ? (column.shown?.(cell) ?? String(cell)) : cell;
}

/** RFC 4180, lines ended by CR LF. */
export function csvText({ columns, rows }: ChartTable): string {
  const lines = [columns.map(({ name }) => name), ...rows];
  return lines.map((line) => `${line.map(csvCell).join(",")}\r\n`).join("");
}

/** A spreadsheet would run text that starts like a formula; an apostrophe before it makes it text. */
const FORMULA = /^[=+\-@\t\r]/;

function csvCell(cell: ChartCell): string {
  if (cell === null || (typeof cell === "number" && !Number.isFinite(cell))) return "";
  if (typeof cell === "number") return String(cell);
  const text = FORMULA.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
