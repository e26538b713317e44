/** What neurons do on the rows that are measured: activations, and the concepts that they lift. */
import type { Concept } from "../concepts/candidates";
import { conceptOfKey } from "../concepts/concept-by-key";
import { matchOf, rankedHalf, topHits } from "../concepts/evidence";
import { type Halves, positionsInHalf, splitInHalves } from "../concepts/halves";
import { conceptLifts } from "../concepts/label";
import type { Dataset } from "../data/dataset";
import type { ConceptEvidence } from "../protocol/artifact";
import type { Sae } from "../sae/model";
import { type MeasuredRows, measuredItemRows, measuredRows, measuredUserRows, seedOf } from "./measured-rows";
import { NeuronActivations } from "./neuron-activations";
import type { Explained } from "./neuron-reason";

/** Made when a neuron is first looked at: a list of neurons does without. */
export class MeasuredNeurons {
  /** Rows in the catalogue of the items measured, and of the users; ascending. */
  readonly itemRows: Uint32Array;
  readonly userRows: Uint32Array;
  readonly measured: MeasuredRows;
  /** In the order of the rows above. */
  readonly onItems: NeuronActivations;
  readonly onUsers: NeuronActivations;
  /** Of the items measured, as positions in `itemRows`. */
  readonly halves: Halves;

  /** @param concepts of all items */
  constructor(sae: Sae, dataset: Dataset, concepts: Concept[]) {
    const seed = seedOf(sae);
    const latents = sae.encoderBias.length;
    this.itemRows = measuredItemRows(dataset, latents, seed);
    this.userRows = measuredUserRows(dataset, seed);
    this.measured = measuredRows(dataset, latents, seed, concepts);
    this.onItems = new NeuronActivations(sae, this.measured.items.embeddings);
    this.onUsers = new NeuronActivations(sae, this.measured.users);
    this.halves = splitInHalves(this.itemRows.length, this.measured.concepts);
  }

  /**
   * Concepts with the highest lift on held-out items, best first, at most `limit`; that of the label is among them. None
   * that no top item bears.
   *
   * @param own evidence of the label; null where there is none
   */
  async lifts(neuron: number, own: ConceptEvidence | null, limit: number): Promise<ConceptEvidence[]> {
    const { concepts } = this.measured;
    const onItems = await this.onItems.of(neuron);
    const lifts = conceptLifts(onItems, own?.concept, concepts, this.halves, limit).filter(
      ({ concept, lift }) => lift > 0 || concept === own?.concept,
    );
    if (own === null) return lifts;
    // The label's own figures are those of its proof: false discovery rates there are over all neurons.
    if (lifts.some(({ concept }) => concept === own.concept)) {
      return lifts.map((evidence) => (evidence.concept === own.concept ? own : evidence));
    }
    // A label of two concepts, of words or of users is none of the concepts that every neuron is tried on.
    const place = lifts.findIndex(({ lift }) => lift < own.lift);
    return lifts.slice(0, limit - 1).toSpliced(place < 0 ? limit - 1 : place, 0, own);
  }

  /** Concepts of the items measured, by the keys of evidence; those of users are left out. */
  conceptsOf(keys: Iterable<string>): Concept[] {
    const { concepts, items } = this.measured;
    return Array.from(keys).flatMap((key) => conceptOfKey(key, concepts, items) ?? []);
  }

  /** What the label's confidence rests on, on held-out items; null where its concept is none of items. */
  async explained(neuron: number, own: ConceptEvidence | null): Promise<Explained | null> {
    const [concept] = own === null ? [] : this.conceptsOf([own.concept]);
    if (concept === undefined) return null;
    const { proof } = this.halves;
    const ranked = rankedHalf(await this.onItems.of(neuron), proof);
    const { correlation, bearers } = matchOf(ranked, positionsInHalf(proof, concept.bearers));
    return { correlation, top: topHits(ranked, bearers) };
  }

  /** How much more often each concept is borne by the neuron's ten strongest held-out items than by all of them. */
  async liftsOf(neuron: number, concepts: readonly Concept[]): Promise<{ lift: number; baseRate: number }[]> {
    const { proof } = this.halves;
    const ranked = rankedHalf(await this.onItems.of(neuron), proof);
    return concepts.map((concept) => {
      const bearers = positionsInHalf(proof, concept.bearers);
      const baseRate = bearers.length / Math.max(1, proof.items.length);
      const { hits, of } = topHits(ranked, bearers);
      return { lift: of === 0 || baseRate === 0 ? 0 : hits / of / baseRate, baseRate };
    });
  }
}
