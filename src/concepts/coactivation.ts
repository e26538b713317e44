/** Neurons that are active on the same items far more often than chance has it. */
import type { Structure } from "../protocol/structure";
import { type ActiveRows, activeCount } from "./active-rows";
import { beyondChance, type Companions } from "./companions";

type Pair = Structure["coactivation"][number];

/** Of each neuron. */
const STRONGEST = 3;
/** Items that must activate both. */
const LEAST_ITEMS = 5;

/** The strongest pairs of one neuron by Jaccard index, the lower neuron first in each; ties: lower other first. */
export function strongestPairs(of: Companions, active: ActiveRows): Pair[] {
  const { neuron, others, together } = of;
  const found: Pair[] = [];
  for (const other of others) {
    const both = together[other];
    const items = activeCount(active, other);
    if (both < LEAST_ITEMS) continue;
    const jaccard = both / (of.active + items - both);
    if (found.length === STRONGEST && jaccard < found[STRONGEST - 1].jaccard) continue;
    if (!beyondChance(both, of.active, items / active.rows, together.length)) continue;
    found.push({
      neurons: neuron < other ? [neuron, other] : [other, neuron],
      jaccard,
      lift: (both * active.rows) / (of.active * items),
    });
    found.sort(byStrength);
    if (found.length > STRONGEST) found.pop();
  }
  return found;
}

/** Each pair once, the strongest first. */
export function distinctPairs(pairs: readonly Pair[]): Pair[] {
  return [...new Map(pairs.map((pair) => [pair.neurons.join(), pair])).values()].sort(byStrength);
}

function byStrength(a: Pair, b: Pair): number {
  return b.jaccard - a.jaccard || a.neurons[0] - b.neurons[0] || a.neurons[1] - b.neurons[1];
}
