/** Shares as bars, each with the share that chance would give drawn across it as a line. */
import { axisX, axisY, barX, type PlotOptions, text, tickX } from "@observablehq/plot";
import { useCallback } from "preact/hooks";
import { percent, shareWithBase } from "../components/number-format";
import { Chart, nameWidth } from "./chart";
import type { ChartTable } from "./chart-table";

const ROW_HEIGHT = 20;
/** Of a letter of a name, about. */
const NAME_STEP = 6.2;
const FOREGROUND = "var(--vscode-foreground)";

export interface ShareBar {
  name: string;
  share: number;
  baseRate: number;
  /** Of how many: `31 of 210 items`. */
  note: string;
}

interface ShareBarsProps {
  title: string;
  spoken: string;
  /** Below the bars: `share of women among …`. */
  axis: string;
  bars: readonly ShareBar[];
  table: ChartTable;
}

export function ShareBars({ title, spoken, axis, bars, table }: ShareBarsProps) {
  const options = useCallback(
    (width: number): PlotOptions => {
      const longest = Math.max(...bars.map(({ name }) => name.length));
      const marginLeft = Math.min(Math.max(60, NAME_STEP * longest + 18), width / 2.4);
      const largest = Math.max(0.01, ...bars.flatMap(({ share, baseRate }) => [share, baseRate]));
      return {
        height: bars.length * ROW_HEIGHT + 50,
        marginBottom: 42,
        marginLeft,
        marginRight: 76,
        marginTop: 8,
        x: { label: axis, domain: [0, largest] },
        y: { domain: bars.map((_, index) => index), label: null },
        marks: [
          axisX({ color: FOREGROUND, ticks: 4, label: axis, tickFormat: percent }),
          axisY({
            color: FOREGROUND,
            tickSize: 0,
            lineWidth: nameWidth(marginLeft),
            textOverflow: "ellipsis-end",
            tickFormat: (index: number) => bars[index]?.name ?? "",
          }),
          barX(bars, {
            x: "share",
            y: (_: ShareBar, index: number) => index,
            fill: "currentColor",
            insetTop: 3,
            insetBottom: 3,
            title: ({ name, share, baseRate, note }: ShareBar) =>
              `${name}: ${percent(share)}, ${note}; base rate ${percent(baseRate)}`,
          }),
          tickX(bars, {
            x: "baseRate",
            y: (_: ShareBar, index: number) => index,
            stroke: FOREGROUND,
            strokeWidth: 2,
          }),
          text(bars, {
            x: ({ share, baseRate }: ShareBar) => Math.max(share, baseRate),
            y: (_: ShareBar, index: number) => index,
            text: ({ share, baseRate }: ShareBar) => shareWithBase(share, baseRate),
            textAnchor: "start",
            dx: 6,
            fill: FOREGROUND,
          }),
        ],
      };
    },
    [bars],
  );
  return <Chart title={title} spoken={spoken} options={options} table={table} />;
}
