/** How strongly the items that activate a neuron do so. */
import { axisX, axisY, type PlotOptions, rectY, ruleY } from "@observablehq/plot";
import { useCallback } from "preact/hooks";
import type { NeuronDetail } from "../../src/protocol/engine";
import { count, decimal } from "../components/number-format";
import { Chart } from "./chart";

export function ActivationHistogram({ detail }: { detail: NeuronDetail }) {
  const { edges, items } = detail.activationHistogram;
  const bins = items.map((value, index) => ({ from: edges[index], to: edges[index + 1], items: value }));
  const options = useCallback(
    (): PlotOptions => ({
      height: 170,
      marginLeft: 44,
      marginTop: 22,
      x: { label: "activation" },
      y: { label: "items", grid: true },
      marks: [
        axisX({ color: "var(--vscode-foreground)", ticks: 6, label: "activation" }),
        axisY({ color: "var(--vscode-foreground)", ticks: 4, label: "items", tickFormat: "~s" }),
        rectY(bins, { x1: "from", x2: "to", y: "items", fill: "currentColor", insetLeft: 0.5, insetRight: 0.5 }),
        ruleY([0], { stroke: "var(--vscode-foreground)" }),
      ],
    }),
    [detail],
  );
  return (
    <Chart
      title="How strongly items activate it"
      spoken={`Histogram of activations: ${count(detail.activeItems)} active items, from 0 to ${decimal(detail.largestItemActivation)}`}
      options={options}
      columns={["Activation", "Items"]}
      rows={bins.map((bin) => [`${decimal(bin.from)} to ${decimal(bin.to)}`, count(bin.items)])}
    />
  );
}
