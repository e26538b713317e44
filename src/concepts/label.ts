/** Names for neurons: the concept that explains most of what a neuron does, chosen on one half of the rows, proved on the other. */
import type { Items } from "../data/dataset";
import { column, type Matrix, matrix, row } from "../data/matrix";
import type { ConceptEvidence, Confidence, NeuronLabel } from "../protocol/artifact";
import type { AudienceConcept } from "./audience";
import type { Concept } from "./candidates";
import { FalseDiscovery } from "./chance";
import { type Chosen, ConceptChooser } from "./choice";
import { confidenceOf } from "./confidence";
import { evidenceOf, matchOf, rankedHalf, standsOut, topHits } from "./evidence";
import type { Halves } from "./halves";
import { likeness } from "./likeness";
import { vocabularyOf } from "./text-words";

/** What neurons are named by. */
export interface NeuronsOnData {
  /** [items, neurons], never negative */
  activations: Matrix;
  /** Per neuron, 1 if any user or item activates it. */
  live: Uint8Array;
  items: Items;
  /** Of the items. */
  concepts: readonly Concept[];
  /** Groups of users, and [users, neurons]; null where users are not looked at. */
  audience?: { concepts: readonly AudienceConcept[]; activations: Matrix } | null;
}

/** Columns that are copied out of the activations at once: as many as a line of the cache holds. */
const COLUMNS = 16;

/** @see labelling */
export function labelNeurons(of: NeuronsOnData): NeuronLabel[] {
  const work = labelling(of);
  for (let next = work.next(); ; next = work.next()) if (next.done) return next.value;
}

/**
 * Labels every neuron, in neuron order.
 *
 * For each the concept of items is chosen that explains most of its activation on one half of the items, and a group of
 * users likewise (see `ConceptChooser`). Both are looked at on the other half; the false discovery rate is taken over all
 * tests of all neurons there. The items' concept is the label, unless its confidence (see `confidenceOf`) is below medium
 * and the users' is higher. A neuron without either is "unlabelled" and described by its items.
 *
 * @returns yields the share that is done, between neurons
 */
export function* labelling({
  activations,
  live,
  items,
  concepts,
  audience = null,
}: NeuronsOnData): Generator<number, NeuronLabel[]> {
  const tests = new FalseDiscovery();
  const vocabulary = vocabularyOf(items);
  const ofItems = new ConceptChooser("items", activations.rows, concepts, vocabulary, tests);
  const ofUsers = audience && new ConceptChooser("users", audience.activations.rows, audience.concepts, null, tests);
  const chosen: { items: Chosen | null; users: Chosen | null }[] = [];
  const unnamed: string[] = [];
  for (let start = 0; start < activations.columns; start += COLUMNS) {
    const end = Math.min(activations.columns, start + COLUMNS);
    const block = columnsOf(activations, start, end);
    const usersBlock = audience && columnsOf(audience.activations, start, end);
    for (let neuron = start; neuron < end; neuron++) {
      yield neuron / activations.columns;
      const onItems = column(block, neuron - start);
      unnamed.push(live[neuron] === 0 ? "dead" : likeness(onItems, items));
      chosen.push({
        items: live[neuron] === 0 ? null : ofItems.chosen(onItems),
        users: live[neuron] === 0 ? null : (ofUsers?.chosen(column(usersBlock!, neuron - start)) ?? null),
      });
    }
  }
  return chosen.map((of, neuron): NeuronLabel => {
    const best = better(judged(of.items, tests), judged(of.users, tests));
    const said = { neuron, model: null, person: null };
    if (best.rank > 0) {
      const { evidence, confidence } = best;
      return { ...said, label: evidence!.label, kind: evidence!.kind, confidence, evidence };
    }
    const kind = live[neuron] === 0 ? ("dead" as const) : ("unlabelled" as const);
    return { ...said, label: unnamed[neuron], kind, confidence: "none", evidence: null };
  });
}

interface Judged {
  evidence: ConceptEvidence | null;
  confidence: Confidence;
  /** By confidence; 0 is none. */
  rank: number;
}

function judged(chosen: Chosen | null, tests: FalseDiscovery): Judged {
  if (chosen === null) return { evidence: null, confidence: "none", rank: 0 };
  const evidence = { ...chosen.evidence, q: tests.rate(chosen.z) };
  const confidence = confidenceOf({ ...chosen, baseRate: evidence.baseRate, q: evidence.q });
  return { evidence, confidence, rank: RANKS.indexOf(confidence) };
}

/** Users name a neuron only where items do not surely: old people who like old films make it no neuron of old people. */
function better(ofItems: Judged, ofUsers: Judged): Judged {
  const itemsAreSure = ofItems.rank >= RANKS.indexOf("medium");
  return itemsAreSure || ofItems.rank >= ofUsers.rank ? ofItems : ofUsers;
}

const RANKS: Confidence[] = ["none", "low", "medium", "high"];

/** Columns [from, to), copied. */
export function columnsOf(of: Matrix, from: number, to: number): Matrix {
  if (from === 0 && to === of.columns) return of;
  const result = matrix(of.rows, to - from);
  for (let r = 0; r < of.rows; r++) result.values.set(row(of, r).subarray(from, to), r * result.columns);
  return result;
}

/**
 * Concepts with the highest lift on the held-out half, best first, at most `limit`; the label's own is among them where it
 * is among `concepts`. Concepts whose lift chance explains come last. False discovery rates are over this neuron's tests.
 *
 * @param activations of one neuron, per item
 * @param own key of the label's concept; undefined where there is none
 */
export function conceptLifts(
  activations: Float32Array,
  own: string | undefined,
  concepts: readonly Concept[],
  { selection, proof }: Halves,
  limit: number,
): ConceptEvidence[] {
  const onSelection = rankedHalf(activations, selection);
  const onProof = rankedHalf(activations, proof);
  const tests = new FalseDiscovery();
  const ordered = concepts
    .map((concept, index) => {
      const match = matchOf(onProof, proof.bearers[index]);
      tests.add(match.z);
      const { hits, of } = topHits(onProof, match.bearers);
      const share = match.bearers.length / Math.max(1, proof.items.length);
      const lift = of === 0 || share === 0 ? 0 : hits / of / share;
      // One hit on a rare tag is chance, whatever its lift.
      return { concept, index, match, lift, standsOut: hits > 1 && standsOut(hits, of, share) };
    })
    .sort(
      (a, b) =>
        Number(b.standsOut) - Number(a.standsOut) || b.lift - a.lift || b.match.auc - a.match.auc || a.index - b.index,
    );
  const best = ordered.slice(0, Math.max(0, limit));
  const ofLabel = ordered.find(({ concept }) => concept.key === own);
  const listed =
    ofLabel === undefined || best.length === 0 || best.includes(ofLabel) ? best : [...best.slice(0, -1), ofLabel];
  return listed.map(({ concept, index, match }) => ({
    ...evidenceOf(concept, "items", matchOf(onSelection, selection.bearers[index]), match, onProof),
    q: tests.rate(match.z),
  }));
}
