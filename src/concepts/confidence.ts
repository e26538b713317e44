/** How sure a label is. */
import type { Confidence } from "../protocol/artifact";
import { LEVEL, standsOut, type TopHits } from "./evidence";

/** What is known of a chosen concept on the half of the rows that did not choose it. */
export interface Proof {
  /** Of activation and concept. */
  correlation: number;
  /** Among the ten most active rows. */
  top: TopHits;
  baseRate: number;
  /** False discovery rate. */
  q: number;
  /** Whether it explains the neuron significantly better than every other concept. */
  isUnrivalled: boolean;
}

/** Least correlation (medium and large in the words of Cohen 1988 are .3 and .5) and least precision beyond chance. */
const HIGH = { correlation: 0.3, precision: 0.6 };
const MEDIUM = { correlation: 0.2, precision: 0.4 };
const LOW = { correlation: 0.1 };

/**
 * The rule, all of it on held-out rows. Precision beyond chance is (p - b) / (1 - b): of the ten most active rows the share
 * p that bears the concept, of those that could, against the base rate b; 0 is chance and 1 is all.
 *
 *  - `none`: the concept does not hold: q > .05, or a correlation below .1, or the ten most active rows bear it no more often
 *    than chance has it (binomial, level .05). It is no label then.
 *  - `high`: a correlation of at least .3, a precision beyond chance of at least .6, and no other concept explains the neuron
 *    as well: for each the difference of correlations is significant at level .05, one-sided. Without the last, the neuron
 *    does stand for something like the concept, but which of several alike is open.
 *  - `medium`: a correlation of at least .2 and a precision beyond chance of at least .4.
 *  - `low`: it holds, but describes a small part of what the neuron does.
 *
 * Calibrated on planted data (`test/concepts/calibration.test.ts`): of labels called high at least 95% are the concept
 * that was planted, and of neurons that know nothing at least 95% get none.
 */
export function confidenceOf({ correlation, top, baseRate, q, isUnrivalled }: Proof): Confidence {
  if (q > LEVEL || correlation < LOW.correlation || !standsOut(top.hits, top.of, baseRate)) return "none";
  const precision = (top.hits / top.attainable - baseRate) / (1 - baseRate);
  const reaches = (least: typeof HIGH) => correlation >= least.correlation && precision >= least.precision;
  if (reaches(HIGH) && isUnrivalled) return "high";
  return reaches(MEDIUM) ? "medium" : "low";
}
