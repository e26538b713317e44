/** Concepts that a neuron may stand for: tags, bands of numbers, popularity, era and trend, each as the items that bear it. */
import { holds } from "../data/ascending-rows";
import type { Interactions, Items } from "../data/dataset";
import type { ConceptKind } from "../protocol/artifact";
import { numberConcepts } from "./candidates-numbers";
import { popularityConcepts } from "./candidates-popularity";
import { tagConcepts } from "./candidates-tags";
import { eraConcepts } from "./candidates-years";
import { trendConcepts } from "./trend";

/** A name for a set of rows: of the items, or, for `audience`, of the users. */
export interface Concept {
  /** Stable: `tag:genres:Horror`, `number:price:fifth-5`, `popularity:head`, `era:1990`, `era:before-1960`, `trend:rising`. */
  key: string;
  label: string;
  kind: Exclude<ConceptKind, "unlabelled" | "dead">;
  /** Rows that bear it, ascending. A row without metadata bears nothing. */
  bearers: Uint32Array;
  /** How many rows there are. */
  rows: number;
}

/** A concept before it is known whether another has the same name: then `column` tells them apart. */
export interface FoundConcept extends Concept {
  column: string | null;
}

/** Fewer bearers cannot prove a label on half of the rows; more describe nearly everything. */
export const LEAST_BEARERS = 10;
export const LARGEST_SHARE = 0.9;
/** Bounds on time and memory; the tags with the most items are kept. Bearers of all concepts together take 128 MiB. */
const MOST_CONCEPTS = 5_000;
const MOST_BEARERS = 2 ** 25;

/** All concepts of items with a workable number of them; none where they have no metadata and no interactions. */
export function conceptCandidates(items: Items, interactions: Interactions | null): Concept[] {
  const n = items.ids.length;
  const others = [
    ...items.numbers.flatMap(({ column, values }) => numberConcepts(column, values)),
    ...(interactions === null ? [] : popularityConcepts(interactions, n)),
    ...(items.years === null ? [] : eraConcepts(items.years)),
    ...(interactions === null ? [] : trendConcepts(interactions, n)),
  ].filter(({ bearers }) => isWorkable(bearers.length, n));
  const taken = others.reduce((sum, { bearers }) => sum + bearers.length, 0);
  const room = { concepts: MOST_CONCEPTS - others.length, bearers: MOST_BEARERS - taken };
  return unambiguous([...tagConcepts(items, room), ...others]);
}

export function isWorkable(bearers: number, rows: number): boolean {
  return bearers >= LEAST_BEARERS && bearers <= LARGEST_SHARE * rows;
}

/** Concepts of one name say their column. */
export function unambiguous(found: readonly FoundConcept[]): Concept[] {
  const uses = new Map<string, number>();
  for (const { label } of found) uses.set(label, (uses.get(label) ?? 0) + 1);
  return found.map(({ column, label, ...concept }) => ({
    ...concept,
    label: column !== null && uses.get(label)! > 1 ? `${label} (${column})` : label,
  }));
}

/** Rows for which the condition holds, ascending. */
export function rowsWhere(rows: number, holds: (row: number) => boolean): Uint32Array {
  const found = new Uint32Array(rows);
  let count = 0;
  for (let row = 0; row < rows; row++) if (holds(row)) found[count++] = row;
  return found.slice(0, count);
}

/** Whether a row bears a concept. */
export function bears({ bearers }: Concept, row: number): boolean {
  return holds(bearers, row);
}

/** Rows that bear both, ascending. */
export function commonBearers(a: Concept, b: Concept): Uint32Array {
  const common = new Uint32Array(Math.min(a.bearers.length, b.bearers.length));
  let found = 0;
  for (let i = 0, j = 0; i < a.bearers.length && j < b.bearers.length; ) {
    const difference = a.bearers[i] - b.bearers[j];
    if (difference === 0) common[found++] = a.bearers[i];
    if (difference <= 0) i++;
    if (difference >= 0) j++;
  }
  return common.slice(0, found);
}
