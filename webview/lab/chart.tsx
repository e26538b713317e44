/** A chart from Observable Plot: drawn to the width there is, in the theme's colours, with a table for those who listen. */
import { type PlotOptions, plot } from "@observablehq/plot";
import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";

interface ChartProps {
  title: string;
  /** What the chart shows, in a sentence. */
  spoken: string;
  /** Options for a chart of this width in pixels. */
  options: (width: number) => PlotOptions;
  /** Rows of the table that says the same. */
  columns: readonly string[];
  rows: readonly (readonly string[])[];
  children?: ComponentChildren;
}

export function Chart({ title, spoken, options, columns, rows, children }: ChartProps) {
  const drawing = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);

  useLayoutEffect(() => {
    const element = drawing.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => setWidth(Math.floor(element.clientWidth)));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  useLayoutEffect(() => {
    if (width === 0) return;
    const chart = plot({ className: "plot", width, ...options(width) });
    // Plot brings its own <style>, which the content security policy forbids; chart.css says the same.
    chart.querySelector("style")?.remove();
    chart.setAttribute("aria-hidden", "true");
    drawing.current?.replaceChildren(chart);
  }, [width, options]);

  return (
    <figure class="chart" aria-label={spoken}>
      <figcaption>{title}</figcaption>
      <div ref={drawing} class="drawing" />
      <table class="spoken">
        <caption>{title}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row[0]}>
              {row.map((cell, index) => (
                <td key={columns[index]}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {children}
    </figure>
  );
}
