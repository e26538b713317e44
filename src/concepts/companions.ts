/** With whom each neuron is active: counted over active items alone, so that many neurons cost what they do, not m x m. */
import { sampledRows } from "../data/random";
import { type ActiveRows, activeCount, activeRowsAmong, neuronsOfRows, rowsOf } from "./active-rows";
import { normalQuantile } from "./chance";

/** One neuron and all that are ever active together with it. The arrays are overwritten by the next neuron. */
export interface Companions {
  neuron: number;
  /** Items that activate it. */
  active: number;
  /** Other neurons, in no order. */
  others: Uint32Array;
  /** Per neuron of the SAE: items that activate both. */
  together: Uint32Array;
  /** Per neuron of the SAE: this neuron's activation, summed over the items that activate both. */
  activation: Float64Array;
  /** Summed over all items. */
  totalActivation: number;
}

/** Pairs of active neurons that are counted, over all items: half a second's work. */
const MOST_PAIRS = 2 ** 27;
/** Shares of fewer items would not be sure. */
const LEAST_ITEMS = 1_000;

/** Active items that pairs can be counted on: all, or a sample where so many neurons are active on each that it took too long. */
export function countedItems(active: ActiveRows, seed: number): ActiveRows {
  const perItem = new Uint32Array(active.rows);
  for (const r of active.row) perItem[r]++;
  const pairs = perItem.reduce((sum, neurons) => sum + neurons * neurons, 0);
  if (pairs <= MOST_PAIRS) return active;
  const most = Math.max(LEAST_ITEMS, Math.floor((active.rows * MOST_PAIRS) / pairs));
  return activeRowsAmong(active, sampledRows(active.rows, most, seed));
}

/** In neuron order; neurons that no item activates are left out. */
export function* companions(active: ActiveRows): Generator<Companions> {
  const neurons = active.offsets.length - 1;
  const ofRows = neuronsOfRows(active);
  const together = new Uint32Array(neurons);
  const activation = new Float64Array(neurons);
  const met = new Uint32Array(neurons);
  for (let neuron = 0; neuron < neurons; neuron++) {
    if (activeCount(active, neuron) === 0) continue;
    const own = rowsOf(active, neuron);
    let others = 0;
    let totalActivation = 0;
    for (let i = 0; i < own.row.length; i++) {
      totalActivation += own.activation[i];
      const end = ofRows.offsets[own.row[i] + 1];
      for (let entry = ofRows.offsets[own.row[i]]; entry < end; entry++) {
        const other = ofRows.neuron[entry];
        if (other === neuron) continue;
        if (together[other]++ === 0) met[others++] = other;
        activation[other] += own.activation[i];
      }
    }
    const found = met.subarray(0, others);
    yield { neuron, active: own.row.length, others: found, together, activation, totalActivation };
    for (const other of found) {
      together[other] = 0;
      activation[other] = 0;
    }
  }
}

/** One-sided level of all tests of one SAE together. */
const LEVEL = 0.01;
const LEAST_LIFT = 1.5;

/**
 * Whether items of one neuron activate another clearly more often than items at large: at least 1.5 times as often, and
 * surely so by the likelihood ratio, with all pairs of neurons being tried (Bonferroni).
 *
 * @param together items of the one that activate the other
 * @param active items of the one
 * @param density share of all items that activate the other
 * @param neurons how many there are
 */
export function beyondChance(together: number, active: number, density: number, neurons: number): boolean {
  const share = together / active;
  if (share < LEAST_LIFT * density) return false;
  return 2 * active * surprise(share, density) > normalQuantile(LEVEL / neurons ** 2) ** 2;
}

/** Kullback-Leibler divergence of a share from the one that chance gives, in nats: what one item says against chance. */
export function surprise(share: number, chance: number): number {
  if (chance <= 0 || chance >= 1) return 0;
  const term = (p: number, q: number) => (p <= 0 ? 0 : p * Math.log(p / q));
  return term(Math.min(1, share), chance) + term(1 - Math.min(1, share), 1 - chance);
}
