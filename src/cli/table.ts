/** Aligned text tables for the terminal. */

export interface Column<Row> {
  heading: string;
  align?: "left" | "right";
  /** Longer cells are cut with an ellipsis. */
  widest?: number;
  cell(row: Row): string;
}

export function table<Row>(rows: readonly Row[], columns: readonly Column<Row>[]): string {
  const cells = rows.map((row) => columns.map((column) => cut(printable(column.cell(row)), column.widest)));
  const widths = columns.map((column, index) =>
    Math.max(column.heading.length, ...cells.map((line) => [...line[index]].length)),
  );
  const line = (texts: readonly string[]) =>
    texts
      .map((text, index) => {
        const space = " ".repeat(widths[index] - [...text].length);
        return columns[index].align === "right" ? space + text : text + space;
      })
      .join("  ")
      .trimEnd();
  return [line(columns.map(({ heading }) => heading)), ...cells.map(line)].join("\n");
}

/** Titles come from files: control characters must not reach the terminal. */
export function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, " ");
}

function cut(text: string, widest = Number.POSITIVE_INFINITY): string {
  const characters = [...text];
  return characters.length <= widest ? text : `${characters.slice(0, widest - 1).join("")}…`;
}
