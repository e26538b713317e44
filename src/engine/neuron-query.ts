/** Searching, filtering, sorting and paging of neurons. */
import type { NeuronQuery, NeuronRow, Page } from "../protocol/engine";

export function queryNeurons(rows: readonly NeuronRow[], query: NeuronQuery): Page<NeuronRow> {
  const words = (query.search ?? "").toLowerCase().split(/\s+/).filter(Boolean);
  const kinds = new Set(query.kinds ?? []);
  const matching = rows.filter(
    (row) => (kinds.size === 0 || kinds.has(row.kind)) && words.every((word) => matches(row, word)),
  );
  const sign = query.descending ? -1 : 1;
  const sort = query.sort ?? "neuron";
  // Rows without a value come last in either direction.
  matching.sort((a, b) => {
    const [left, right] = [a[sort], b[sort]];
    if (left === null || right === null) return Number(left === null) - Number(right === null) || a.neuron - b.neuron;
    return sign * compare(left, right) || a.neuron - b.neuron;
  });
  const offset = query.offset ?? 0;
  return { rows: matching.slice(offset, offset + (query.limit ?? matching.length)), total: matching.length };
}

/** A number names that neuron; anything else must occur in the label. */
function matches(row: NeuronRow, word: string): boolean {
  return String(row.neuron) === word || row.label.toLowerCase().includes(word);
}

function compare(a: number | string, b: number | string): number {
  return typeof a === "string" && typeof b === "string" ? a.localeCompare(b) : Number(a) - Number(b);
}
