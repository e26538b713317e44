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
  /** [users kept, neurons kept] */
  userActivations: Matrix;
  health: Health;
}

/**
 * @param neurons how many neurons, the first ones, to keep the activations of
 * @param usersKept places of the users to keep the activations of, among those measured, ascending
 */
export async function saeOnData(
  sae: Sae,
  { users, items }: MeasuredRows,
  neurons: number,
  pace: Pace,
  usersKept: Uint32Array = new Uint32Array(0),
): Promise<SaeOnData> {
  const tally = new HealthTally(sae.encoderBias.length);
  const total = Math.max(1, users.rows + items.embeddings.rows);
  const userActivations = matrix(usersKept.length, neurons);
  for await (const block of reconstructedBlocks(sae, users)) {
    tally.add("users", block);
    keepSome(userActivations, block, usersKept);
    await pace(block.start / total);
  }
  const itemActivations = matrix(items.embeddings.rows, neurons);
  for await (const block of reconstructedBlocks(sae, items.embeddings)) {
    tally.add("items", block);
    keep(itemActivations, block);
    await pace((users.rows + block.start) / total);
  }
  return { itemActivations, userActivations, health: tally.health([users, items.embeddings]) };
}

function keep(into: Matrix, { start, activations }: ReconstructedBlock): void {
  for (let r = 0; r < activations.rows; r++) {
    into.values.set(row(activations, r).subarray(0, into.columns), (start + r) * into.columns);
  }
}

/** @param rows to keep, ascending */
function keepSome(into: Matrix, { start, activations }: ReconstructedBlock, rows: Uint32Array): void {
  for (let place = firstAtLeast(rows, start); rows[place] < start + activations.rows; place++) {
    into.values.set(row(activations, rows[place] - start).subarray(0, into.columns), place * into.columns);
  }
}

function firstAtLeast(ascending: Uint32Array, value: number): number {
  const place = ascending.findIndex((one) => one >= value);
  return place < 0 ? ascending.length : place;
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
