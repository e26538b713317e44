/** Neurons as lists and the Lab show them, and what a person may change of them. */
import type { ConceptEvidence, ConceptKind, Confidence, ModelLabel, PersonalWord } from "./artifact";

// ---- lists --------------------------------------------------------------------------------------------------------

export const NEURON_SORTS = [
  "neuron",
  "label",
  "kind",
  "confidence",
  "ms",
  "purity10",
  "auc",
  "lift",
  "density",
] as const;
export type NeuronSort = (typeof NEURON_SORTS)[number];

export interface NeuronQuery {
  /**
   * A query such as `label:horror kind:era ms>0.6 density<0.1`: all terms must hold. A bare word is looked for in labels
   * and tags of evidence; a bare number is a neuron. Rejects with "query-invalid", naming the term.
   */
  search?: string;
  /** Empty or absent: all kinds. */
  kinds?: ConceptKind[];
  sort?: NeuronSort;
  descending?: boolean;
  offset?: number;
  limit?: number;
}

export interface NeuronRow {
  neuron: number;
  /** The name that holds: a person's, else a language model's that passed its test, else what statistics found. */
  label: string;
  labelledBy: "person" | "model" | "statistics";
  /** As statistics have it, whoever gave the name that holds. */
  statisticalLabel: string;
  kind: ConceptKind;
  /** Of the statistical label. */
  confidence: Confidence;
  pinned: boolean;
  /** A person marked the name that was found as wrong. */
  wrong: boolean;
  hasNote: boolean;
  ms: number | null;
  /** Precision@10 on held-out rows and the base rate of the concept; null where there is no label. */
  purity10: number | null;
  purity10BaseRate: number | null;
  /** AUC and lift on held-out rows; null where there is no label. */
  auc: number | null;
  lift: number | null;
  /** Share of items that activate the neuron. */
  density: number;
  /** Counts of active items in equal bins from 0 to a round number above the largest activation, for a sparkline. */
  histogram: number[];
}

export interface Page<Row> {
  rows: Row[];
  /** How many rows match the query, before offset and limit. */
  total: number;
}

// ---- one neuron ---------------------------------------------------------------------------------------------------

export interface ItemSummary {
  row: number;
  id: string;
  title: string;
  year: number | null;
  tags: string[];
}

export interface ActiveItem extends ItemSummary {
  activation: number;
  /** Null where the neuron has no concept of items. */
  bearsConcept: boolean | null;
}

/** A bin of a distribution: rows in it, and how many of them activate the neuron. */
export interface Bin {
  /** `1990s`, `101 to 200` */
  name: string;
  all: number;
  active: number;
  /** Mean activation over all rows of the bin. */
  mean: number;
}

/** A neuron in relation to another. */
export interface NearNeuron {
  neuron: number;
  label: string;
  kind: ConceptKind;
  /** Of their decoder rows. */
  cosine: number;
}

export interface NeuronDetail extends NeuronRow {
  evidence: ConceptEvidence | null;
  model: ModelLabel | null;
  person: PersonalWord | null;
  /** In a sentence or two: why this name and this confidence, or why there is no name. */
  reason: string;
  topItems: ActiveItem[];
  /** Items about the median of its active items, and items that only just activate it. */
  typicalItems: ActiveItem[];
  borderlineItems: ActiveItem[];
  /** Activations between which items are typical, and up to which they are borderline; null without active items. */
  thresholds: { borderline: number; typicalFrom: number; typicalTo: number } | null;
  /** `edges` has one more entry than `items`; counts of active rows (zeros are left out). */
  activationHistogram: { edges: number[]; items: number[] };
  activeItems: number;
  /** Concepts with the highest lift, best first, those that chance explains last; the label's own is among them. */
  lifts: ConceptEvidence[];
  /** By year of the items, oldest first; null where they have none. */
  years: Bin[] | null;
  /** By interactions of the items, in tenths of the catalogue from the least used; null without interactions. */
  popularity: Bin[] | null;
  topUsers: { id: string; detail: string; activation: number }[];
  /** Per attribute of users, each value: its share among the tenth that activate the neuron most, and among all. */
  audience: { column: string; values: { value: string; share: number; baseRate: number; users: number }[] }[];
  /** Live neurons with the nearest decoder rows. */
  nearest: NearNeuron[];
  parent: NearNeuron | null;
  children: NearNeuron[];
  /**
   * Change of score when the neuron is turned up by its typical activation on users: exact for dot, a mean over sampled
   * users for other recommenders (`sampledUsers`). The items that gain and that lose most, of all or, where a model would
   * take too long, of a sample (`sampledItems`).
   */
  effect: {
    by: number;
    sampledUsers: number | null;
    sampledItems: number | null;
    gains: (ItemSummary & { change: number })[];
    losses: (ItemSummary & { change: number })[];
  };
  /** Largest activation over all items, and over the users measured. */
  largestItemActivation: number;
  largestUserActivation: number;
}

export interface NeuronExport {
  neuron: number;
  label: string;
  labelledBy: NeuronRow["labelledBy"];
  kind: ConceptKind;
  confidence: Confidence;
  ms: number | null;
  purity10: number | null;
  purity10BaseRate: number | null;
  density: number;
  topItems: { id: string; title: string; activation: number }[];
}

/** Neurons side by side, in the order asked for; matrices are row-major, n x n. */
export interface NeuronComparison {
  neurons: NeuronRow[];
  topItems: ActiveItem[][];
  decoderCosine: number[];
  /** Items that activate both, over items that activate either. */
  jaccard: number[];
  /** Concepts that lift any of them, and each neuron's precision@10 and lift on held-out items. */
  concepts: { concept: string; label: string; kind: ConceptKind; baseRate: number; lifts: number[] }[];
}

/** The catalogue in two dimensions: near items have alike embeddings. */
export interface ItemMap {
  /** Rows of the items drawn: all, or a sample of a large catalogue. */
  rows: Uint32Array;
  /** In [0, 1], one an item drawn. */
  x: Float32Array;
  y: Float32Array;
  /** Items of the catalogue. */
  of: number;
  /** Share of the embeddings' variance that the two directions hold. */
  variance: number;
}

// ---- what a person says -------------------------------------------------------------------------------------------

/** @see PersonalWord */
export type LabelChange =
  | { change: "rename"; neurons: number[]; label: string }
  /** All get the name and count as one. */
  | { change: "merge"; neurons: number[]; label: string }
  | { change: "wrong"; neurons: number[]; wrong: boolean }
  | { change: "pin"; neurons: number[]; pinned: boolean }
  | { change: "note"; neurons: number[]; note: string }
  /** Takes back all that was said. */
  | { change: "reset"; neurons: number[] };

// ---- language models ----------------------------------------------------------------------------------------------

/** What a language model is asked, first for a name, then to test that name on items that it has not seen. */
export interface ModelQuestion {
  prompt: string;
  /** Items asked about in a test; 0 when a name is asked for. */
  items: number;
}

export interface ModelTest extends ModelQuestion {
  /** The name that is tested, as it was read from the model's answer. */
  label: string;
}
