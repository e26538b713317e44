/** How a neuron's activations are spread over the years of the items and over how much they are used. */
import type { Bin } from "../protocol/neurons";

/** Rows that share a bin. */
export interface RowBin {
  name: string;
  rows: Uint32Array;
}

/** Single years, where there are so few, else five at a time, else decades. */
const MOST_SINGLE_YEARS = 15;
const MOST_FIVES = 50;
const POPULARITY_BINS = 10;

/** @returns oldest first, without empty bins; null where no row has a year */
export function yearBins(years: readonly (number | null)[]): RowBin[] | null {
  const known = years.filter((year) => year !== null);
  if (known.length === 0) return null;
  const span =
    known.reduce((most, year) => Math.max(most, year)) - known.reduce((least, year) => Math.min(least, year));
  const width = span < MOST_SINGLE_YEARS ? 1 : span < MOST_FIVES ? 5 : 10;
  const rowsOf = new Map<number, number[]>();
  years.forEach((year, row) => {
    if (year === null) return;
    const first = Math.floor(year / width) * width;
    const rows = rowsOf.get(first);
    if (rows === undefined) rowsOf.set(first, [row]);
    else rows.push(row);
  });
  return [...rowsOf]
    .sort(([a], [b]) => a - b)
    .map(([first, rows]) => ({ name: periodName(first, width), rows: Uint32Array.from(rows) }));
}

function periodName(first: number, width: number): string {
  if (width === 1) return String(first);
  return width === 10 ? `${first}s` : `${first} to ${first + width - 1}`;
}

/**
 * Tenths of the rows from the least used. Rows used equally often stay together, so that there may be fewer bins.
 *
 * @param counts interactions of each row
 */
export function popularityBins(counts: Uint32Array): RowBin[] {
  const order = Uint32Array.from({ length: counts.length }, (_, row) => row);
  order.sort((a, b) => counts[a] - counts[b] || a - b);
  const bins: RowBin[] = [];
  let start = 0;
  for (let tenth = 1; tenth <= POPULARITY_BINS; tenth++) {
    let end = Math.round((tenth * order.length) / POPULARITY_BINS);
    while (end > start && end < order.length && counts[order[end]] === counts[order[end - 1]]) end++;
    if (end <= start) continue;
    const [least, most] = [counts[order[start]], counts[order[end - 1]]];
    bins.push({
      name: least === most ? grouped(least) : `${grouped(least)} to ${grouped(most)}`,
      rows: order.slice(start, end),
    });
    start = end;
  }
  return bins;
}

function grouped(count: number): string {
  return count.toLocaleString("en");
}

/** What one neuron does in each bin. */
export function filledBins(bins: readonly RowBin[], activations: Float32Array): Bin[] {
  return bins.map(({ name, rows }) => {
    let active = 0;
    let sum = 0;
    for (const row of rows) {
      if (activations[row] > 0) active++;
      sum += activations[row];
    }
    return { name, all: rows.length, active, mean: sum / rows.length };
  });
}
