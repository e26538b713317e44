/** Which neurons the side panel lists, and in which order. */
import type { ConceptKind } from "../../src/protocol/artifact";
import type { NeuronQuery, NeuronSort } from "../../src/protocol/neurons";
import { KINDS } from "../components/concept-kind";

export interface ListFilter {
  search: string;
  /** None: all. */
  kinds: ConceptKind[];
  sort: NeuronSort;
  descending: boolean;
}

export const SORTS: readonly { sort: NeuronSort; name: string; descending: boolean }[] = [
  { sort: "ms", name: "MS", descending: true },
  { sort: "purity10", name: "Purity@10", descending: true },
  { sort: "auc", name: "AUC", descending: true },
  { sort: "lift", name: "Lift", descending: true },
  { sort: "confidence", name: "Confidence", descending: true },
  { sort: "density", name: "Share active", descending: true },
  { sort: "label", name: "Label", descending: false },
  { sort: "kind", name: "Kind", descending: false },
  { sort: "neuron", name: "Number", descending: false },
];

export const INITIAL_FILTER: ListFilter = { search: "", kinds: [], sort: "ms", descending: true };

export function queryOf(filter: ListFilter): NeuronQuery {
  return { search: filter.search, kinds: filter.kinds, sort: filter.sort, descending: filter.descending };
}

/** The filter sorted another way, in the direction one looks at that measure first. */
export function sortedBy(filter: ListFilter, sort: NeuronSort): ListFilter {
  const { descending } = SORTS.find((known) => known.sort === sort) ?? filter;
  return { ...filter, sort, descending };
}

export function withKindToggled(filter: ListFilter, kind: ConceptKind): ListFilter {
  const on = filter.kinds.includes(kind);
  const kinds = on ? filter.kinds.filter((other) => other !== kind) : [...filter.kinds, kind];
  return { ...filter, kinds };
}

/** The search with another term after what is there. */
export function withTerm(filter: ListFilter, term: string): ListFilter {
  return { ...filter, search: [filter.search.trim(), term].filter((part) => part !== "").join(" ") };
}

/** Search and kinds as one search: what a saved filter keeps. */
export function wholeSearch({ search, kinds }: ListFilter): string {
  const ofKinds = kinds.map((kind) => `kind:${kind}`).join(" or ");
  return [search.trim(), ofKinds].filter((part) => part !== "").join(" ");
}

export function isListFilter(saved: unknown): saved is ListFilter {
  if (typeof saved !== "object" || saved === null) return false;
  const { search, kinds, sort, descending } = saved as Partial<ListFilter>;
  return (
    typeof search === "string" &&
    typeof descending === "boolean" &&
    Array.isArray(kinds) &&
    kinds.every((kind) => KINDS.includes(kind)) &&
    SORTS.some((known) => known.sort === sort)
  );
}
