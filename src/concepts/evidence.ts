/** What speaks for a concept as the name of a neuron, and when that is enough. */
import type { ConceptEvidence } from "../protocol/artifact";
import { aucErrorByChance, aucOfRanks, aucStandardError, midRanks } from "./auc";
import type { Concept } from "./candidates";
import { binomialTail, normalQuantile } from "./chance";
import type { Half } from "./halves";
import { strongest } from "./strongest";

const TOP_ITEMS = 10;
/** One-sided level of every bound and test. */
const LEVEL = 0.05;
/** Below this AUC a concept describes too little of what a neuron does, however surely it does. */
const LEAST_AUC = 0.6;
/** What the lower bound of an AUC must exceed: chance (.5) and a margin. */
const LEAST_AUC_BOUND = 0.55;
/** Share of the top items that must bear the concept, of as many as could. */
const LEAST_PRECISION = 0.3;

/** A neuron's activations on one half of the items, ranked once for all concepts. */
export interface RankedHalf {
  half: Half;
  ranks: Float64Array;
  /** Up to ten most active items, as positions in the half. */
  top: number[];
}

/** One neuron, one concept, one half. */
export interface Match {
  auc: number;
  /** One-sided 95% lower bound of the AUC. */
  bound: number;
  /** Bearers among the top items, and how many top items there are: fewer than ten when fewer are active. */
  hits: number;
  top: number;
  positives: number;
  negatives: number;
}

export function rankedHalf(activations: Float32Array, half: Half): RankedHalf {
  return { half, ranks: midRanks(activations), top: strongest(activations, TOP_ITEMS) };
}

export function matchOf({ half, ranks, top }: RankedHalf, { bears }: Concept, index: number): Match {
  const positives = half.bearers[index].length;
  const negatives = half.items.length - positives;
  const auc = aucOfRanks(ranks, half.bearers[index]);
  const bound = auc - normalQuantile(LEVEL) * aucStandardError(auc, positives, negatives);
  let hits = 0;
  for (const position of top) hits += bears[half.items[position]];
  return { auc, bound, hits, top: top.length, positives, negatives };
}

/**
 * Whether a concept describes a neuron on one half of the items. All of:
 *  - the AUC is at least .6, and its one-sided 95% lower bound above .55;
 *  - the AUC is larger than chance gives at level .05 divided by the number of concepts tried (Bonferroni);
 *  - of the ten most active items more bear the concept than chance gives at level .05 (binomial, the concept's
 *    share of the half being the chance of each), and at least 30% of those that could.
 *
 * @param tried how many concepts competed; 1 where the concept was chosen elsewhere
 */
export function holds({ auc, bound, hits, top, positives, negatives }: Match, tried: number): boolean {
  if (positives === 0 || negatives === 0 || top === 0) return false;
  if (auc < LEAST_AUC || bound <= LEAST_AUC_BOUND) return false;
  if (auc - 0.5 < normalQuantile(LEVEL / Math.max(1, tried)) * aucErrorByChance(positives, negatives)) return false;
  return (
    standsOut(hits, top, positives / (positives + negatives)) && hits >= LEAST_PRECISION * Math.min(top, positives)
  );
}

/** Whether the top items bear the concept more often than items drawn at random would, at level .05. */
export function standsOut(hits: number, top: number, share: number): boolean {
  return binomialTail(top, hits, share) <= LEVEL;
}

export function evidenceOf(concept: Concept, selection: Match, proof: Match): ConceptEvidence {
  const precision10 = proof.top === 0 ? 0 : proof.hits / proof.top;
  const baseRate = proof.positives / Math.max(1, proof.positives + proof.negatives);
  return {
    concept: concept.key,
    label: concept.label,
    kind: concept.kind,
    selectionAuc: selection.auc,
    heldOutAuc: proof.auc,
    precision10,
    baseRate,
    lift: baseRate === 0 ? 0 : precision10 / baseRate,
  };
}
