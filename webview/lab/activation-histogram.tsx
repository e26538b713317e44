/** How strongly the items that activate a neuron do so, and from where on they count as typical. */
import { axisX, axisY, type PlotOptions, rectY, ruleX, ruleY, text } from "@observablehq/plot";
import { useCallback } from "preact/hooks";
import type { NeuronDetail } from "../../src/protocol/neurons";
import { count, decimal } from "../components/number-format";
import { Chart } from "./chart";

const FOREGROUND = "var(--vscode-foreground)";

export function ActivationHistogram({ detail }: { detail: NeuronDetail }) {
  const { edges, items } = detail.activationHistogram;
  const bins = items.map((value, index) => ({ from: edges[index], to: edges[index + 1], items: value }));
  const options = useCallback(
    (): PlotOptions => ({
      height: 200,
      marginBottom: 36,
      marginLeft: 44,
      marginTop: 46,
      x: { label: "activation", domain: [edges[0] ?? 0, edges.at(-1) ?? 1] },
      y: { label: "items", grid: true },
      marks: [
        axisX({ color: FOREGROUND, ticks: 6, label: "activation" }),
        axisY({ color: FOREGROUND, ticks: 4, label: "items", tickFormat: "~s" }),
        rectY(bins, {
          x1: "from",
          x2: "to",
          y: "items",
          fill: "currentColor",
          insetLeft: 0.5,
          insetRight: 0.5,
          title: (bin: (typeof bins)[number]) =>
            `${decimal(bin.from)} to ${decimal(bin.to)}: ${count(bin.items)} items`,
        }),
        ruleY([0], { stroke: FOREGROUND }),
        ...thresholdMarks(detail),
      ],
    }),
    [detail],
  );
  return (
    <Chart
      title="How strongly items activate it"
      spoken={spokenHistogram(detail)}
      options={options}
      table={{
        columns: [
          { name: "Activation from", shown: decimal },
          { name: "to", shown: decimal },
          { name: "Items", shown: count },
        ],
        rows: bins.map((bin) => [bin.from, bin.to, bin.items]),
      }}
    />
  );
}

/** Lines from top to bottom, each with its name above, one name a line so that they never lie on each other. */
function thresholdMarks({ thresholds, activationHistogram }: NeuronDetail) {
  if (thresholds === null) return [];
  const { borderline, typicalFrom, typicalTo } = thresholds;
  const largest = activationHistogram.edges.at(-1) ?? 1;
  const name = (at: number, line: number, words: string) =>
    text([words], {
      x: at,
      frameAnchor: at > 0.6 * largest ? "top-right" : "top-left",
      textAnchor: at > 0.6 * largest ? "end" : "start",
      dx: at > 0.6 * largest ? -3 : 3,
      dy: -24 + 13 * line,
      fill: FOREGROUND,
    });
  return [
    // Lines cross bars of any colour.
    ruleX([borderline, typicalFrom, typicalTo], { stroke: "var(--vscode-editor-background)", strokeWidth: 4 }),
    ruleX([borderline], { stroke: FOREGROUND, strokeDasharray: "2 3", strokeWidth: 1.5 }),
    ruleX([typicalFrom, typicalTo], { stroke: FOREGROUND, strokeDasharray: "7 3", strokeWidth: 1.5 }),
    name(borderline, 0, `borderline below ${decimal(borderline)}`),
    name(typicalFrom, 1, `typical ${decimal(typicalFrom)} to ${decimal(typicalTo)}`),
  ];
}

function spokenHistogram({ activeItems, largestItemActivation, thresholds }: NeuronDetail): string {
  const range = `Histogram of activations: ${count(activeItems)} active items, from 0 to ${decimal(largestItemActivation)}`;
  if (thresholds === null) return range;
  const { borderline, typicalFrom, typicalTo } = thresholds;
  return `${range}; borderline below ${decimal(borderline)}, typical from ${decimal(typicalFrom)} to ${decimal(typicalTo)}`;
}
