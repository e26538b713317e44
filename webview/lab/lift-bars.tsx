/** Concepts that a neuron's strongest items bear more often than chance would have it. */
import { axisX, axisY, barX, type PlotOptions, ruleX, text } from "@observablehq/plot";
import { useCallback } from "preact/hooks";
import type { ConceptEvidence } from "../../src/protocol/artifact";
import type { NeuronDetail } from "../../src/protocol/neurons";
import { percent, shareWithBase, times } from "../components/number-format";
import { Chart, nameWidth } from "./chart";

const BAR_HEIGHT = 22;

export function LiftBars({ detail }: { detail: NeuronDetail }) {
  const own = detail.evidence?.concept;
  const bars = detail.lifts.map((lift) => ({
    ...lift,
    name: lift.concept === own ? `${lift.label} (label)` : lift.label,
    note: `${times(lift.lift)}  ${shareWithBase(lift.precision10, lift.baseRate)}`,
  }));
  const options = useCallback(
    (width: number): PlotOptions => ({
      height: bars.length * BAR_HEIGHT + 44,
      marginLeft: nameMargin(width),
      marginRight: 112,
      marginTop: 6,
      x: { label: "lift", domain: [0, Math.max(1.5, ...bars.map((bar) => bar.lift))] },
      y: { domain: bars.map((bar) => bar.concept), label: null },
      marks: [
        axisX({ color: "var(--vscode-foreground)", ticks: 5, label: "lift, 1 = chance" }),
        axisY({
          color: "var(--vscode-foreground)",
          tickSize: 0,
          lineWidth: nameWidth(nameMargin(width)),
          textOverflow: "ellipsis-end",
          tickFormat: (concept: string) => bars.find((bar) => bar.concept === concept)?.name ?? concept,
        }),
        barX(bars, {
          x: "lift",
          y: "concept",
          fill: "currentColor",
          fillOpacity: ownOpacity(own),
          inset: 2,
          title: ({ label, of, lift, precision10, baseRate }: ConceptEvidence) =>
            `${label}: ${times(lift)}, precision@10 ${percent(precision10)} on held-out ${of}, base rate ${percent(baseRate)}`,
        }),
        text(bars, {
          // Clear of the line at 1.
          x: (bar: ConceptEvidence) => Math.max(1, bar.lift),
          y: "concept",
          text: "note",
          textAnchor: "start",
          dx: 5,
          fill: "var(--vscode-foreground)",
        }),
        ruleX([1], { stroke: "var(--vscode-foreground)", strokeDasharray: "2 3" }),
      ],
    }),
    [detail],
  );
  if (bars.length === 0) return null;
  return (
    <Chart
      title="Concept lift, precision@10 | base rate"
      spoken={`Lift of ${bars.length} concepts; highest: ${bars[0].label}, ${times(bars[0].lift)}`}
      options={options}
      table={{
        columns: [
          { name: "Concept" },
          { name: "Lift", shown: times },
          { name: "Precision@10", shown: percent },
          { name: "Base rate", shown: percent },
        ],
        rows: bars.map((bar) => [bar.name, bar.lift, bar.precision10, bar.baseRate]),
      }}
    />
  );
}

function nameMargin(width: number): number {
  return Math.min(150, width / 3);
}

/** The label's own concept is drawn full; its name says so too. */
function ownOpacity(own: string | undefined): (bar: { concept: string }) => number {
  return (bar) => (own === undefined || bar.concept === own ? 1 : 0.55);
}
