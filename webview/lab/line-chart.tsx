/** A chart of lines, told apart by dash pattern and by the names in the right margin. */
import { axisX, axisY, line, type Markish, type PlotOptions, ruleY, text } from "@observablehq/plot";
import { useCallback } from "preact/hooks";
import { compact, count, significant } from "../components/number-format";
import { Chart } from "./chart";
import type { ChartLine, CurveChart } from "./curve-charts";
import { spreadLabels } from "./spread-labels";

interface LineStyle {
  colour: string;
  /** Lengths of strokes and gaps; none for a line without gaps. */
  dashes: string | undefined;
}

/** The charts' orange and yellow are too pale for a line in some of VS Code's own themes. */
export const LINE_STYLES: readonly LineStyle[] = [
  { colour: "var(--vscode-charts-blue, var(--vscode-foreground))", dashes: undefined },
  { colour: "var(--vscode-charts-purple, var(--vscode-foreground))", dashes: "7 3" },
  { colour: "var(--vscode-charts-green, var(--vscode-foreground))", dashes: "2 2.5" },
  { colour: "var(--vscode-foreground)", dashes: "9 3 2 3" },
  { colour: "var(--vscode-charts-red, var(--vscode-foreground))", dashes: "14 4" },
  { colour: "var(--quiet)", dashes: "1 5" },
  { colour: "var(--vscode-charts-blue, var(--vscode-foreground))", dashes: "3 7" },
];

const HEIGHT = 190;
const LEFT = 46;
const TOP = 26;
const BOTTOM = 36;
const LABEL_GAP = 13;
/** Of a character of a name, in pixels. */
const CHARACTER = 6.4;
/** Length of the piece of line before a name. */
const SAMPLE = 26;

interface LineChartProps {
  chart: CurveChart;
  /** What the lines run over, from `from` to `to`. */
  axis?: string;
  from?: number;
  to: number;
  /** How a value of the horizontal axis reads. */
  shown?: (at: number) => string;
  /** Of the vertical axis. */
  tickFormat?: (value: number) => string;
  height?: number;
  /** Drawn before the lines. */
  behind?: readonly Markish[];
}

export function LineChart(props: LineChartProps) {
  const { chart, axis = "step", from = 0, to, shown = compact, tickFormat = compact, height = HEIGHT, behind } = props;
  const { title, unit, scale, domain, lines } = chart;
  const drawn = lines.filter(({ points }) => points.length > 0);
  const options = useCallback(
    (width: number): PlotOptions => {
      const longest = Math.max(0, ...lines.map(({ name }) => name.length));
      const right = Math.ceil(SAMPLE + 14 + CHARACTER * longest);
      const end = to > from ? to : from + 1;
      const perPixel = (end - from) / Math.max(1, width - LEFT - right);
      const labels = names(drawn, chart, height);
      const ticks = scale === "log" ? logTicks(domain) : 4;
      const foreground = "var(--vscode-foreground)";
      return {
        height,
        marginLeft: LEFT,
        marginTop: TOP,
        marginBottom: BOTTOM,
        marginRight: right,
        x: { domain: [from, end] },
        y: { domain: [...domain], type: scale, grid: true, ticks },
        marks: [
          axisX({ color: foreground, ticks: 4, label: axis, tickFormat: shown }),
          axisY({ color: foreground, ticks, label: unit, tickFormat }),
          ruleY([Math.max(domain[0], Math.min(0, domain[1]))], { stroke: foreground }),
          ...(behind ?? []),
          // A line of one point would not be seen.
          ...drawn.map(({ points, style }) => styledLine(points, style, points.length === 1 ? "dot" : undefined)),
          // Before each name a piece of its line.
          ...labels.map(({ style, value }) =>
            styledLine(
              [4, 4 + SAMPLE].map((pixels) => ({ at: end + pixels * perPixel, value })),
              style,
            ),
          ),
          text(labels, {
            x: () => end,
            y: "value",
            text: "name",
            textAnchor: "start",
            dx: SAMPLE + 9,
            fill: foreground,
          }),
        ],
      };
    },
    [chart, axis, from, to, shown, tickFormat, height, behind],
  );
  const everywhere = [...new Set(drawn.flatMap(({ points }) => points.map(({ at }) => at)))].sort((a, b) => a - b);
  return (
    <Chart
      title={title}
      spoken={spoken(title, drawn)}
      options={options}
      table={{
        columns: [
          { name: `${axis[0].toUpperCase()}${axis.slice(1)}`, shown: axis === "step" ? count : shown },
          ...drawn.map(({ name }) => ({ name, shown: significant })),
        ],
        rows: everywhere.map((at) => [at, ...drawn.map(({ points }) => valueAt(points, at))]),
      }}
    />
  );
}

function styledLine(points: ChartLine["points"], style: number, marker?: "dot") {
  const { colour, dashes } = LINE_STYLES[style];
  return line(points, {
    x: "at",
    y: "value",
    stroke: colour,
    strokeDasharray: dashes,
    strokeWidth: 1.75,
    marker,
  });
}

/** `Loss, log scale: total from 1.2 to 0.31; prediction from …` */
function spoken(title: string, lines: readonly ChartLine[]): string {
  if (lines.length === 0) return `${title}: no points yet`;
  const ends = lines.map(
    ({ name, points }) => `${name} from ${significant(points[0].value)} to ${significant(points.at(-1)!.value)}`,
  );
  return `${title}: ${ends.join("; ")}`;
}

function valueAt(points: ChartLine["points"], at: number): number | null {
  return points.find((point) => point.at === at)?.value ?? null;
}

const MOST_TICKS = 6;

/** Powers of ten between the ends, with their multiples by 2 and 5 where these are not too many. */
function logTicks([low, high]: readonly [number, number]): number[] {
  const powers: number[] = [];
  for (let power = 10 ** Math.floor(Math.log10(low)); power <= high; power *= 10) powers.push(power);
  const within = (ticks: number[]) => ticks.filter((tick) => tick >= 0.999 * low && tick <= 1.001 * high);
  const fine = within(powers.flatMap((power) => [power, 2 * power, 5 * power]));
  return fine.length <= MOST_TICKS ? fine : within(powers);
}

/** Names beside the last values, moved apart where they would lie on each other; positions in the units of the data. */
function names(lines: readonly ChartLine[], { domain: [low, high], scale }: CurveChart, chartHeight: number) {
  const height = chartHeight - TOP - BOTTOM;
  const share = (value: number) =>
    scale === "log" ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low);
  const value = (of: number) => (scale === "log" ? low * (high / low) ** of : low + of * (high - low));
  const positions = spreadLabels(
    lines.map(({ points }) => height * (1 - share(points[points.length - 1].value))),
    LABEL_GAP,
    height,
  );
  return lines.map(({ name, style }, index) => ({ name, style, value: value(1 - positions[index] / height) }));
}
