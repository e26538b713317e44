/** Dose and response: shares and accuracy over the strength of an edit, with its controls on the same axes. */
import { areaY, ruleX, ruleY, text } from "@observablehq/plot";
import { useMemo } from "preact/hooks";
import type { DoseCurve, DosePoint } from "../../src/protocol/effect";
import { decimal, percent, signedPercent } from "../components/number-format";
import type { ChartLine, CurveChart } from "./curve-charts";
import { LINE_STYLES, LineChart } from "./line-chart";

const HEIGHT = 250;
/** Line styles: what is the same looks the same in both charts. */
const TARGET = 0;
const FIRST_OTHER = 1;
const MOST_OTHERS = 3;
const RANDOM = 4;
const OPPOSITE = 5;
const TAG_FILTER = 6;

interface DoseChartProps {
  curve: DoseCurve;
  /** What is edited: `Horror`. */
  name: string;
  /** The strength that the recipe has; null where it is of another operation. */
  now: number | null;
}

export function DoseCharts({ curve, name, now }: DoseChartProps) {
  const strengths = curve.points.map(({ strength }) => strength);
  const [from, to] = [Math.min(...strengths), Math.max(...strengths)];
  const axis = `${AXES[curve.operation]} ${name}`;
  const accuracy = curve.points.some(({ ndcg20Change }) => ndcg20Change !== null);
  const shares = useMemo(() => sharesChart(curve), [curve]);
  const costs = useMemo(() => (accuracy ? accuracyChart(curve) : overlapChart(curve)), [curve, accuracy]);
  const here = now !== null && now >= from && now <= to ? [ruleX([now], NOW), text([now], NOW_NAME)] : [];
  const nowKey = here.length === 0 ? null : now;
  const behindShares = useMemo(
    () => [
      ...band(curve.points, ({ share }) => share?.interval ?? null),
      ...(curve.concept === null ? [] : [ruleY([curve.concept.baseRate], BASE_RATE)]),
      ...here,
    ],
    [curve, nowKey],
  );
  const behindCosts = useMemo(
    () => [...(accuracy ? band(curve.points, ({ ndcg20Change }) => ndcg20Change?.interval ?? null) : []), ...here],
    [curve, accuracy, nowKey],
  );
  const common = { axis, from, to, shown: decimal, height: HEIGHT };
  return (
    <div class="curves">
      {shares.lines.length > 0 && <LineChart {...common} chart={shares} tickFormat={percent} behind={behindShares} />}
      <LineChart {...common} chart={costs} tickFormat={accuracy ? signedPercent : decimal} behind={behindCosts} />
    </div>
  );
}

const AXES: Record<DoseCurve["operation"], string> = { set: "set", add: "add to", scale: "scale" };
const NOW = { stroke: "var(--vscode-foreground)", strokeDasharray: "1 3", strokeWidth: 1.5 };
const NOW_NAME = {
  x: (now: number) => now,
  text: () => "now",
  frameAnchor: "top",
  dy: -9,
  fill: "var(--vscode-foreground)",
} as const;
const BASE_RATE = { stroke: "var(--quiet)", strokeDasharray: "2 5" };

/** The target's 95% interval. */
function band(points: readonly DosePoint[], intervalOf: (point: DosePoint) => [number, number] | null) {
  const bands = points.flatMap((point) => {
    const interval = intervalOf(point);
    return interval === null ? [] : [{ at: point.strength, low: interval[0], high: interval[1] }];
  });
  if (bands.length < 2) return [];
  return [areaY(bands, { x: "at", y1: "low", y2: "high", fill: LINE_STYLES[TARGET].colour, fillOpacity: 0.16 })];
}

function sharesChart(curve: DoseCurve): CurveChart {
  const { concept, points, others, random, opposite, tagFilter, k } = curve;
  const share = ({ share }: DosePoint) => share?.value ?? null;
  const lines: ChartLine[] = [
    ...(concept === null ? [] : [line(concept.label, TARGET, points, share)]),
    ...others
      .slice(0, MOST_OTHERS)
      .map(({ label }, index) => line(label, FIRST_OTHER + index, points, (point) => point.others[index] ?? null)),
    ...(random === null ? [] : [line(`random: ${random.label}`, RANDOM, random.points, share)]),
    ...(opposite === null ? [] : [line("opposite sign", OPPOSITE, opposite.points, share)]),
    ...(tagFilter === null ? [] : [flat("tag filter", TAG_FILTER, points, 0)]),
  ].filter((drawn) => drawn.points.length > 0);
  const largest = Math.max(0.05, concept?.baseRate ?? 0, ...lines.flatMap(valuesOf));
  return {
    title: `Share of the top ${k}${concept === null ? "" : `; base rate of ${concept.label} ${percent(concept.baseRate)}`}`,
    unit: "share",
    scale: "linear",
    domain: [0, Math.min(1, Math.ceil(largest * 10.5) / 10)],
    lines,
  };
}

function accuracyChart({ points, random, opposite, tagFilter }: DoseCurve): CurveChart {
  const change = ({ ndcg20Change }: DosePoint) => ndcg20Change?.value ?? null;
  const removed = tagFilter?.ndcg20Change?.value ?? null;
  const lines = costLines(points, random, opposite, change, removed);
  const values = [...lines.flatMap(valuesOf), ...points.flatMap(({ ndcg20Change }) => ndcg20Change?.interval ?? [])];
  const low = Math.min(-0.02, ...values);
  const high = Math.max(0.02, ...values);
  return {
    title: "Change of NDCG@20",
    unit: "change",
    scale: "linear",
    domain: [1.05 * low, 1.05 * high],
    lines,
  };
}

/** In place of accuracy where no interaction is held out. */
function overlapChart({ points, random, opposite, tagFilter }: DoseCurve): CurveChart {
  const lines = costLines(points, random, opposite, ({ rbo }) => rbo, tagFilter?.rbo ?? null);
  return { title: "RBO with the lists before", unit: "RBO", scale: "linear", domain: [0, 1], lines };
}

function costLines(
  points: DosePoint[],
  random: DoseCurve["random"],
  opposite: DoseCurve["opposite"],
  value: (point: DosePoint) => number | null,
  removed: number | null,
): ChartLine[] {
  return [
    line("this edit", TARGET, points, value),
    ...(random === null ? [] : [line(`random: ${random.label}`, RANDOM, random.points, value)]),
    ...(opposite === null ? [] : [line("opposite sign", OPPOSITE, opposite.points, value)]),
    ...(removed === null ? [] : [flat("tag filter", TAG_FILTER, points, removed)]),
  ].filter((drawn) => drawn.points.length > 0);
}

function line(
  name: string,
  style: number,
  points: readonly DosePoint[],
  value: (point: DosePoint) => number | null,
): ChartLine {
  const drawn = points.flatMap((point) => {
    const found = value(point);
    return found === null ? [] : [{ at: point.strength, value: found }];
  });
  return { name: shortened(name), style, points: drawn };
}

/** What has no strength is the same everywhere. */
function flat(name: string, style: number, points: readonly DosePoint[], value: number): ChartLine {
  const ends = points.length > 1 ? [points[0], points[points.length - 1]] : points;
  return { name, style, points: ends.map(({ strength }) => ({ at: strength, value })) };
}

const LONGEST_NAME = 22;

function shortened(name: string): string {
  return name.length <= LONGEST_NAME ? name : `${name.slice(0, LONGEST_NAME - 1)}…`;
}

function valuesOf({ points }: ChartLine): number[] {
  return points.map(({ value }) => value);
}
