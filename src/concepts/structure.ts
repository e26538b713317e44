/** What is found of an SAE's neurons together: tree, splitting, absorption, co-activation and clusters. */
import type { Matrix } from "../data/matrix";
import { derivedSeed, sampledRows } from "../data/random";
import type { NeuronLabel } from "../protocol/artifact";
import type { Structure } from "../protocol/structure";
import type { Sae } from "../sae/model";
import { absorbedOf } from "./absorption";
import { type ActiveRows, activeRowsAmong, neuronsOfRows } from "./active-rows";
import { carriedConcepts, type KnownConcept } from "./carried-concepts";
import { clustersOf } from "./clusters";
import { distinctPairs, strongestPairs } from "./coactivation";
import { companions, countedItems } from "./companions";
import { splitOf } from "./splitting";
import { branchOf, matryoshkaLevels } from "./tree";

/** Neurons between two turns of the event loop. */
const SLICE = 64;
/** Shares over so many items are sure to the second digit. */
const MOST_ITEMS = 20_000;

/**
 * @param sae whose settings tell of Matryoshka levels and whose decoder tells which neurons are alike
 * @param all items that activate each neuron
 * @param live per neuron, 1 if any user or item activates it
 * @param concepts of the same items
 * @param seed of samples
 * @param pace awaited between neurons, with the share that is done; may throw to end the work
 */
export async function structureOf(
  { decoderWeights, settings }: { decoderWeights: Matrix } & Pick<Sae, "settings">,
  all: ActiveRows,
  live: Uint8Array,
  labels: readonly NeuronLabel[],
  concepts: readonly KnownConcept[],
  seed: number,
  pace: (share: number) => Promise<void>,
): Promise<Omit<Structure, "sae">> {
  const sample = sampledRows(all.rows, MOST_ITEMS, derivedSeed(seed, "items of structure"));
  const active = activeRowsAmong(all, sample);
  const { levels, of: level } = matryoshkaLevels(live.length, settings?.prefixes ?? []);
  const tree = new Map<number, Structure["tree"][number]>();
  const pairs: Structure["coactivation"] = [];
  const counted = countedItems(active, derivedSeed(seed, "items of co-activation"));
  for (const of of companions(counted)) {
    if (of.neuron % SLICE === 0) await pace((0.5 * of.neuron) / live.length);
    tree.set(of.neuron, branchOf(of, counted, level));
    pairs.push(...strongestPairs(of, counted));
  }
  const carried = carriedConcepts(labels, concepts);
  const ofItems = neuronsOfRows(active);
  const splitting: Structure["splitting"] = [];
  const absorption: Structure["absorption"] = [];
  for (const [index, of] of carried.entries()) {
    await pace(0.5 + (0.4 * index) / carried.length);
    const sampled = sample.length === all.rows ? of : { ...of, concept: conceptAmong(of.concept, sample) };
    const split = splitOf(active, sampled);
    if (split !== null) splitting.push(split);
    absorption.push(...absorbedOf(active, ofItems, sampled));
  }
  splitting.sort((a, b) => b.recallTogether - b.recallOfBest - (a.recallTogether - a.recallOfBest));
  absorption.sort((a, b) => b.share * b.items - a.share * a.items || a.general - b.general || a.narrow - b.narrow);
  await pace(0.9);
  const clusters = await clustersOf(decoderWeights, live, labels, concepts);
  return {
    version: 1,
    levels,
    tree: Array.from(live.keys())
      .filter((neuron) => live[neuron] === 1)
      .map((neuron) => tree.get(neuron) ?? { neuron, level: level[neuron], parent: null, share: 0 }),
    splitting,
    absorption,
    coactivation: distinctPairs(pairs),
    clusters,
  };
}

/** @param items that stay, ascending */
function conceptAmong(concept: KnownConcept, items: Uint32Array): KnownConcept {
  const bears = new Set(concept.bearers);
  return { ...concept, bearers: Uint32Array.from(items.keys()).filter((at) => bears.has(items[at])) };
}
