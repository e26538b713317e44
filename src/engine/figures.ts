/** Numbers as people read them, in tables of the terminal and in reports. */
import type { Interval } from "../protocol/artifact";

export function decimal(value: number | null, digits = 2): string {
  return value === null ? "-" : value.toFixed(digits);
}

export function percent(value: number | null): string {
  return value === null ? "-" : `${Math.round(100 * value)}%`;
}

/** A change, with its sign: `+3.2%`. */
export function signedPercent(share: number): string {
  const percents = (100 * share).toFixed(1);
  return `${share > 0 ? "+" : ""}${Number(percents) === 0 ? "0.0" : percents}%`;
}

export function range(interval: Interval | null, figure: (end: number) => string): string {
  return interval === null ? "" : `${figure(interval[0])} to ${figure(interval[1])}`;
}

/** A false discovery rate: `<.001` rather than 0. */
export function rate(q: number): string {
  return q < 0.001 ? "<.001" : q.toFixed(3).replace(/^0/, "");
}
