/** Settings of a run that nobody set: the paper's for a matrix-factorisation recommender, scaled to the data. */
import type { Dataset } from "../data/dataset";
import type { SaeSettings } from "../protocol/manifest";
import { countTrainingPairs } from "./training-set";

/** The paper's run has 18 epochs of 2,916 steps; larger data takes fewer epochs, smaller data more. */
const STEPS = 18 * 2916;
const MOST_EPOCHS = 60;
const BATCH = 256;
const LATENTS_PER_DIMENSION = 1.1;
const SEED = 1;

/** @param pairs user-item pairs of one epoch */
export function defaultSettings(dimensions: number, pairs: number): SaeSettings {
  const batch = Math.max(2, Math.min(BATCH, pairs));
  const stepsPerEpoch = Math.max(1, Math.floor(pairs / batch));
  return {
    latents: Math.round(LATENTS_PER_DIMENSION * dimensions),
    epochs: Math.max(1, Math.min(MOST_EPOCHS, Math.round(STEPS / stepsPerEpoch))),
    batch,
    learningRate: 1e-3,
    predictionWeight: 1,
    reconstructionWeight: 0.1,
    klWeight: 0.01,
    seed: SEED,
  };
}

/** Settings of a run on a data set: what was asked for, and defaults for the rest. */
export function settingsFor(dataset: Dataset, asked: Partial<SaeSettings>): SaeSettings {
  const pairs = countTrainingPairs(dataset, asked.seed ?? SEED);
  return { ...defaultSettings(dataset.items.embeddings.columns, pairs), ...asked };
}
