/** An SAE run over data: what it activates, how healthy it is, and the lists that its reconstructions give. */
import { gatheredRows, type Matrix, matrix, row } from "../data/matrix";
import type { Recommender } from "../recommender/recommender";
import { type ComparedLists, comparedLists } from "../sae/fidelity";
import { type Health, HealthTally } from "../sae/health";
import type { Sae } from "../sae/model";
import { type ReconstructedBlock, reconstructedBlocks, reconstructedRows } from "../sae/reconstruct";
import type { MeasuredRows } from "./measured-rows";
import type { Pace } from "./pace";
import type { RankedDataset } from "./ranked-catalogue";

export interface SaeOnData {
  /** [measured items, neurons kept] */
  itemActivations: Matrix;
  health: Health;
}

/** @param neurons how many neurons, the first ones, to keep the activations of */
export async function saeOnData(
  sae: Sae,
  { users, items }: MeasuredRows,
  neurons: number,
  pace: Pace,
): Promise<SaeOnData> {
  const tally = new HealthTally(sae.encoderBias.length);
  const total = Math.max(1, users.rows + items.embeddings.rows);
  for await (const block of reconstructedBlocks(sae, users)) {
    tally.add("users", block);
    await pace(block.start / total);
  }
  const itemActivations = matrix(items.embeddings.rows, neurons);
  for await (const block of reconstructedBlocks(sae, items.embeddings)) {
    tally.add("items", block);
    keep(itemActivations, block);
    await pace((users.rows + block.start) / total);
  }
  return { itemActivations, health: tally.health([users, items.embeddings]) };
}

function keep(into: Matrix, { start, activations }: ReconstructedBlock): void {
  for (let r = 0; r < activations.rows; r++) {
    into.values.set(row(activations, r).subarray(0, into.columns), (start + r) * into.columns);
  }
}

/** @param users rows of the users to rank for */
export async function listsOf(
  sae: Sae,
  dataset: RankedDataset,
  recommender: Recommender,
  users: Uint32Array,
  seed: number,
  pace: Pace,
): Promise<ComparedLists[]> {
  const reconstruction = {
    users: await reconstructedRows(sae, gatheredRows(dataset.users.embeddings, users)),
    items: await reconstructedRows(sae, dataset.items.embeddings, () => pace(0)),
  };
  return comparedLists(dataset, recommender, reconstruction, users, seed, pace);
}
