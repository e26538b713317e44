/** What is measured of an SAE's neurons together and of what they tell of users: `structure.json` and `audit.json`. */
import { activeRows } from "../concepts/active-rows";
import type { Concept } from "../concepts/candidates";
import { structureOf } from "../concepts/structure";
import type { Dataset } from "../data/dataset";
import type { Matrix } from "../data/matrix";
import type { NeuronLabel } from "../protocol/artifact";
import type { Audit, Structure } from "../protocol/structure";
import type { Recommender } from "../recommender/recommender";
import type { Sae } from "../sae/model";
import { auditOf } from "./audit-measures";
import { measuredItemRows } from "./measured-rows";
import { type Pace, partOf } from "./pace";
import type { RankedDataset } from "./ranked-catalogue";

export interface LabelledSae {
  sae: Sae;
  labels: readonly NeuronLabel[];
  /** Per neuron, 1 if any user or item activates it. */
  live: Uint8Array;
  /** Of the measured items, [items, neurons]. */
  itemActivations: Matrix;
  /** Of the measured items. */
  concepts: readonly Concept[];
}

/**
 * @param ranked what lists are made of
 * @param users rows of the users to rank for, in random order
 * @param seed of samples
 * @param pace awaited between neurons and between users
 */
export async function structureAndAudit(
  { sae, labels, live, itemActivations, concepts }: LabelledSae,
  dataset: Dataset,
  ranked: RankedDataset,
  recommender: Recommender,
  users: Uint32Array,
  seed: number,
  pace: Pace,
): Promise<{ structure: Omit<Structure, "sae">; audit: Omit<Audit, "sae"> }> {
  const active = activeRows(itemActivations);
  const structure = await structureOf(sae, active, live, labels, concepts, seed, partOf(pace, 0, 0.4));
  const items = measuredItemRows(dataset, sae.encoderBias.length, seed);
  const audited = { dataset, sae, labels, live, active, items };
  const audit = await auditOf(audited, ranked, recommender, users, seed, partOf(pace, 0.4, 1));
  return { structure, audit };
}
