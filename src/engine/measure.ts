/** Measures and labels a trained SAE: everything that `report.json` and `labels.json` say. */
import type { Dataset } from "../data/dataset";
import type { Report } from "../protocol/artifact";
import type { Recommender } from "../recommender/recommender";
import { neuronActivity } from "../sae/activity";
import type { NewMeasures } from "../sae/artifact";
import { dataFingerprint } from "../sae/data-fingerprint";
import { duplicates } from "../sae/duplicates";
import type { Sae } from "../sae/model";
import { monosemanticity, unitRows } from "../sae/monosemanticity";
import { rawDimensions, sharedMeasures, untrained } from "./baselines";
import { labelledUsers, neuronsOnData } from "./labelled-users";
import { accuracyMeasures, fidelityMeasures } from "./list-measures";
import { measuredRows, seedOf } from "./measured-rows";
import { labelsOf, neuronMeasures } from "./neuron-measures";
import { type PaceHooks, paceOf, partOf } from "./pace";
import { rankedCatalogue } from "./ranked-catalogue";
import { rankedUsers } from "./ranked-users";
import { listsOf, saeOnData } from "./sae-on-data";
import { structureAndAudit } from "./structure-measures";

export interface TrainingFacts {
  steps: number;
  seconds: number;
  interrupted: boolean;
}

/**
 * @param hooks told of progress, and asked between users and between blocks of rows whether to go on
 * @returns what to write beside the weights, once their hash is known
 * @throws RecPrismError "cancelled" when the hooks say so
 */
export async function measured(
  dataset: Dataset,
  recommender: Recommender,
  sae: Sae,
  training: TrainingFacts,
  hooks: PaceHooks = { progress: () => {}, cancelled: () => false },
): Promise<(hash: string) => NewMeasures> {
  const pace = paceOf(hooks);
  const seed = seedOf(sae);
  const latents = sae.encoderBias.length;
  const rows = measuredRows(dataset, latents, seed);
  const unitItems = unitRows(rows.items.embeddings);
  const ranked = rankedCatalogue(dataset, seed);
  const users = rankedUsers(ranked, sae, seed, training.interrupted);

  const { embeddings } = dataset.items;
  const data = dataFingerprint([dataset.users.embeddings, embeddings]);
  const activity = await neuronActivity(sae, rows.users, embeddings, data, partOf(pace, 0, 0.05));
  const labelled = labelledUsers(dataset, latents, seed);
  const onData = await saeOnData(sae, rows, latents, partOf(pace, 0.05, 0.1), labelled.places);
  const { itemActivations, health } = onData;
  const labels = await labelsOf(neuronsOnData(onData, rows, labelled), partOf(pace, 0.1, 0.3));
  const scores = monosemanticity(itemActivations, unitItems);
  const lists = await listsOf(sae, ranked, recommender, users.rows, seed, partOf(pace, 0.3, 0.8));

  const shared = { ranked, rows, labelled, unitItems, seed };
  const baselines = {
    rawDimensions: await rawDimensions(shared, lists, partOf(pace, 0.8, 0.9)),
    randomSae: await untrained(sae, health, shared, recommender, users.rows, partOf(pace, 0.9, 0.95)),
  };
  const neurons = { sae, labels, live: health.live, itemActivations, concepts: rows.concepts };
  const { structure, audit } = await structureAndAudit(
    neurons,
    dataset,
    ranked,
    recommender,
    users.rows,
    seed,
    partOf(pace, 0.95, 1),
  );
  const concepts = labels.map(({ evidence }) => evidence?.concept ?? null);
  const report: Omit<Report, "sae"> = {
    version: 2,
    users: dataset.users.ids.length,
    items: dataset.items.ids.length,
    dimensions: dataset.items.embeddings.columns,
    latents,
    settings: sae.settings,
    ...sharedMeasures(health, neuronMeasures(scores, labels, seed), fidelityMeasures(lists, seed)),
    rankedUsersHeldOut: users.heldOut,
    measuredUsers: rows.users.rows,
    measuredItems: rows.items.embeddings.rows,
    rankedItems: ranked.items.ids.length,
    accuracy: accuracyMeasures(lists, seed),
    duplicates: await duplicates(sae.decoderWeights, health.live, concepts),
    seedStability: null,
    baselines,
    trainSeconds: training.seconds,
    msPerStep: training.steps === 0 ? 0 : (1000 * training.seconds) / training.steps,
    steps: training.steps,
    interrupted: training.interrupted,
    neurons: scores.map((ms, neuron) => ({ ms, density: activity.activeItems[neuron] / embeddings.rows })),
  };
  hooks.progress(1);
  return (hash) => ({
    labels: { version: 2, sae: hash, neurons: labels },
    report: { ...report, sae: hash },
    structure: { ...structure, sae: hash },
    audit: { ...audit, sae: hash },
    activity,
  });
}
