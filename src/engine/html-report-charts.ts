/** Charts of the page: small inline SVG, each with its content in words. */
import type { Interval } from "../protocol/artifact";
import { html, type Markup } from "./html-report-markup";

const BAR = 6;
const HEIGHT = 28;

/** Counts of active items by activation, from 0 to the largest. */
export function histogram(counts: readonly number[], items: number): Markup {
  const most = Math.max(1, ...counts);
  const width = counts.length * BAR;
  // A single item is to be seen beside thousands.
  const bars = counts.map((count, bin) => {
    const height = count === 0 ? 0 : Math.max(1, Math.round((HEIGHT * count) / most));
    return `M${bin * BAR} ${HEIGHT}v-${height}h${BAR - 1}v${height}z`;
  });
  const fullest = counts.indexOf(Math.max(...counts)) + 1;
  const words =
    items === 0
      ? "Histogram: no item activates it."
      : `Histogram: ${items} active items in ${counts.length} equal bins of activation, most in bin ${fullest}.`;
  return html`<svg class="histogram" role="img" aria-label="${words}" viewBox="0 0 ${width} ${HEIGHT}" width="${width}" height="${HEIGHT}"><path d="${bars.join("")}"/></svg>`;
}

const WIDE = 160;
const LINE = 16;

/** A value with its interval on a line from `from` to `to`, with a mark where chance is. */
export function intervalLine(
  value: number,
  interval: Interval | null,
  { from, to, chance }: { from: number; to: number; chance: number },
  words: string,
): Markup {
  const x = (at: number) => ((WIDE * (Math.min(to, Math.max(from, at)) - from)) / (to - from)).toFixed(1);
  const whisker =
    interval === null
      ? null
      : html`<line class="whisker" x1="${x(interval[0])}" x2="${x(interval[1])}" y1="${LINE / 2}" y2="${LINE / 2}"/>`;
  return html`<svg class="interval" role="img" aria-label="${words}" viewBox="-4 0 ${WIDE + 8} ${LINE}" width="${WIDE + 8}" height="${LINE}"><line class="axis" x1="0" x2="${WIDE}" y1="${LINE / 2}" y2="${LINE / 2}"/><line class="chance" x1="${x(chance)}" x2="${x(chance)}" y1="1" y2="${LINE - 1}"/>${whisker}<circle cx="${x(value)}" cy="${LINE / 2}" r="3.5"/></svg>`;
}

/** A share as a bar, beside the figure that says it. */
export function shareBar(share: number): Markup {
  const width = (WIDE * Math.min(1, Math.max(0, share))).toFixed(1);
  return html`<svg class="share" aria-hidden="true" viewBox="0 0 ${WIDE} 10" width="${WIDE}" height="10"><rect class="rest" width="${WIDE}" height="10"/><rect width="${width}" height="10"/></svg>`;
}
