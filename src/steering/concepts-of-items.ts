/** Which concepts each item bears: what turns a list into shares of all concepts at once. */
import type { Concept } from "../concepts/candidates";

export class ConceptsOfItems {
  /** Places of the concepts of item i are `places[offsets[i] .. offsets[i + 1])`. */
  private readonly offsets: Uint32Array;
  private readonly places: Uint16Array;

  /** @param concepts at most 65,536; their places are what is asked for */
  constructor(
    readonly concepts: readonly Concept[],
    items: number,
  ) {
    this.offsets = new Uint32Array(items + 1);
    for (const { bearers } of concepts) for (const item of bearers) this.offsets[item + 1]++;
    for (let item = 0; item < items; item++) this.offsets[item + 1] += this.offsets[item];
    this.places = new Uint16Array(this.offsets[items]);
    const next = this.offsets.slice();
    for (const [place, { bearers }] of concepts.entries()) {
      for (const item of bearers) this.places[next[item]++] = place;
    }
  }

  /** Adds the share of the list that bears each concept to `shares`. */
  addShares(list: Uint32Array, shares: Float64Array): void {
    const weight = 1 / Math.max(1, list.length);
    for (const item of list) {
      for (let at = this.offsets[item]; at < this.offsets[item + 1]; at++) shares[this.places[at]] += weight;
    }
  }
}

/** Share of a list that bears a concept. */
export class ConceptShare {
  private readonly isBearer: Uint8Array;

  constructor(
    readonly concept: Concept,
    items: number,
  ) {
    this.isBearer = new Uint8Array(items);
    for (const item of concept.bearers) this.isBearer[item] = 1;
  }

  of(list: Uint32Array): number {
    let bearing = 0;
    for (const item of list) bearing += this.isBearer[item];
    return list.length === 0 ? 0 : bearing / list.length;
  }
}
