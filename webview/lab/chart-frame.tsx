/** What every chart has around its drawing: a title, a menu to copy it, and a table for those who listen. */
import type { ComponentChildren } from "preact";
import { ChartMenu } from "./chart-menu";
import { type ChartTable, cellText } from "./chart-table";

interface ChartFrameProps {
  title: string;
  /** What the chart shows, in a sentence. */
  spoken: string;
  table: ChartTable;
  /** What a CSV holds, where that is more than the table. */
  exported?: () => ChartTable;
  picture: (lines: readonly string[]) => Promise<Blob>;
  children: ComponentChildren;
}

export function ChartFrame({ title, spoken, table, exported, picture, children }: ChartFrameProps) {
  const { columns, rows } = table;
  return (
    <figure class="chart" aria-label={spoken}>
      <figcaption>
        <span class="chart-title">{title}</span>
        <ChartMenu title={title} picture={picture} table={exported ?? (() => table)} />
      </figcaption>
      {children}
      {/* Of a table itself the width would be that of its words. */}
      <div class="spoken">
        <table>
          <caption>{title}</caption>
          <thead>
            <tr>
              {columns.map(({ name }) => (
                <th key={name} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row, index) => (
              <tr key={index}>
                {row.map((cell, column) => (
                  <td key={columns[column].name}>{cellText(cell, columns[column])}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </figure>
  );
}
