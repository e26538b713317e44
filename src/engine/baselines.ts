/** What a trained SAE is compared with: the raw dimensions of the embeddings, and an SAE that was never trained. */
import { columnsOf } from "../concepts/label";
import { gatheredRows, type Matrix, matrix } from "../data/matrix";
import type { Baseline, NeuronLabel, Report } from "../protocol/artifact";
import type { Recommender } from "../recommender/recommender";
import type { ComparedLists } from "../sae/fidelity";
import { type Health, HealthTally } from "../sae/health";
import type { Sae } from "../sae/model";
import { monosemanticity } from "../sae/monosemanticity";
import { randomSae } from "../sae/random-sae";
import { type LabelledUsers, neuronsOnData } from "./labelled-users";
import { accuracyMeasures, type FidelityMeasures, fidelityMeasures, unchangedLists } from "./list-measures";
import type { MeasuredRows } from "./measured-rows";
import { labelsOf, type NeuronMeasures, neuronMeasures } from "./neuron-measures";
import { type Pace, partOf } from "./pace";
import type { RankedDataset } from "./ranked-catalogue";
import { listsOf, type SaeOnData, saeOnData } from "./sae-on-data";

/** Neurons of a baseline are alike, so the first of them stand for all. */
const MOST_NEURONS = 128;
/** Enough to tell a random SAE from a trained one; half of the ranked users where there are few. */
const MOST_RANKED_USERS = 200;

/** What the baselines share with the SAE's own measures. */
export interface Measured {
  ranked: RankedDataset;
  rows: MeasuredRows;
  labelled: LabelledUsers;
  /** L2-normalised embeddings of the measured items. */
  unitItems: Matrix;
  seed: number;
}

/** Measures that the report has of the SAE and of each baseline. */
export function sharedMeasures(health: Health, neurons: NeuronMeasures, lists: FidelityMeasures) {
  const { live: _, ...figures } = health;
  return { ...neurons, ...lists, ...figures, intervals: { ...neurons.intervals, ...lists.intervals } };
}

/** @param lists the SAE's, whose originals are those of the raw embeddings */
export async function rawDimensions(
  measured: Measured,
  lists: readonly ComparedLists[],
  pace: Pace,
): Promise<Baseline> {
  const { rows, unitItems, seed } = measured;
  const { embeddings } = rows.items;
  const tally = new HealthTally(embeddings.columns);
  for (const [side, of] of [["users", rows.users] as const, ["items", embeddings] as const]) {
    tally.add(side, { embeddings: of, activations: magnitudes(of), reconstructed: of });
  }
  const labels = await rawDimensionLabels(measured, pace);
  const unchanged = unchangedLists(lists);
  return {
    ...sharedMeasures(
      tally.health([rows.users, embeddings]),
      neuronMeasures(monosemanticity(firstDimensions(embeddings), unitItems), labels, seed),
      fidelityMeasures(unchanged, seed),
    ),
    neurons: labels.length,
    ndcg20Change: accuracyMeasures(unchanged, seed)?.ndcg20Change ?? null,
  };
}

/** Of each dimension's positive and negative half. */
export async function rawDimensionLabels(
  { rows: { users, items, concepts }, labelled }: Pick<Measured, "rows" | "labelled">,
  pace: Pace,
): Promise<NeuronLabel[]> {
  const activations = positiveAndNegativeHalves(firstDimensions(items.embeddings));
  const ofUsers = positiveAndNegativeHalves(firstDimensions(gatheredRows(users, labelled.places)));
  const live = activeColumns(activations);
  const audience = { concepts: labelled.concepts, activations: ofUsers };
  return labelsOf({ activations, live, items, concepts, audience }, pace);
}

/** @param users rows of the users to rank for, in random order */
export async function untrained(
  sae: Sae,
  { l0 }: Pick<Report, "l0">,
  measured: Measured,
  recommender: Recommender,
  users: Uint32Array,
  pace: Pace,
): Promise<Baseline> {
  const { ranked, unitItems, seed } = measured;
  const { random, onData, labels } = await untrainedLabels(sae, l0, measured, partOf(pace, 0, 0.6));
  const some = users.subarray(0, Math.min(MOST_RANKED_USERS, Math.ceil(users.length / 2)));
  const lists = await listsOf(random, ranked, recommender, some, seed, partOf(pace, 0.6, 1));
  return {
    ...sharedMeasures(
      onData.health,
      neuronMeasures(monosemanticity(onData.itemActivations, unitItems), labels, seed),
      fidelityMeasures(lists, seed),
    ),
    neurons: labels.length,
    ndcg20Change: accuracyMeasures(lists, seed)?.ndcg20Change ?? null,
  };
}

/** @param l0 of the SAE, which the random one is given as far as its activation allows */
export async function untrainedLabels(
  sae: Sae,
  l0: number,
  { rows, labelled, seed }: Pick<Measured, "rows" | "labelled" | "seed">,
  pace: Pace,
): Promise<{ random: Sae; onData: SaeOnData; labels: NeuronLabel[] }> {
  const random = randomSae(sae, l0, [rows.users, rows.items.embeddings], seed);
  const neurons = Math.min(random.encoderBias.length, MOST_NEURONS);
  const onData = await saeOnData(random, rows, neurons, partOf(pace, 0, 0.5), labelled.places);
  const labels = await labelsOf(neuronsOnData(onData, rows, labelled), partOf(pace, 0.5, 1));
  return { random, onData, labels };
}

function firstDimensions(embeddings: Matrix): Matrix {
  return columnsOf(embeddings, 0, Math.min(embeddings.columns, MOST_NEURONS / 2));
}

function magnitudes({ rows, columns, values }: Matrix): Matrix {
  return matrix(rows, columns, values.map(Math.abs));
}

/** max(x, 0) and max(-x, 0) of each column, side by side: a label speaks of one end of a dimension. */
function positiveAndNegativeHalves({ rows, columns, values }: Matrix): Matrix {
  const halves = matrix(rows, 2 * columns);
  for (let i = 0; i < values.length; i++) {
    halves.values[2 * i] = Math.max(0, values[i]);
    halves.values[2 * i + 1] = Math.max(0, -values[i]);
  }
  return halves;
}

function activeColumns({ columns, values }: Matrix): Uint8Array {
  const active = new Uint8Array(columns);
  for (let i = 0; i < values.length; i++) if (values[i] > 0) active[i % columns] = 1;
  return active;
}
