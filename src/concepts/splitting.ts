/** Splitting: a concept that several neurons share, each with a part of its items. */
import type { Structure } from "../protocol/structure";
import { type ActiveRows, rowsOf } from "./active-rows";
import type { CarriedConcept } from "./carried-concepts";

type Split = Structure["splitting"][number];

/** What a neuron must find that no other found: a share of the concept's items, and so many of them. */
const LEAST_GAIN = 0.05;
const LEAST_ITEMS = 5;

/** A neuron's active items, the most active first, and whether each bears the concept. */
interface Ranking {
  neuron: number;
  items: Uint32Array;
  activation: Float32Array;
}

/**
 * A concept and its parts, the best first; null where it is not split.
 *
 * Of the neurons that carry a concept, the best is the one whose most active items have the highest F1. How precise it is
 * there is what the others are held to: one by one, in the order of what they find alone, each adds the items that it
 * finds as precisely among those not found yet. It is a part only if most of what it finds was not found before; a neuron
 * that finds the same items again is a duplicate.
 *
 * @param active items that activate each neuron
 */
export function splitOf(active: ActiveRows, { concept, neurons }: CarriedConcept): Split | null {
  if (neurons.length < 2) return null;
  const { key, label } = concept;
  const bearers = concept.bearers.length;
  const bears = new Uint8Array(active.rows);
  for (const item of concept.bearers) bears[item] = 1;
  const found = new Uint8Array(active.rows);
  const rankings = neurons.map((neuron) => ranking(active, neuron));
  const [best] = rankings
    .map((of) => ({ of, ...bestCut(of, bears, bearers) }))
    .sort((a, b) => b.f1 - a.f1 || a.of.neuron - b.of.neuron);
  if (best.hits === 0) return null;
  mark(found, best.of, best.depth);
  const parts = [best.of.neuron];
  let together = best.hits;
  const others = rankings
    .filter((of) => of !== best.of)
    .map((of) => ({ of, alone: preciseCut(of, bears, null, best.precision).hits }))
    .sort((a, b) => b.alone - a.alone || a.of.neuron - b.of.neuron);
  for (const { of } of others) {
    const cut = preciseCut(of, bears, found, best.precision);
    if (cut.hits < Math.max(LEAST_ITEMS, LEAST_GAIN * bearers) || cut.hits <= cut.repeated) continue;
    mark(found, of, cut.depth);
    parts.push(of.neuron);
    together += cut.hits;
  }
  if (parts.length < 2) return null;
  return {
    concept: key,
    label,
    neurons: parts,
    recallOfBest: best.hits / bearers,
    recallTogether: together / bearers,
  };
}

function ranking(active: ActiveRows, neuron: number): Ranking {
  const { row, activation } = rowsOf(active, neuron);
  const order = Uint32Array.from(row.keys()).sort((a, b) => activation[b] - activation[a] || a - b);
  return { neuron, items: order.map((at) => row[at]), activation: Float32Array.from(order, (at) => activation[at]) };
}

/** Whether the list can be cut after a place: equal activations stay together. */
function isCut({ activation }: Ranking, place: number): boolean {
  return place + 1 === activation.length || activation[place + 1] < activation[place];
}

/** Where F1 is highest. */
function bestCut(of: Ranking, bears: Uint8Array, bearers: number) {
  let best = { f1: 0, precision: 0, hits: 0, depth: 0 };
  let hits = 0;
  for (let place = 0; place < of.items.length; place++) {
    hits += bears[of.items[place]];
    if (!isCut(of, place)) continue;
    const f1 = (2 * hits) / (place + 1 + bearers);
    if (f1 > best.f1) best = { f1, precision: hits / (place + 1), hits, depth: place + 1 };
  }
  return best;
}

/**
 * The longest beginning of the list that is as precise as told, among items that were not found before.
 *
 * @returns bearers that it adds, and those that had been found
 */
function preciseCut(of: Ranking, bears: Uint8Array, found: Uint8Array | null, precision: number) {
  let best = { hits: 0, repeated: 0, depth: 0 };
  let looked = 0;
  let hits = 0;
  let repeated = 0;
  for (let place = 0; place < of.items.length; place++) {
    const item = of.items[place];
    if (found?.[item] === 1) {
      repeated += bears[item];
    } else {
      looked++;
      hits += bears[item];
    }
    if (hits > best.hits && hits >= precision * looked && isCut(of, place)) best = { hits, repeated, depth: place + 1 };
  }
  return best;
}

function mark(found: Uint8Array, { items }: Ranking, depth: number): void {
  for (let place = 0; place < depth; place++) found[items[place]] = 1;
}
