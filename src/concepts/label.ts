/** Names for neurons: the concept that tells the items a neuron fires on best, chosen on one half, proved on the other. */
import { type Items, titleOf } from "../data/dataset";
import { column, type Matrix } from "../data/matrix";
import type { ConceptEvidence, NeuronLabel } from "../protocol/artifact";
import type { Concept } from "./candidates";
import { evidenceOf, holds, type Match, matchOf, type RankedHalf, rankedHalf, standsOut } from "./evidence";
import { type Half, splitInHalves } from "./halves";
import { strongest } from "./strongest";

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
 * @returns in neuron order
 */
export function labelNeurons(
  activations: Matrix,
  live: Uint8Array,
  items: Items,
  concepts: Concept[],
  seed: number,
): NeuronLabel[] {
  const { selection, proof } = splitInHalves(activations.rows, concepts, seed);
  return Array.from({ length: activations.columns }, (_, neuron): NeuronLabel => {
    if (live[neuron] === 0) return { neuron, label: "dead", kind: "dead", evidence: null };
    const ofNeuron = column(activations, neuron);
    const evidence = provenConcept(onHalf(ofNeuron, selection), onHalf(ofNeuron, proof), concepts);
    return evidence === null
      ? { neuron, label: likeness(ofNeuron, items), kind: "unlabelled", evidence: null }
      : { neuron, label: evidence.label, kind: evidence.kind, evidence };
  });
}

/**
 * Concepts with the highest lift on the held-out half, best first, at most `limit`; the label's own is among them.
 * Concepts whose lift chance explains come last.
 *
 * @param activations of one neuron, per item
 * @param own key of the label's concept; undefined where there is none
 */
export function conceptLifts(
  activations: Float32Array,
  own: string | undefined,
  concepts: Concept[],
  { selection, proof }: ReturnType<typeof splitInHalves>,
  limit: number,
): ConceptEvidence[] {
  const ordered = byLift(onHalf(activations, selection), onHalf(activations, proof), concepts);
  const best = ordered.slice(0, Math.max(0, limit));
  const ofLabel = ordered.find(({ concept }) => concept === own);
  return ofLabel === undefined || best.length === 0 || best.includes(ofLabel) ? best : [...best.slice(0, -1), ofLabel];
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

/** A neuron's activations, ranked on a half. */
function onHalf(activations: Float32Array, half: Half): RankedHalf {
  const { items } = half;
  const values = new Float32Array(items.length);
  for (let i = 0; i < items.length; i++) values[i] = activations[items[i]];
  return rankedHalf(values, half);
}

/** `like Alien, The Thing`: the two most active items, without years, and with articles where they are spoken. */
function likeness(activations: Float32Array, items: Items): string {
  const typical = strongest(activations, 2).map((item) => shortTitle(titleOf(items, item)));
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
