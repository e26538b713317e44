/** A chart from Observable Plot: drawn to the width there is, in the theme's colours. */
import { type PlotOptions, plot } from "@observablehq/plot";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { ChartFrame } from "./chart-frame";
import { pictureOfSvg } from "./chart-picture";
import type { ChartTable } from "./chart-table";

/** Of an axis: how long names beside bars may get, in ems of a chart's text, so that they stay within the margin. */
export function nameWidth(margin: number): number {
  return Math.max(2, (margin - 14) / 11);
}

interface ChartProps {
  title: string;
  /** What the chart shows, in a sentence. */
  spoken: string;
  /** Options for a chart of this width in pixels. */
  options: (width: number) => PlotOptions;
  /** The same in numbers. */
  table: ChartTable;
}

export function Chart({ title, spoken, options, table }: ChartProps) {
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

  const picture = async (lines: readonly string[]) => {
    const svg = drawing.current?.querySelector("svg");
    if (svg == null) throw new Error("the chart is not drawn yet");
    return pictureOfSvg(svg, lines);
  };
  return (
    <ChartFrame title={title} spoken={spoken} table={table} picture={picture}>
      <div ref={drawing} class="drawing" />
    </ChartFrame>
  );
}
