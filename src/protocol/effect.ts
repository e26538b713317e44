/** What steering does and costs: audiences as found, effects on cohorts, dose-response, doses found, scores explained. */
import type { ConceptKind, Estimate } from "./artifact";
import type { ItemSummary } from "./neurons";
import type { BeforeAndAfter, EditOperation } from "./steering";

/** A user as lists and searches show one. */
export interface UserMatch {
  id: string;
  /** For people: `F, 25; 53 interactions`. */
  detail: string;
}

/** An audience as it is found in the data. */
export interface AudienceSummary {
  size: number;
  /** All users. */
  of: number;
  /** Up to five. */
  examples: UserMatch[];
}

/** What could stand in an audience or an item selection: for completion and choice lists. */
export interface SteeringVocabulary {
  /** Columns of the user table that SQL may name, with their type and some values; empty where there is no table. */
  userColumns: { name: string; type: "number" | "text"; examples: string[] }[];
  /** Tags of the items, the most frequent first, at most 2,000. */
  tags: { column: string; tag: string; items: number }[];
  /** Whether there are interactions, so that histories and held-out accuracy can be told. */
  interactions: boolean;
}

/** An item of a list after an edit, and why it stands there. */
export interface ScoreChange {
  neuron: number;
  label: string;
  /** Score with all edits, less the score without those on this neuron. */
  change: number;
}

// ---- effects ------------------------------------------------------------------------------------------------------

/** Share of a concept in the lists of a cohort. Estimates are means over users with 95% bootstrap intervals. */
export interface ShareEffect {
  /** Key of the concept: `tag:genres:Horror`. */
  concept: string;
  label: string;
  kind: ConceptKind;
  /** Share of the catalogue that bears it. */
  baseRate: number;
  before: Estimate;
  after: Estimate;
  /** After less before, paired by user. */
  change: Estimate;
  /** It is the concept of an edited or filtered neuron; the others are those that were moved most. */
  target: boolean;
}

export interface CohortAccuracy {
  /** Users of the cohort with held-out interactions. */
  users: number;
  ndcg20: { before: Estimate; after: Estimate };
  hr20: { before: Estimate; after: Estimate };
  /** NDCG@20 after over before, less 1, paired by user; null where it is 0 before. */
  ndcg20Change: Estimate | null;
}

/** What a recipe does to the lists of a cohort, and what that costs. */
export interface Effect {
  /** Length of the lists. */
  k: number;
  /** Users of the audience. */
  users: number;
  /** Users that were measured: all, or a random sample. */
  measured: number;
  /** Targets first, then the most affected others; empty without users. */
  concepts: ShareEffect[];
  /** Extrapolated, p = .9; null without users, as below. */
  rbo: Estimate | null;
  /** Share of users whose list is another, order included. */
  changed: number | null;
  /** Null where no user has enough interactions. */
  accuracy: CohortAccuracy | null;
  /** Share of the catalogue that is in any list of the cohort. */
  coverage: BeforeAndAfter;
  /** Of the exposure over the catalogue: 0 is even, 1 is all on one item. */
  gini: BeforeAndAfter;
  /** Mean number of interactions of the listed items; null where there are none. */
  popularity: BeforeAndAfter | null;
  /** The tenth of the users, at least one, that loses most: NDCG@20 where it is measured, otherwise overlap. */
  worstDecile: {
    users: number;
    ndcg20: BeforeAndAfter | null;
    rbo: number;
    examples: UserMatch[];
  } | null;
  /** For each entry of `items`: share of users who have one of them in their list, with interval. */
  exposure: {
    /** How many items, and up to three of their titles. */
    items: number;
    titles: string[];
    before: Estimate;
    after: Estimate;
    /** Of the users who had none of them in the list before, though one could be: share who have one after; null without any. */
    gained: Estimate | null;
  }[];
  /** Items that the filters hide, of all. */
  hidden: number;
  /** Sentences: an edit that mostly moves something else than its label, a list too short, contradictory edits. */
  warnings: string[];
}

/** The same audience with something else done to it, on the axes of the effect. */
export interface Control {
  kind: "random-neuron" | "opposite-sign" | "tag-filter" | "reconstruct";
  /** For people: `the same on neuron 7 (Crime), drawn at random`. */
  name: string;
  /** Of the first target's concept. */
  share: Estimate | null;
  rbo: number | null;
  ndcg20Change: Estimate | null;
}

// ---- dose and response --------------------------------------------------------------------------------------------

export interface DosePoint {
  /** Value of the edit. */
  strength: number;
  /** Share of the target's concept; null for a neuron without a proven concept. */
  share: Estimate | null;
  /** Of the concepts of `DoseCurve.others`, in their order. */
  others: number[];
  rbo: number;
  ndcg20Change: Estimate | null;
}

export interface DoseCurve {
  /** What the strength is of: `suppress` is drawn as `set`. */
  operation: Exclude<EditOperation, "suppress">;
  /** Edited together. */
  neurons: number[];
  k: number;
  users: number;
  measured: number;
  concept: { concept: string; label: string; baseRate: number } | null;
  /** The off-target concepts that are moved most at the ends. */
  others: { concept: string; label: string }[];
  /** By strength, ascending. */
  points: DosePoint[];
  /** The same strengths on a random live neuron. */
  random: { neuron: number; label: string; points: DosePoint[] } | null;
  /** Mirrored about what changes nothing (0 for add, 1 for scale, the mean activation for set). */
  opposite: { points: DosePoint[] } | null;
  /** Removing what bears the concept from the lists: share 0 at this cost. */
  tagFilter: { rbo: number; ndcg20Change: Estimate | null } | null;
}

export interface DoseGoal {
  /** Key of a concept; none: that of the first of the neurons that has one. */
  concept?: string;
  /** Share of the lists that is to be reached: not above, or not below. */
  share: { atMost: number } | { atLeast: number };
  /** Largest relative loss of NDCG@20; none: any. */
  ndcgLoss?: number;
}

/** The smallest edit that reaches a goal, or how near it comes. */
export interface FoundDose {
  reached: boolean;
  operation: Exclude<EditOperation, "suppress">;
  neurons: number[];
  /** Of the edit found, or of the one that comes nearest within the budget. */
  strength: number;
  concept: { concept: string; label: string };
  share: Estimate;
  ndcg20Change: Estimate | null;
  /** By how much the share misses the goal within the budget; 0 where it is reached. */
  missedBy: number;
  /** For people: what was found, or why nothing can be. */
  message: string;
  /** All strengths that were measured, ascending. */
  tried: { strength: number; share: number; ndcg20Change: number | null }[];
}

// ---- why this item for this user ----------------------------------------------------------------------------------

/** A score taken apart: `neurons` + `bias` + `unexplained` + `completenessError` = `score`. */
export interface ScoreExplanation {
  user: string;
  item: ItemSummary;
  score: number;
  /** 1-based, among unseen items. */
  rank: number;
  /** The user has interacted with it, so that it is not listed. */
  seen: boolean;
  /** `exact` for dot and cosine; `integrated-gradients` (Sundararajan et al. 2017) along the user's latents otherwise. */
  method: "exact" | "integrated-gradients";
  /** The largest contributions first; all that are not 0. */
  neurons: { neuron: number; label: string; kind: ConceptKind; activation: number; contribution: number }[];
  /** Biases of user and item, and what the SAE's own bias and mean give; for heads the score of the baseline. */
  bias: number;
  /** What the SAE does not explain of the user's embedding. */
  unexplained: number;
  /** Of integrated gradients; within rounding 0 where the method is exact. */
  completenessError: number;
  /** Whether a recipe is part of it. */
  steered: boolean;
}
