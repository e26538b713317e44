/** Absorption: a neuron is silent on items that bear its label because a narrower one took them over. */
import type { Structure } from "../protocol/structure";
import { type ActiveRows, activeCount, type NeuronsOfRows, rowsOf } from "./active-rows";
import type { CarriedConcept } from "./carried-concepts";
import { surprise } from "./companions";

type Absorbed = Structure["absorption"][number];

/** A general neuron knows the concept: it is active on this share of its bearers. */
const LEAST_RECALL = 0.3;
/** A narrow neuron is about the concept: its items bear it by so much of the way from what chance gives to all of them. */
const LEAST_PRECISION = 0.5;
/** Silent items that it must be active on: a share of them, and so many. */
const LEAST_SHARE = 0.2;
const LEAST_ITEMS = 5;
/** As many times as often it must be active where the general neuron is silent. */
const LEAST_LIFT = 2;
/** Likelihood ratio, in nats, at which that is no chance, with as many neurons as there are to choose from. */
const LEAST_EVIDENCE = 10;

/**
 * All cases of neurons that are named for the concept alone.
 *
 * Being active on what another misses is not enough: two neurons that each find a part of a concept do that (see
 * splitting). A narrow neuron has taken items over where it is active on fewer items than the general one, most of them
 * the concept's, and on the silent bearers at least twice as often as on the others.
 *
 * @param active items that activate each neuron, and the same the other way round
 * @see arXiv 2409.14507, "A is for Absorption"
 */
export function absorbedOf(
  active: ActiveRows,
  ofItems: NeuronsOfRows,
  { concept, wholly }: CarriedConcept,
): Absorbed[] {
  const { key, label, bearers } = concept;
  const activeOn = (item: number) => ofItems.neuron.subarray(ofItems.offsets[item], ofItems.offsets[item + 1]);
  const onBearers = countsOver(active, bearers, activeOn);
  const baseRate = bearers.length / active.rows;
  const leastPrecision = baseRate + LEAST_PRECISION * (1 - baseRate);
  return wholly.flatMap((general): Absorbed[] => {
    const activates = new Uint8Array(active.rows);
    for (const item of rowsOf(active, general).row) activates[item] = 1;
    const silent = bearers.filter((item) => activates[item] === 0);
    const loud = bearers.length - silent.length;
    if (silent.length < LEAST_ITEMS || loud < LEAST_RECALL * bearers.length) return [];
    const onSilent = countsOver(active, silent, activeOn);
    const cases: Absorbed[] = [];
    for (let narrow = 0; narrow < onSilent.length; narrow++) {
      const taken = onSilent[narrow];
      const items = activeCount(active, narrow);
      if (taken < Math.max(LEAST_ITEMS, LEAST_SHARE * silent.length)) continue;
      if (items >= activeCount(active, general) || onBearers[narrow] < leastPrecision * items) continue;
      const share = taken / silent.length;
      // One more of each: where it is never active beside the general one, that is not known to the last item.
      const elsewhere = (onBearers[narrow] - taken + 1) / (loud + 1);
      if (share < LEAST_LIFT * elsewhere || silent.length * surprise(share, elsewhere) < LEAST_EVIDENCE) continue;
      cases.push({ concept: key, label, general, narrow, share, items: silent.length });
    }
    return cases;
  });
}

/** Per neuron, how many of the items activate it. */
function countsOver(active: ActiveRows, items: Uint32Array, activeOn: (item: number) => Uint32Array): Uint32Array {
  const counts = new Uint32Array(active.offsets.length - 1);
  for (const item of items) for (const neuron of activeOn(item)) counts[neuron]++;
  return counts;
}
