/** The tree of neurons: a narrower one stands within the broader one whose items hold most of its own. */
import type { Structure } from "../protocol/structure";
import { type ActiveRows, activeCount } from "./active-rows";
import { beyondChance, type Companions, surprise } from "./companions";

type Branch = Structure["tree"][number];

/** Share of a child's activation that must be on items of its parent. */
const LEAST_SHARE = 0.5;
/** Without Matryoshka: as many times the child's items must activate its parent. */
const BROADER = 1.5;

/**
 * Where each level ends and in which each neuron is.
 *
 * @param prefixes of the settings: sizes of nested parts, ascending, all neurons left out; empty without Matryoshka
 */
export function matryoshkaLevels(neurons: number, prefixes: readonly number[]): { levels: number[]; of: Uint8Array } {
  const levels = [...prefixes.filter((prefix) => prefix < neurons), neurons];
  const of = Uint8Array.from({ length: neurons }, (_, neuron) => levels.findIndex((end) => neuron < end));
  return { levels, of };
}

/**
 * A neuron's place in the tree.
 *
 * Its parent is of an earlier level, or without Matryoshka active on at least 1.5 times as many items. Half of the
 * child's activation is on the parent's items, and clearly more than chance (see `beyondChance`). Of several such
 * neurons the one is chosen whose share is farthest from chance: a parent that is active nearly everywhere explains little.
 *
 * @param active items on which companions were counted
 * @param level per neuron; all 0 without Matryoshka
 */
export function branchOf(of: Companions, active: ActiveRows, level: Uint8Array): Branch {
  const { neuron, others, together, activation, totalActivation } = of;
  const nested = level.some((each) => each > 0);
  const branch: Branch = { neuron, level: level[neuron], parent: null, share: 0 };
  let farthest = 0;
  for (const other of others) {
    const items = activeCount(active, other);
    if (nested ? level[other] >= level[neuron] : items < BROADER * of.active) continue;
    const share = Math.min(1, activation[other] / totalActivation);
    const density = items / active.rows;
    if (share < LEAST_SHARE || !beyondChance(together[other], of.active, density, level.length)) continue;
    const distance = surprise(share, density);
    if (distance <= farthest) continue;
    farthest = distance;
    branch.parent = other;
    branch.share = share;
  }
  return branch;
}
