/** Searching, filtering, sorting and paging of neurons. */
import { CONFIDENCES, type NeuronLabel } from "../protocol/artifact";
import type { NeuronQuery, NeuronRow, NeuronSort, Page } from "../protocol/neurons";
import { conditionOf } from "./neuron-query-language";

/**
 * @param labels what `labels.json` says of each row's neuron, by neuron
 * @throws RecPrismError "query-invalid" for a search that cannot be read
 */
export function queryNeurons(
  rows: readonly NeuronRow[],
  labels: readonly NeuronLabel[],
  query: NeuronQuery,
): Page<NeuronRow> {
  const holds = conditionOf(query.search ?? "");
  const kinds = new Set(query.kinds ?? []);
  const matching = rows.filter(
    (row) => (kinds.size === 0 || kinds.has(row.kind)) && holds({ row, label: labels[row.neuron] }),
  );
  const sort = query.sort ?? "neuron";
  const keyOf = sort === "label" ? labelRanks(rows) : (row: NeuronRow) => sortValue(row, sort);
  const sign = query.descending ? -1 : 1;
  // Rows without a value come last in either direction.
  matching.sort((a, b) => {
    const [left, right] = [keyOf(a), keyOf(b)];
    if (left === null || right === null) return Number(left === null) - Number(right === null) || a.neuron - b.neuron;
    return sign * (left < right ? -1 : left > right ? 1 : 0) || a.neuron - b.neuron;
  });
  const offset = query.offset ?? 0;
  return { rows: matching.slice(offset, offset + (query.limit ?? matching.length)), total: matching.length };
}

function sortValue(row: NeuronRow, sort: Exclude<NeuronSort, "label">): number | string | null {
  return sort === "confidence" ? -CONFIDENCES.indexOf(row.confidence) : row[sort];
}

const ranksOfRows = new WeakMap<readonly NeuronRow[], Float64Array>();

/** Places of the labels in the alphabet, without case and accents. They are kept with the rows: lists are sorted often. */
function labelRanks(rows: readonly NeuronRow[]): (row: NeuronRow) => number {
  let ranks = ranksOfRows.get(rows);
  if (ranks === undefined) {
    const keys = rows.map(({ label }) => label.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase());
    const places = new Map([...new Set(keys)].sort().map((key, place) => [key, place]));
    ranks = new Float64Array(rows.reduce((most, { neuron }) => Math.max(most, neuron + 1), 0));
    for (const [index, { neuron }] of rows.entries()) ranks[neuron] = places.get(keys[index])!;
    ranksOfRows.set(rows, ranks);
  }
  const found = ranks;
  return ({ neuron }) => found[neuron];
}
