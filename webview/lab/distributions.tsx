/** Where among years and among much and little used items the active ones lie, against their share overall. */
import { axisX, axisY, barY, type PlotOptions, ruleY, text } from "@observablehq/plot";
import { useCallback, useMemo } from "preact/hooks";
import type { Bin, NeuronDetail } from "../../src/protocol/neurons";
import { count, decimal, percent } from "../components/number-format";
import { Chart } from "./chart";
import type { ChartTable } from "./chart-table";
import { ShareBars } from "./share-bars";

const FOREGROUND = "var(--vscode-foreground)";
/** Width that the name of a bin takes, in pixels. */
const NAME_WIDTH = 40;

export function YearColumns({ detail: { years } }: { detail: NeuronDetail }) {
  const bins = years ?? [];
  const options = useCallback(
    (width: number): PlotOptions => {
      const every = Math.max(1, Math.ceil((bins.length * NAME_WIDTH) / (width - 52)));
      const overall = shareOf(bins);
      return {
        height: 170,
        marginLeft: 44,
        marginTop: 22,
        marginRight: 8,
        x: { domain: bins.map(({ name }) => name), label: null },
        y: { label: "share active", grid: true, domain: [0, Math.max(0.01, overall, ...bins.map(activeShare))] },
        marks: [
          axisX({
            color: FOREGROUND,
            tickSize: 0,
            ticks: bins.filter((_, bin) => bin % every === 0).map(({ name }) => name),
          }),
          axisY({ color: FOREGROUND, ticks: 4, label: "share active", tickFormat: percent }),
          barY(bins, {
            x: "name",
            y: activeShare,
            fill: "currentColor",
            inset: 0.5,
            title: (bin: Bin) => `${bin.name}: ${percent(activeShare(bin))}, ${note(bin)}`,
          }),
          ruleY([0], { stroke: FOREGROUND }),
          ruleY([overall], { stroke: FOREGROUND, strokeDasharray: "7 3" }),
          text([`all years ${percent(overall)}`], { frameAnchor: "top-right", dy: -14, fill: FOREGROUND }),
        ],
      };
    },
    [bins],
  );
  if (years === null) return <Absent title="By year" why="The items have no years." />;
  return (
    <Chart
      title="By year: share of items that activate it"
      spoken={spokenShares("year", years)}
      options={options}
      table={tableOf("Years", years)}
    />
  );
}

export function PopularityBars({ detail: { popularity } }: { detail: NeuronDetail }) {
  const bars = useMemo(() => {
    const baseRate = shareOf(popularity ?? []);
    return (popularity ?? []).map((bin) => ({ name: bin.name, share: activeShare(bin), baseRate, note: note(bin) }));
  }, [popularity]);
  if (popularity === null) return <Absent title="By popularity" why="There are no interactions to count." />;
  return (
    <ShareBars
      title="By popularity: share of items that activate it"
      spoken={spokenShares("interactions of the item", popularity)}
      axis="by interactions; share active | all items"
      bars={bars}
      table={tableOf("Interactions", popularity)}
    />
  );
}

/** Of a chart that the data does not allow. */
function Absent({ title, why }: { title: string; why: string }) {
  return (
    <section class="absent" aria-label={title}>
      <h3>{title}</h3>
      <p class="quiet">{why}</p>
    </section>
  );
}

function activeShare({ active, all }: Pick<Bin, "active" | "all">): number {
  return all === 0 ? 0 : active / all;
}

function shareOf(bins: readonly Bin[]): number {
  const total = (of: "all" | "active") => bins.reduce((sum, bin) => sum + bin[of], 0);
  return activeShare({ all: total("all"), active: total("active") });
}

function note({ active, all }: Bin): string {
  return `${count(active)} of ${count(all)} items`;
}

function spokenShares(by: string, bins: readonly Bin[]): string {
  const overall = `Share of items that activate it by ${by}: ${percent(shareOf(bins))} of all`;
  if (bins.length === 0) return overall;
  const most = bins.reduce((best, bin) => (activeShare(bin) > activeShare(best) ? bin : best));
  return `${overall}, most of ${most.name} with ${percent(activeShare(most))}`;
}

function tableOf(name: string, bins: readonly Bin[]): ChartTable {
  return {
    columns: [
      { name },
      { name: "Share active", shown: percent },
      { name: "Active items", shown: count },
      { name: "Items", shown: count },
      { name: "Mean activation", shown: decimal },
    ],
    rows: bins.map((bin) => [bin.name, activeShare(bin), bin.active, bin.all, bin.mean]),
  };
}
