/** Which concept describes a neuron: chosen on one half of the rows, looked at on the other. */
import type { ConceptEvidence } from "../protocol/artifact";
import type { Concept } from "./candidates";
import { type FalseDiscovery, normalQuantile } from "./chance";
import { conjunction } from "./conjunction";
import { evidenceOf, LEVEL, type Match, matchOf, mayBeChosen, type RankedHalf, rankedHalf, topHits } from "./evidence";
import { differenceInCorrelation } from "./explained";
import { type Halves, positionsInHalf, splitInHalves } from "./halves";
import { distinctiveWords, type WordCounts, wordCounts } from "./text";
import type { Vocabulary } from "./text-words";

/** Words of a neuron's top items that compete with the other concepts. */
const WORDS = 10;
/** Top items whose words are compared with the rest's: a twentieth of the half, within bounds. */
const TOP_SHARE = 0.05;
const LEAST_TOP = 10;
/** The concepts that explain a neuron best are tried in pairs. */
const PAIRED = 6;
/** A conjunction must explain this much more of the variance than either of its concepts. */
const LEAST_GAIN = 4 / 3;
/** Other concepts that come near the chosen one. */
const RIVALS = 3;

/** A concept that was chosen for a neuron, and all that is known of it but how sure it is among all tests. */
export interface Chosen {
  evidence: Omit<ConceptEvidence, "q">;
  /** On the half that did not choose it. */
  z: number;
  correlation: number;
  top: ReturnType<typeof topHits>;
  isUnrivalled: boolean;
}

interface Candidate {
  concept: Concept;
  selection: Match;
  proof: Match;
}

interface Joint extends Candidate {
  parts: [Candidate, Candidate];
}

/** Chooses concepts of items, or of users. */
export class ConceptChooser {
  private readonly halves: Halves;
  private readonly words: WordCounts;

  /**
   * @param concepts that every neuron is tried on
   * @param vocabulary of which a few words are tried on each neuron; null where there are no texts
   * @param tests told every test on the half that does not choose
   */
  constructor(
    private readonly of: ConceptEvidence["of"],
    rows: number,
    private readonly concepts: readonly Concept[],
    private readonly vocabulary: Vocabulary | null,
    private readonly tests: FalseDiscovery,
  ) {
    this.halves = splitInHalves(rows, concepts);
    this.words = vocabulary === null ? { counts: new Uint32Array(0), total: 0 } : wordCounts(vocabulary, this.selected);
  }

  /**
   * Among the concepts that may be chosen by the selection half (see `mayBeChosen`), the one that explains most of the
   * activation's variance there; or two concepts at once, where together they explain clearly more than either, on the
   * selection half and again on the other.
   *
   * @param activations of one neuron on all rows
   * @returns null where the selection half chooses none
   */
  chosen(activations: Float32Array): Chosen | null {
    const onSelection = rankedHalf(activations, this.halves.selection);
    const onProof = rankedHalf(activations, this.halves.proof);
    const candidates = this.concepts.map((concept, index) => ({
      concept,
      selection: matchOf(onSelection, this.halves.selection.bearers[index]),
      proof: matchOf(onProof, this.halves.proof.bearers[index]),
    }));
    candidates.push(...this.wordCandidates(onSelection, onProof));
    for (const { proof } of candidates) this.tests.add(proof.z);
    const tried = this.concepts.length + (this.vocabulary?.concepts.length ?? 0);
    const best = strongestFirst(candidates, ({ selection }) => selection.correlation, candidates.length).find(
      ({ selection }) => mayBeChosen(selection, onSelection, tried),
    );
    if (best === undefined) return null;
    const joints = this.conjunctionsOf(candidates, onSelection, onProof);
    const named = joints.find((joint) => explainsClearlyMore(joint, best, joints.length, onSelection, onProof)) ?? best;
    const { concept, selection, proof } = named;
    // A pair that explains more, though not surely, leaves open whether one concept is all.
    const isWhole = named !== best || joints.every((joint) => joint.proof.correlation <= proof.correlation);
    return {
      evidence: evidenceOf(concept, this.of, selection, proof, onProof),
      z: proof.z,
      correlation: proof.correlation,
      top: topHits(onProof, proof.bearers),
      isUnrivalled: isWhole && isUnrivalled(named, candidates, onProof),
    };
  }

  private get selected(): Uint32Array {
    return this.halves.selection.items;
  }

  private wordCandidates(onSelection: RankedHalf, onProof: RankedHalf): Candidate[] {
    if (this.vocabulary === null || this.words.total === 0) return [];
    const most = Math.max(LEAST_TOP, Math.round(TOP_SHARE * this.selected.length));
    const top = onSelection.top.slice(0, most).map((position) => this.selected[position]);
    return distinctiveWords(this.vocabulary, this.words, top, WORDS).map((word) =>
      this.candidate(this.vocabulary!.concepts[word], onSelection, onProof),
    );
  }

  private candidate(concept: Concept, onSelection: RankedHalf, onProof: RankedHalf): Candidate {
    return {
      concept,
      selection: matchOf(onSelection, positionsInHalf(this.halves.selection, concept.bearers)),
      proof: matchOf(onProof, positionsInHalf(this.halves.proof, concept.bearers)),
    };
  }

  /** Pairs of the concepts that explain the neuron best, with the best of them first; each is tested on the other half. */
  private conjunctionsOf(candidates: readonly Candidate[], onSelection: RankedHalf, onProof: RankedHalf): Joint[] {
    const parts = strongestFirst(
      candidates.filter(({ concept: { kind } }) => kind !== "text" && kind !== "audience"),
      ({ selection }) => selection.correlation,
      PAIRED,
    );
    const joints = parts.flatMap((one, place) =>
      parts.slice(place + 1).flatMap((other): Joint[] => {
        const [a, b] = inOrder(candidates, one, other);
        const concept = conjunction(a.concept, b.concept);
        return concept === null ? [] : [{ ...this.candidate(concept, onSelection, onProof), parts: [a, b] }];
      }),
    );
    for (const { proof } of joints) this.tests.add(proof.z);
    return strongestFirst(joints, ({ selection }) => selection.correlation, joints.length);
  }
}

/**
 * Whether two concepts together explain clearly more of a neuron than either, and than the best single one: a third more of
 * the variance and significantly more, on the half that chooses (level .05 over all pairs) and on the other (level .05).
 */
function explainsClearlyMore(
  joint: Joint,
  best: Candidate,
  pairs: number,
  onSelection: RankedHalf,
  onProof: RankedHalf,
): boolean {
  return [best, ...joint.parts].every(
    (one) =>
      joint.selection.correlation ** 2 >= LEAST_GAIN * one.selection.correlation ** 2 &&
      differenceInCorrelation(onSelection, joint.selection.bearers, one.selection.bearers) >=
        normalQuantile(LEVEL / pairs) &&
      differenceInCorrelation(onProof, joint.proof.bearers, one.proof.bearers) >= normalQuantile(LEVEL),
  );
}

/** As the concepts are listed, so that a pair has one key. */
function inOrder(candidates: readonly Candidate[], a: Candidate, b: Candidate): [Candidate, Candidate] {
  return candidates.indexOf(a) < candidates.indexOf(b) ? [a, b] : [b, a];
}

/** Whether the concept explains the neuron significantly better than those that come nearest, on the half that did not choose it. */
function isUnrivalled(chosen: Candidate, candidates: readonly Candidate[], onProof: RankedHalf): boolean {
  const others = candidates.filter(({ concept }) => !isSame(concept, chosen.concept));
  return strongestFirst(others, ({ proof }) => proof.correlation, RIVALS).every(
    ({ proof }) => differenceInCorrelation(onProof, chosen.proof.bearers, proof.bearers) >= normalQuantile(LEVEL),
  );
}

/** The same rows under another name are no rival. */
function isSame(a: Concept, b: Concept): boolean {
  return a.bearers.length === b.bearers.length && a.bearers.every((row, index) => row === b.bearers[index]);
}

/** The `limit` largest, largest first; of equal ones the first. */
function strongestFirst<Value>(values: readonly Value[], size: (value: Value) => number, limit: number): Value[] {
  return values
    .map((value, index) => ({ value, index, size: size(value) }))
    .sort((a, b) => b.size - a.size || a.index - b.index)
    .slice(0, limit)
    .map(({ value }) => value);
}
