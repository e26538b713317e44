/** What the charts of training curves show: the terms and measures of one run, or each of them over several runs. */
import type { CurvePoint, LossName } from "../../src/protocol/run";

export interface NamedCurve {
  name: string;
  points: readonly CurvePoint[];
}

export interface ChartLine {
  name: string;
  /** Which of the line styles, so that a run looks the same in every chart. */
  style: number;
  /** `at`: on the horizontal axis, a step of training or a strength of an edit. */
  points: readonly { at: number; value: number }[];
}

export interface CurveChart {
  title: string;
  /** Of the vertical axis. */
  unit: string;
  scale: "linear" | "log";
  /** Of the vertical axis, with round ends that move rarely while a run goes on. */
  domain: readonly [number, number];
  lines: readonly ChartLine[];
}

const LOSS_NAMES: Record<LossName, string> = {
  total: "total",
  prediction: "prediction",
  reconstruction: "reconstruction",
  sparsity: "KL sparsity",
  l1: "L1",
  coherence: "coherence",
  auxiliary: "auxiliary",
};
const LOSS_ORDER = Object.keys(LOSS_NAMES) as LossName[];

/** One run: all its loss terms in one chart. */
export function chartsOfRun(points: readonly CurvePoint[]): CurveChart[] {
  const losses = LOSS_ORDER.map((loss, style) => line(LOSS_NAMES[loss], style, points, lossOf(loss)));
  const revived = points.some((point) => point.revived > 0)
    ? [line("revived", 1, points, (point) => point.revived)]
    : [];
  return [
    logChart(
      "Loss",
      losses.filter(({ points: drawn }) => drawn.length > 0),
    ),
    countChart(ACTIVE, "neurons a row", [line("active", 0, points, (point) => point.l0)]),
    countChart(DEAD, "neurons", [line("dead", 0, points, (point) => point.dead), ...revived]),
    ...rboChart([{ name: "RBO", points }]),
  ];
}

/** Several runs: a chart a term, for totals of differently weighted terms would not compare. */
export function chartsOfRuns(curves: readonly NamedCurve[]): CurveChart[] {
  const over = (value: (point: CurvePoint) => number | null) =>
    curves.map(({ name, points }, style) => line(name, style, points, value));
  const terms = LOSS_ORDER.filter((loss) => loss !== "total");
  return [
    ...terms
      .map((loss) => ({ loss, lines: over(lossOf(loss)).filter(({ points }) => points.length > 0) }))
      .filter(({ lines }) => lines.length > 0)
      .map(({ loss, lines }) => logChart(`Loss: ${LOSS_NAMES[loss]}`, lines)),
    countChart(
      ACTIVE,
      "neurons a row",
      over((point) => point.l0),
    ),
    countChart(
      DEAD,
      "neurons",
      over((point) => point.dead),
    ),
    ...rboChart(curves),
  ];
}

const ACTIVE = "Active neurons (L0)";
const DEAD = "Dead neurons";

/** A loss on a logarithmic axis; nothing where it is 0, as a term without weight is. */
function lossOf(loss: LossName) {
  return ({ losses }: CurvePoint): number | null => (losses[loss] > 0 ? losses[loss] : null);
}

function line(
  name: string,
  style: number,
  points: readonly CurvePoint[],
  value: (point: CurvePoint) => number | null,
): ChartLine {
  const drawn = points.flatMap((point) => {
    const found = value(point);
    return found === null || !Number.isFinite(found) ? [] : [{ at: point.step, value: found }];
  });
  return { name, style, points: drawn };
}

function logChart(title: string, lines: readonly ChartLine[]): CurveChart {
  const values = valuesOf(lines);
  const least = values.length === 0 ? 0.1 : Math.min(...values);
  const most = values.length === 0 ? 1 : Math.max(...values);
  const low = roundDown(least);
  return {
    title: `${title}, log scale`,
    unit: "loss",
    scale: "log",
    domain: [low, Math.max(roundUp(most), 2 * low)],
    lines,
  };
}

function countChart(title: string, unit: string, lines: readonly ChartLine[]): CurveChart {
  return { title, unit, scale: "linear", domain: [0, roundUp(Math.max(5, ...valuesOf(lines)))], lines };
}

/** Nothing where no user was held out to measure it on. */
function rboChart(curves: readonly NamedCurve[]): CurveChart[] {
  const lines = curves.map(({ name, points }, style) => line(name, style, points, (point) => point.rbo));
  const begun = curves.some(({ points }) => points.length > 0);
  if (begun && valuesOf(lines).length === 0) return [];
  return [{ title: "RBO@30 of held-out users", unit: "RBO", scale: "linear", domain: [0, 1], lines }];
}

function valuesOf(lines: readonly ChartLine[]): number[] {
  return lines.flatMap(({ points }) => points.map(({ value }) => value));
}

/** The next 1, 2 or 5 times a power of ten, at or above. */
function roundUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return power * ([1, 2, 5].find((step) => step * power >= value) ?? 10);
}

/** The next 1, 2 or 5 times a power of ten, at or below. */
function roundDown(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return power * ([5, 2, 1].find((step) => step * power <= value) ?? 0.5);
}
