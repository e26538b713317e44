/** Which neurons tell of an attribute of users: each value of it against the other users. */
import type { AudienceEffect } from "../protocol/structure";
import { type ActiveRanks, activeRanks } from "./active-ranks";
import { type ActiveRows, activeRowsAmong, rowsOf } from "./active-rows";
import { aucErrorByChance, distributionFreeAucError } from "./auc";
import { type AuditedAttribute, isEnough } from "./audit-attributes";
import type { FalseDiscovery } from "./chance";

/** An effect before all tests are made, which its false discovery rate depends on. */
export interface FoundEffect extends Omit<AudienceEffect, "q"> {
  /** Of the Mann-Whitney test, corrected for ties. */
  z: number;
}

/** Two-sided 95%. */
const INTERVAL = 1.959964;
/** Below this AUC a neuron tells too little, however surely. */
const LEAST_AUC = 0.6;
const LARGEST_RATE = 0.05;
/** Neurons between two turns of the event loop. */
const SLICE = 64;

/**
 * Tests every live neuron for every value with enough users.
 *
 * @param active users that activate each neuron; rows of the attribute are of the same users
 * @param live per neuron, 1 if active on any row
 * @param discoveries told of every test
 * @param pace awaited between neurons, with the share that is done; may throw to end the work
 * @returns those with an AUC of at least .6
 */
export async function audienceEffects(
  active: ActiveRows,
  { known, values }: Pick<AuditedAttribute, "known" | "values">,
  live: Uint8Array,
  discoveries: FalseDiscovery,
  pace: (share: number) => Promise<void>,
): Promise<FoundEffect[]> {
  const n = known.length;
  const place = new Int32Array(active.rows).fill(-1);
  for (const [at, row] of known.entries()) place[row] = at;
  const group = new Int32Array(n).fill(-1);
  const groups = values.map(({ value, rows }, index) => {
    const users = rows.map((row) => place[row]);
    for (const user of users) group[user] = index;
    return { value, users, isTested: isEnough(users.length, n) };
  });
  // Users without a value are neither with it nor without it.
  const among = activeRowsAmong(active, known);
  const found: FoundEffect[] = [];
  for (let neuron = 0; neuron < live.length; neuron++) {
    if (neuron % SLICE === 0) await pace(neuron / live.length);
    if (live[neuron] === 0) continue;
    const { row, activation } = rowsOf(among, neuron);
    const ranks = activeRanks(activation, n);
    const rankSums = Float64Array.from(groups, ({ users }) => users.length * ranks.silent);
    for (let i = 0; i < row.length; i++) {
      if (group[row[i]] >= 0) rankSums[group[row[i]]] += ranks.active[i] - ranks.silent;
    }
    groups.forEach(({ value, users, isTested }, index) => {
      if (!isTested) return;
      const having = users.length;
      const others = n - having;
      const auc = (rankSums[index] - (having * (having + 1)) / 2) / (having * others);
      const error = aucErrorByChance(having, others, ranks.variance);
      const z = error === 0 ? 0 : (auc - 0.5) / error;
      discoveries.add(z);
      if (auc < LEAST_AUC) return;
      const onAll = spreadOut(row, activation, ranks, n);
      const margin = INTERVAL * distributionFreeAucError(onAll.values, onAll.ranks, users);
      found.push({
        neuron,
        value,
        users: having,
        auc,
        interval: [Math.max(0, auc - margin), Math.min(1, auc + margin)],
        cohensD: cohensD(onAll.values, users),
        z,
      });
    });
  }
  return found;
}

/** Activations and ranks of all users, silent ones included. */
function spreadOut(row: Uint32Array, activation: Float32Array, { active, silent }: ActiveRanks, users: number) {
  const values = new Float32Array(users);
  const ranks = new Float64Array(users).fill(silent);
  for (let i = 0; i < row.length; i++) {
    values[row[i]] = activation[i];
    ranks[row[i]] = active[i];
  }
  return { values, ranks };
}

/** Difference of means over the pooled standard deviation; 0 where nothing varies. */
function cohensD(values: Float32Array, having: Uint32Array): number {
  const sums = { having: 0, all: 0 };
  for (const value of values) sums.all += value;
  for (const user of having) sums.having += values[user];
  const others = values.length - having.length;
  const [mean, meanOfOthers] = [sums.having / having.length, (sums.all - sums.having) / others];
  let squares = 0;
  for (const value of values) squares += (value - meanOfOthers) ** 2;
  for (const user of having) squares += (values[user] - mean) ** 2 - (values[user] - meanOfOthers) ** 2;
  const variance = squares / (values.length - 2);
  return variance > 0 ? (mean - meanOfOthers) / Math.sqrt(variance) : 0;
}

/**
 * Neurons that tell of the attribute, the strongest first: q < .05 and an AUC of at least .6. Each once, by the value whose
 * AUC is surest to be high: a value of few users does not win by its luck.
 */
export function tellingNeurons(found: readonly FoundEffect[], discoveries: FalseDiscovery): AudienceEffect[] {
  const best = new Map<number, AudienceEffect>();
  for (const { z, ...effect } of found) {
    const q = discoveries.rate(z);
    const before = best.get(effect.neuron);
    if (q >= LARGEST_RATE || (before !== undefined && before.interval[0] >= effect.interval[0])) continue;
    best.set(effect.neuron, { ...effect, q });
  }
  return [...best.values()].sort((a, b) => b.auc - a.auc || a.neuron - b.neuron);
}
