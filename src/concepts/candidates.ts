/** Concepts that a neuron may stand for: tags, popularity and era, each as the set of items that bear it. */
import type { Interactions, Items } from "../data/dataset";
import type { ConceptKind } from "../protocol/artifact";

export interface Concept {
  /** Stable: `tag:genres:Horror`, `popularity:head`, `era:1990`, `era:before-1960`. */
  key: string;
  label: string;
  kind: Extract<ConceptKind, "tag" | "popularity" | "era">;
  /** Per item, 1 where it bears the concept. An item without metadata bears nothing. */
  bears: Uint8Array;
  /** How many items bear it. */
  count: number;
}

/** Fewer bearers cannot prove a label on half of the items; more describe nearly everything. */
const LEAST_ITEMS = 10;
const LARGEST_SHARE = 0.9;
/** Bounds on memory: the tags with the most items are kept. */
const MOST_CONCEPTS = 500;
const MOST_FLAGS = 256 * 2 ** 20;
/** Popular: the tenth of the items with the most interactions. Niche: the half with the fewest. */
const HEAD_SHARE = 0.1;
const TAIL_SHARE = 0.5;
/** Decades before the first that holds this share of the dated items also form one band. */
const FULL_DECADE_SHARE = 0.05;

/** All concepts with a workable number of items; none where the items have no metadata and no interactions. */
export function conceptCandidates(items: Items, interactions: Interactions | null): Concept[] {
  const n = items.ids.length;
  const others = [
    ...(interactions === null ? [] : popularityConcepts(interactionCounts(interactions, n))),
    ...(items.years === null ? [] : eraConcepts(items.years)),
  ].filter(({ count }) => isWorkable(count, n));
  const room = Math.min(MOST_CONCEPTS, Math.floor(MOST_FLAGS / Math.max(1, n))) - others.length;
  const tags = tagConcepts(items, room);
  const uses = new Map<string, number>();
  for (const { label } of [...tags, ...others]) uses.set(label, (uses.get(label) ?? 0) + 1);
  for (const tag of tags) if (uses.get(tag.label)! > 1) tag.label = `${tag.label} (${tag.column})`;
  return [...tags.map(({ column: _, ...concept }) => concept), ...others];
}

function isWorkable(count: number, items: number): boolean {
  return count >= LEAST_ITEMS && count <= LARGEST_SHARE * items;
}

function concept(key: string, label: string, kind: Concept["kind"], items: number, bearers: Iterable<number>): Concept {
  const bears = new Uint8Array(items);
  let count = 0;
  for (const item of bearers) {
    bears[item] = 1;
    count++;
  }
  return { key, label, kind, bears, count };
}

/** The `room` tags with the most items, in order of column, then of size. */
function tagConcepts(items: Items, room: number): (Concept & { column: string })[] {
  const n = items.ids.length;
  const found: { column: string; position: number; tag: string; bearers: number[] }[] = [];
  items.tags.forEach(({ column, values }, position) => {
    const bearersOfTag = new Map<string, number[]>();
    values.forEach((tags, item) => {
      for (const tag of tags) {
        if (tag === "") continue;
        const bearers = bearersOfTag.get(tag);
        if (bearers === undefined) bearersOfTag.set(tag, [item]);
        else if (bearers[bearers.length - 1] !== item) bearers.push(item);
      }
    });
    for (const [tag, bearers] of bearersOfTag) {
      if (isWorkable(bearers.length, n)) found.push({ column, position, tag, bearers });
    }
  });
  const bySize = (a: (typeof found)[number], b: (typeof found)[number]) =>
    b.bearers.length - a.bearers.length || a.position - b.position || (a.tag < b.tag ? -1 : 1);
  return found
    .sort(bySize)
    .slice(0, Math.max(0, room))
    .sort((a, b) => a.position - b.position || bySize(a, b))
    .map(({ column, tag, bearers }) => ({ ...concept(`tag:${column}:${tag}`, tag, "tag", n, bearers), column }));
}

function interactionCounts(interactions: Interactions, items: number): Uint32Array {
  const counts = new Uint32Array(items);
  for (const item of interactions.items) counts[item]++;
  return counts;
}

/** Items that tie at a border stay together: inside the head only if that does not double it, inside the tail always. */
function popularityConcepts(counts: Uint32Array): Concept[] {
  const n = counts.length;
  if (n === 0) return [];
  const ascending = counts.slice().sort();
  const headSize = Math.max(1, Math.round(HEAD_SHARE * n));
  const headBorder = ascending[n - headSize];
  const rows = Array.from(counts.keys());
  const withTies = rows.filter((item) => counts[item] >= headBorder);
  const head = withTies.length <= 2 * headSize ? withTies : rows.filter((item) => counts[item] > headBorder);
  const tailBorder = ascending[Math.max(1, Math.floor(TAIL_SHARE * n)) - 1];
  const tail = rows.filter((item) => counts[item] <= tailBorder);
  return [
    concept("popularity:head", "Popular", "popularity", n, head),
    concept("popularity:tail", "Niche", "popularity", n, tail),
  ];
}

/** Decades, and the thin early decades together as one "Before" band. */
function eraConcepts(years: readonly (number | null)[]): Concept[] {
  const bearersOfDecade = new Map<number, number[]>();
  let dated = 0;
  years.forEach((year, item) => {
    if (year === null || !Number.isFinite(year)) return;
    dated++;
    const decade = Math.floor(year / 10) * 10;
    const bearers = bearersOfDecade.get(decade);
    if (bearers === undefined) bearersOfDecade.set(decade, [item]);
    else bearers.push(item);
  });
  const decades = [...bearersOfDecade].sort(([a], [b]) => a - b);
  const concepts = decades.map(([decade, bearers]) =>
    concept(`era:${decade}`, `${decade}s`, "era", years.length, bearers),
  );
  const thin = decades.findIndex(([, bearers]) => bearers.length >= FULL_DECADE_SHARE * dated);
  if (thin < 2) return concepts;
  const border = decades[thin][0];
  const early = decades.slice(0, thin).flatMap(([, bearers]) => bearers);
  return [concept(`era:before-${border}`, `Before ${border}`, "era", years.length, early), ...concepts];
}
