/** Concepts from tags: the values of tag columns, however many there are. */
import type { Items } from "../data/dataset";
import { type FoundConcept, isWorkable } from "./candidates";

/** A column with these values alone says of each item whether it is what the column is called. */
const TRUE = new Set(["1", "true", "yes", "y", "t"]);
const FALSE = new Set(["0", "false", "no", "n", "f", ""]);

interface CountedTag {
  tag: string;
  count: number;
  lastItem: number;
  bearers: Uint32Array | null;
}

/**
 * The tags with the most items, as many as there is room for, in order of column, then of size.
 *
 * Tags are counted before their items are listed: of 50,000 that a few items bear each, none takes more than a counter.
 */
export function tagConcepts({ ids, tags }: Items, room: { concepts: number; bearers: number }): FoundConcept[] {
  const counted = tags.map(({ values }) => countedTags(values));
  const workable = counted.flatMap((column, position) =>
    [...column.values()].filter(({ count }) => isWorkable(count, ids.length)).map((tag) => ({ ...tag, position })),
  );
  const bySize = (a: (typeof workable)[number], b: (typeof workable)[number]) =>
    b.count - a.count || a.position - b.position || (a.tag < b.tag ? -1 : 1);
  let bearers = 0;
  const kept = workable
    .sort(bySize)
    .slice(0, Math.max(0, room.concepts))
    .filter(({ count }) => {
      bearers += count;
      return bearers <= room.bearers;
    })
    .sort((a, b) => a.position - b.position || bySize(a, b));
  for (const { tag, count, position } of kept) counted[position].get(tag)!.bearers = new Uint32Array(count);
  tags.forEach(({ values }, position) => {
    listBearers(values, counted[position]);
  });
  const areFlags = counted.map((column) => [...column.keys()].every((value) => isTruth(value) !== null));
  return kept
    .filter(({ tag, position }) => !areFlags[position] || isTruth(tag))
    .map(({ tag, position }): FoundConcept => {
      const { column } = tags[position];
      return {
        key: `tag:${column}:${tag}`,
        label: areFlags[position] ? column : tag,
        kind: "tag",
        bearers: counted[position].get(tag)!.bearers!,
        rows: ids.length,
        column,
      };
    });
}

function countedTags(values: readonly string[][]): Map<string, CountedTag> {
  const counted = new Map<string, CountedTag>();
  values.forEach((tags, item) => {
    for (const tag of tags) {
      if (tag === "") continue;
      const known = counted.get(tag);
      if (known === undefined) counted.set(tag, { tag, count: 1, lastItem: item, bearers: null });
      else if (known.lastItem !== item) {
        known.count++;
        known.lastItem = item;
      }
    }
  });
  return counted;
}

/** Fills the lists that were made room for. */
function listBearers(values: readonly string[][], counted: Map<string, CountedTag>): void {
  for (const known of counted.values()) known.count = 0;
  values.forEach((tags, item) => {
    for (const tag of tags) {
      const known = counted.get(tag);
      if (!known?.bearers) continue;
      if (known.count > 0 && known.bearers[known.count - 1] === item) continue;
      known.bearers[known.count++] = item;
    }
  });
}

function isTruth(value: string): boolean | null {
  const small = value.toLowerCase();
  return TRUE.has(small) ? true : FALSE.has(small) ? false : null;
}
