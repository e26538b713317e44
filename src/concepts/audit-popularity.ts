/** Which neurons follow mere popularity: how often items are used, more than what the neurons are named for. */
import type { NeuronLabel } from "../protocol/artifact";
import type { Audit } from "../protocol/structure";
import { activeRanks } from "./active-ranks";
import { type ActiveRows, rowsOf } from "./active-rows";
import { midRanks, varianceOfRanks } from "./auc";
import type { FalseDiscovery } from "./chance";

type PopularNeuron = NonNullable<Audit["popularity"]>["neurons"][number];

export interface FoundCorrelation extends Omit<PopularNeuron, "q"> {
  /** Of Fisher's transformation, with the sign of the correlation. */
  z: number;
}

/** Two-sided 95%. */
const INTERVAL = 1.959964;
/** Below this a correlation is weak, however sure. */
const LEAST_CORRELATION = 0.3;
const LARGEST_RATE = 0.05;
/** Fisher's transformation says nothing of fewer. */
const LEAST_ITEMS = 10;

/**
 * Spearman's correlation of each live neuron's activation with the interactions of the items.
 *
 * Its interval is Fisher's, with the variance of Bonett and Wright (2000) for ranks.
 *
 * @param active items that activate each neuron
 * @param interactions of the same items
 * @param discoveries told of both ends of every test
 */
export function popularityCorrelations(
  active: ActiveRows,
  interactions: ArrayLike<number>,
  live: Uint8Array,
  discoveries: FalseDiscovery,
): FoundCorrelation[] {
  const n = active.rows;
  if (n < LEAST_ITEMS) return [];
  const ranks = midRanks(Float32Array.from(interactions));
  const mean = (n + 1) / 2;
  const variance = varianceOfRanks(ranks);
  const found: FoundCorrelation[] = [];
  for (let neuron = 0; neuron < live.length; neuron++) {
    if (live[neuron] === 0) continue;
    const { row, activation } = rowsOf(active, neuron);
    const own = activeRanks(activation, n);
    let products = 0;
    // What silent items add to the products is that of all items, 0, less that of the active ones.
    for (let i = 0; i < row.length; i++) products += (own.active[i] - own.silent) * (ranks[row[i]] - mean);
    const spread = (n - 1) * Math.sqrt(variance * own.variance);
    const correlation = spread === 0 ? 0 : Math.max(-1, Math.min(1, products / spread));
    const test = { neuron, correlation, ...certainty(correlation, n) };
    discoveries.add(test.z);
    discoveries.add(-test.z);
    found.push(test);
  }
  return found;
}

function certainty(correlation: number, n: number): Pick<FoundCorrelation, "interval" | "z"> {
  const inside = Math.max(-0.999999, Math.min(0.999999, correlation));
  const fisher = Math.atanh(inside);
  const error = Math.sqrt((1 + inside ** 2 / 2) / (n - 3));
  return {
    interval: [Math.tanh(fisher - INTERVAL * error), Math.tanh(fisher + INTERVAL * error)],
    z: fisher * Math.sqrt((n - 3) / 1.06),
  };
}

/**
 * Neurons that follow popularity, the strongest first: q < .05, and their name is of popularity, or the correlation is at
 * least .3 and beyond what ties the neuron to its name (2 AUC - 1, the rank-biserial correlation on held-out rows). Those
 * that follow it backwards, as for niche items, do so too.
 */
export function popularNeurons(
  found: readonly FoundCorrelation[],
  discoveries: FalseDiscovery,
  labels: readonly NeuronLabel[],
): PopularNeuron[] {
  return found
    .map(({ z, ...test }) => ({ ...test, q: discoveries.rate(Math.abs(z)) }))
    .filter(({ neuron, correlation, q }) => {
      const { kind, evidence } = labels[neuron];
      if (q >= LARGEST_RATE) return false;
      const named = evidence === null ? 0 : 2 * evidence.heldOutAuc - 1;
      return kind === "popularity" || Math.abs(correlation) >= Math.max(LEAST_CORRELATION, named);
    })
    .sort((a, b) => Math.abs(b.correlation) - Math.abs(a.correlation) || a.neuron - b.neuron);
}
