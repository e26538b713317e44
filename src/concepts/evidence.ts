/** What speaks for a concept as the name of a neuron, on one half of the rows. */
import type { ConceptEvidence, Interval } from "../protocol/artifact";
import { aucErrorByChance, aucOfRanks, distributionFreeAucError, midRanks, varianceOfRanks } from "./auc";
import type { Concept } from "./candidates";
import { binomialTail, normalQuantile } from "./chance";
import { type Activations, correlation, withMoments } from "./explained";
import type { Half } from "./halves";
import { strongest } from "./strongest";

const TOP = 10;
const LONGEST_TOP = 200;
/** One-sided level of every bound and test. */
export const LEVEL = 0.05;
/** Of a 95% interval, in standard errors. */
const INTERVAL = 1.96;
/** Cohen (1988) calls a correlation of .1 small; less is no description, however sure. */
const LEAST_CORRELATION = 0.1;
/** Share of the top rows that must bear the concept, of as many as could. */
const LEAST_PRECISION = 0.3;

/** A neuron's activations on one half of the rows, ranked once for all concepts. */
export interface RankedHalf extends Activations {
  half: Half;
  ranks: Float64Array;
  rankVariance: number;
  /** How many of them are above 0. */
  active: number;
  /** Up to 200 most active rows, as positions in the half. */
  top: number[];
}

/** One neuron, one concept, one half. */
export interface Match {
  /** Positions of the concept's rows in the half. */
  bearers: Uint32Array;
  auc: number;
  /** Of the Mann-Whitney test against chance, ties taken into account. */
  z: number;
  /** Of activation and concept. */
  correlation: number;
}

/** @param activations of one neuron on all rows */
export function rankedHalf(activations: Float32Array, half: Half): RankedHalf {
  const values = new Float32Array(half.items.length);
  let active = 0;
  for (let position = 0; position < values.length; position++) {
    values[position] = usable(activations[half.items[position]]);
    if (values[position] > 0) active++;
  }
  const ranks = midRanks(values);
  return {
    ...withMoments(values),
    half,
    ranks,
    rankVariance: varianceOfRanks(ranks),
    active,
    top: strongest(values, LONGEST_TOP),
  };
}

/** Weights that no training gives may make an activation NaN or infinite. */
function usable(activation: number): number {
  if (Number.isNaN(activation)) return 0;
  return Math.min(activation, LARGEST_ACTIVATION);
}

/** Its square is a number still. */
const LARGEST_ACTIVATION = 1e30;

export function matchOf(ranked: RankedHalf, bearers: Uint32Array): Match {
  const positives = bearers.length;
  const negatives = ranked.values.length - positives;
  const auc = aucOfRanks(ranked.ranks, bearers);
  const error = aucErrorByChance(positives, negatives, ranked.rankVariance);
  return { bearers, auc, z: error === 0 ? 0 : (auc - 0.5) / error, correlation: correlation(ranked, bearers) };
}

/**
 * Whether a concept may be chosen as a neuron's name. All of:
 *  - its AUC is larger than chance gives at level .05 divided by the number of concepts tried (Bonferroni);
 *  - its correlation with the activation is at least .1;
 *  - of the ten most active rows more bear it than chance gives at level .05, and at least 30% of those that could.
 *
 * @param tried how many concepts competed
 */
export function mayBeChosen(match: Match, ranked: RankedHalf, tried: number): boolean {
  if (match.correlation < LEAST_CORRELATION || match.z < normalQuantile(LEVEL / Math.max(1, tried))) return false;
  const { hits, of, attainable } = topHits(ranked, match.bearers, TOP);
  return hits >= LEAST_PRECISION * attainable && standsOut(hits, of, match.bearers.length / ranked.values.length);
}

/** Whether top rows bear a concept more often than rows drawn at random would, at level .05. */
export function standsOut(hits: number, top: number, share: number): boolean {
  return top > 0 && binomialTail(top, hits, share) <= LEVEL;
}

export interface TopHits {
  /** Bearers among the most active rows, those rows, and how many of them could be bearers. */
  hits: number;
  of: number;
  attainable: number;
}

/** Of the `limit` most active rows, or of all active ones where they are fewer. */
export function topHits({ top }: RankedHalf, bearers: Uint32Array, limit = TOP): TopHits {
  const of = Math.min(limit, top.length);
  let hits = 0;
  for (let place = 0; place < of; place++) if (includes(bearers, top[place])) hits++;
  return { hits, of, attainable: Math.min(of, bearers.length) };
}

/** All that is told of a concept but how sure it is among all tests. */
export function evidenceOf(
  { key, label, kind }: Concept,
  of: ConceptEvidence["of"],
  selection: Match,
  proof: Match,
  onProof: RankedHalf,
): Omit<ConceptEvidence, "q"> {
  const { bearers, auc } = proof;
  const error = distributionFreeAucError(onProof.values, onProof.ranks, bearers);
  const precision = (limit: number) => {
    const { hits, of } = topHits(onProof, bearers, limit);
    return of === 0 ? 0 : hits / of;
  };
  const precision10 = precision(TOP);
  const baseRate = bearers.length / Math.max(1, onProof.values.length);
  let activeBearers = 0;
  for (const position of bearers) if (onProof.values[position] > 0) activeBearers++;
  return {
    concept: key,
    label,
    kind,
    of,
    selectionAuc: selection.auc,
    heldOutAuc: auc,
    heldOutAucInterval: [Math.max(0, auc - INTERVAL * error), Math.min(1, auc + INTERVAL * error)] as Interval,
    averagePrecision: averagePrecision(onProof.values, bearers),
    precision10,
    precision50: onProof.active < 50 ? null : precision(50),
    precision200: onProof.active < 200 ? null : precision(200),
    baseRate,
    lift: baseRate === 0 ? 0 : precision10 / baseRate,
    recall: bearers.length === 0 ? 0 : activeBearers / bearers.length,
  };
}

/**
 * Mean over bearers of the precision among all rows at least as active; rows of equal activation, as all that are not
 * active, count together. The base rate is what chance gives.
 */
export function averagePrecision(values: Float32Array, bearers: Uint32Array): number {
  if (bearers.length === 0) return 0;
  const all = values.slice().sort();
  const ofBearers = Float32Array.from(bearers, (position) => values[position]).sort();
  let sum = 0;
  let [found, seen] = [0, 0];
  for (let next = ofBearers.length - 1; next >= 0; ) {
    const value = ofBearers[next];
    let tied = 0;
    for (; next >= 0 && ofBearers[next] === value; next--) tied++;
    while (seen < all.length && all[all.length - 1 - seen] >= value) seen++;
    found += tied;
    sum += (tied * found) / seen;
  }
  return sum / bearers.length;
}

function includes(ascending: Uint32Array, value: number): boolean {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ascending[middle] < value) low = middle + 1;
    else high = middle;
  }
  return ascending[low] === value;
}
