/** Concepts from interactions: items that most of the use goes to, those that little of it goes to, and those between. */
import type { Interactions } from "../data/dataset";
import { type FoundConcept, rowsWhere } from "./candidates";

/**
 * Popular: the most used items, a third of all interactions together. Niche: the least used, a tenth together. By share
 * of interactions rather than of items, as popularity bias is measured (Abdollahpouri et al. 2021, there a fifth each).
 */
const HEAD_SHARE = 1 / 3;
const TAIL_SHARE = 0.1;

/** Items that tie at a border stay together: inside the head only if that does not double it, inside the tail always. */
export function popularityConcepts(interactions: Interactions, items: number): FoundConcept[] {
  const counts = interactionCounts(interactions, items);
  const ascending = counts.slice().sort();
  const total = interactions.items.length;
  if (total === 0) return [];
  let headSize = 0;
  for (let used = 0; used < HEAD_SHARE * total; headSize++) used += ascending[items - 1 - headSize];
  const border = ascending[items - headSize];
  const withTies = countIf(counts, (count) => count >= border);
  const isHead = (count: number) => (withTies <= 2 * headSize ? count >= border : count > border);
  let tailSize = 0;
  for (let used = ascending[0]; used <= TAIL_SHARE * total; tailSize++) used += ascending[tailSize + 1];
  const tailBorder = tailSize === 0 ? -1 : ascending[tailSize - 1];
  const isTail = (count: number) => count <= tailBorder && !isHead(count);
  return [
    concept("head", "Popular", counts, isHead),
    concept("mid", "Moderately popular", counts, (count) => !isHead(count) && !isTail(count)),
    concept("tail", "Niche", counts, isTail),
  ];
}

export function interactionCounts(interactions: Interactions, items: number): Uint32Array {
  const counts = new Uint32Array(items);
  for (const item of interactions.items) counts[item]++;
  return counts;
}

function countIf(counts: Uint32Array, test: (count: number) => boolean): number {
  let found = 0;
  for (const count of counts) if (test(count)) found++;
  return found;
}

function concept(part: string, label: string, counts: Uint32Array, test: (count: number) => boolean): FoundConcept {
  const bearers = rowsWhere(counts.length, (item) => test(counts[item]));
  return { key: `popularity:${part}`, label, kind: "popularity", bearers, rows: counts.length, column: null };
}
