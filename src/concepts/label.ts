/** Names for neurons: the concept that tells the items a neuron fires on best, chosen on one half, proved on the other. */
import type { Items } from "../data/dataset";
import { column, type Matrix } from "../data/matrix";
import type { ConceptEvidence, NeuronLabel } from "../protocol/artifact";
import type { Concept } from "./candidates";
import { evidenceOf, holds, type Match, matchOf, type RankedHalf, rankedHalf, standsOut } from "./evidence";
import { type Half, splitInHalves } from "./halves";
import { strongest } from "./strongest";

export interface NeuronLabelling {
  /** In neuron order. */
  labels: NeuronLabel[];
  /**
   * Concepts with the highest lift on the held-out half, best first, at most `limit`; the label's own is among them.
   * Concepts whose lift chance explains come last.
   */
  lifts(neuron: number, limit: number): ConceptEvidence[];
}

/**
 * Labels every neuron.
 *
 * Among the concepts that hold on the selection half (see `holds`), the one with the highest lower bound of its AUC is
 * chosen: a rare concept wins by a clear AUC only, not by its rarity. It becomes the label if it holds on the other
 * half too, which had no part in the choice. Otherwise the neuron is "unlabelled" and described by its items.
 *
 * @param activations items x neurons, never negative
 * @param live per neuron, 1 if any user or item activates it
 * @param seed of the split in halves
 */
export function labelNeurons(
  activations: Matrix,
  live: Uint8Array,
  items: Items,
  concepts: Concept[],
  seed: number,
): NeuronLabelling {
  const { selection, proof } = splitInHalves(activations.rows, concepts, seed);
  const ranked = (neuron: number) => ({
    onSelection: rankedHalf(onHalf(activations, neuron, selection), selection),
    onProof: rankedHalf(onHalf(activations, neuron, proof), proof),
  });

  const labels = Array.from({ length: activations.columns }, (_, neuron): NeuronLabel => {
    if (live[neuron] === 0) return { neuron, label: "dead", kind: "dead", evidence: null };
    const { onSelection, onProof } = ranked(neuron);
    const evidence = provenConcept(onSelection, onProof, concepts);
    return evidence === null
      ? { neuron, label: likeness(activations, neuron, items), kind: "unlabelled", evidence: null }
      : { neuron, label: evidence.label, kind: evidence.kind, evidence };
  });

  return {
    labels,
    lifts(neuron, limit) {
      const { onSelection, onProof } = ranked(neuron);
      const ordered = byLift(onSelection, onProof, concepts);
      const best = ordered.slice(0, Math.max(0, limit));
      const own = ordered.find(({ concept }) => concept === labels[neuron].evidence?.concept);
      return own === undefined || best.length === 0 || best.includes(own) ? best : [...best.slice(0, -1), own];
    },
  };
}

function provenConcept(onSelection: RankedHalf, onProof: RankedHalf, concepts: Concept[]): ConceptEvidence | null {
  let best: { index: number; match: Match } | null = null;
  for (let index = 0; index < concepts.length; index++) {
    const match = matchOf(onSelection, concepts[index], index);
    if (best !== null && match.bound <= best.match.bound) continue;
    if (holds(match, concepts.length)) best = { index, match };
  }
  if (best === null) return null;
  const chosen = concepts[best.index];
  const proof = matchOf(onProof, chosen, best.index);
  return holds(proof, 1) ? evidenceOf(chosen, best.match, proof) : null;
}

/** Every concept's evidence: first what stands out from chance (one hit on a rare tag does not), then by lift. */
function byLift(onSelection: RankedHalf, onProof: RankedHalf, concepts: Concept[]): ConceptEvidence[] {
  const rated = concepts.map((concept, index) => {
    const proof = matchOf(onProof, concept, index);
    const evidence = evidenceOf(concept, matchOf(onSelection, concept, index), proof);
    return { evidence, standsOut: proof.hits > 1 && standsOut(proof.hits, proof.top, evidence.baseRate) };
  });
  return rated
    .sort(
      (a, b) =>
        Number(b.standsOut) - Number(a.standsOut) ||
        b.evidence.lift - a.evidence.lift ||
        b.evidence.heldOutAuc - a.evidence.heldOutAuc,
    )
    .map(({ evidence }) => evidence);
}

/** The neuron's activations on a half, in the half's order. */
function onHalf(activations: Matrix, neuron: number, { items }: Half): Float32Array {
  const values = new Float32Array(items.length);
  for (let i = 0; i < items.length; i++) values[i] = activations.values[items[i] * activations.columns + neuron];
  return values;
}

/** `like Alien, The Thing`: the two most active items, without years, and with articles where they are spoken. */
function likeness(activations: Matrix, neuron: number, { titles }: Items): string {
  const typical = strongest(column(activations, neuron), 2).map((item) => shortTitle(titles[item]));
  return typical.length === 0 ? "active on users only" : `like ${typical.join(", ")}`;
}

const LONGEST_TITLE = 40;

function shortTitle(title: string): string {
  const plain = (title.replace(/\s*\(\d{4}\)\s*$/, "") || title).replace(/^(.+), (The|An?)$/, "$2 $1");
  const characters = [...plain];
  return characters.length <= LONGEST_TITLE
    ? plain
    : `${characters
        .slice(0, LONGEST_TITLE - 1)
        .join("")
        .trimEnd()}…`;
}
