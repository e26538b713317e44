/** The measures that runs are compared by, as text, and which run is best by each. */
import type { RunRecord } from "../../src/protocol/run";
import { count, decimal, duration } from "../components/number-format";

export interface RunMeasure {
  name: string;
  text(run: RunRecord): string;
  value(run: RunRecord): number | null;
  /** Null where more is neither better nor worse. */
  better: "higher" | "lower" | null;
}

export const MS: RunMeasure = byDecimal("MS", ({ measures }) => measures.ms);
export const RBO: RunMeasure = byDecimal("RBO@30", ({ measures }) => measures.rbo30);
export const KENDALL: RunMeasure = byDecimal("Kendall@30", ({ measures }) => measures.kendall30);
export const L0: RunMeasure = {
  name: "L0",
  text: ({ measures }) => measures.l0.toFixed(1),
  value: ({ measures }) => measures.l0,
  better: null,
};
export const DEAD: RunMeasure = {
  name: "Dead",
  text: ({ measures }) => count(measures.dead),
  value: ({ measures }) => measures.dead,
  better: "lower",
};
export const LABELLED: RunMeasure = {
  name: "Labelled",
  text: ({ measures, settings }) => `${count(measures.labelled)} of ${count(settings.latents)}`,
  value: ({ measures, settings }) => measures.labelled / settings.latents,
  better: "higher",
};
export const TIME: RunMeasure = {
  name: "Time",
  text: ({ seconds }) => duration(seconds),
  value: ({ seconds }) => seconds,
  better: "lower",
};
const VARIANCE: RunMeasure = byDecimal("Explained variance", ({ measures }) => measures.explainedVariance);
const STEPS: RunMeasure = {
  name: "Steps",
  text: ({ steps }) => count(steps),
  value: ({ steps }) => steps,
  better: null,
};

/** In a row of the list. */
export const LISTED: readonly RunMeasure[] = [MS, RBO, KENDALL, L0, DEAD, LABELLED, TIME];
/** In the comparison. */
export const COMPARED: readonly RunMeasure[] = [MS, RBO, KENDALL, LABELLED, L0, DEAD, VARIANCE, STEPS, TIME];

/** Which runs are best by a measure; none where all read the same. */
export function bestRuns(measure: RunMeasure, runs: readonly RunRecord[]): boolean[] {
  const texts = runs.map(measure.text);
  const values = runs.map(measure.value);
  const known = values.filter((value) => value !== null);
  if (measure.better === null || known.length === 0 || texts.every((text) => text === texts[0])) {
    return runs.map(() => false);
  }
  const best = measure.better === "higher" ? Math.max(...known) : Math.min(...known);
  // What reads the same as the best is as good.
  const bestTexts = texts.filter((_, run) => values[run] === best);
  return texts.map((text) => bestTexts.includes(text));
}

function byDecimal(name: string, value: RunMeasure["value"]): RunMeasure {
  return { name, value, text: (run) => decimal(value(run)), better: "higher" };
}

/** `done`, `stopped early`, `cancelled`, `diverged`. */
export function stateText({ state, stopped }: RunRecord): string {
  if (stopped === "no-progress") return "stopped early";
  return stopped ?? state;
}

/** `2026-11-23 14:03:20`, in local time. */
export function startText({ started }: RunRecord): string {
  const time = new Date(started);
  const two = (value: number) => String(value).padStart(2, "0");
  const date = [time.getFullYear(), two(time.getMonth() + 1), two(time.getDate())].join("-");
  return `${date} ${[time.getHours(), time.getMinutes(), time.getSeconds()].map(two).join(":")}`;
}
