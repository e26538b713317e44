/** A finding as a table: what it means, its strongest rows, and all of them as CSV. */
import type { ComponentChildren } from "preact";
import { useId, useState } from "preact/hooks";
import { count } from "../components/number-format";
import { ChartMenu } from "./chart-menu";
import type { ChartCell } from "./chart-table";

const SHOWN = 12;

export interface FindingColumn<Row> {
  name: string;
  number?: boolean;
  /** None: for the CSV alone. */
  cell?: (row: Row) => ComponentChildren;
  /** None: nothing that a CSV could hold. */
  value?: (row: Row) => ChartCell;
}

interface FindingTableProps<Row> {
  title: string;
  meaning: string;
  columns: readonly FindingColumn<Row>[];
  /** The most telling first. */
  rows: readonly Row[];
  /** What to say where there are no rows. */
  none?: string;
}

export function FindingTable<Row>({ title, meaning, columns, rows, none }: FindingTableProps<Row>) {
  const id = useId();
  const [all, setAll] = useState(false);
  const seen = columns.filter(({ cell }) => cell !== undefined);
  const exported = columns.filter(({ value }) => value !== undefined);
  const table = () => ({
    columns: exported.map(({ name }) => ({ name })),
    rows: rows.map((row) => exported.map(({ value }) => value?.(row) ?? null)),
  });
  return (
    <section class="finding chart" aria-labelledby={id}>
      <div class="finding-head">
        <h3 id={id}>{title}</h3>
        {rows.length > 0 && <ChartMenu title={title} table={table} />}
      </div>
      <p class="quiet">{rows.length === 0 ? none : meaning}</p>
      {rows.length > 0 && (
        <div class="wide">
          <table class="findings" aria-labelledby={id}>
            <thead>
              <tr>
                {seen.map(({ name, number }) => (
                  <th key={name} scope="col" class={number ? "number" : undefined}>
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {(all ? rows : rows.slice(0, SHOWN)).map((row, index) => (
                <tr key={index}>
                  {seen.map(({ name, number, cell }) => (
                    <td key={name} class={number ? "number" : undefined}>
                      {cell?.(row)}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {rows.length > SHOWN && (
        <button type="button" class="toggle" onClick={() => setAll(!all)}>
          {all ? `Show the First ${SHOWN}` : `Show All ${count(rows.length)}`}
        </button>
      )}
    </section>
  );
}
