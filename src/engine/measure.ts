/** Measures and labels a trained SAE: everything that `report.json` and `labels.json` say. */
import { conceptCandidates } from "../concepts/candidates";
import { labelNeurons } from "../concepts/label";
import { meanPurity } from "../concepts/purity";
import type { Dataset } from "../data/dataset";
import { derivedSeed, seededRandom } from "../data/random";
import type { LabelsFile, Report } from "../protocol/artifact";
import { encodeRows } from "../sae/encode";
import { rankingFidelity } from "../sae/fidelity";
import { densities, health } from "../sae/health";
import type { Sae } from "../sae/model";
import { monosemanticity, unitRows } from "../sae/monosemanticity";
import { heldOutUsers } from "../sae/training-set";

export interface TrainingFacts {
  steps: number;
  seconds: number;
  interrupted: boolean;
}

/** Ranking for more users than this would not change the mean's second digit. */
const MOST_RANKED_USERS = 2_000;
/** A person who cancels waits for these measures. */
const MOST_RANKED_USERS_INTERRUPTED = 200;

/** @returns what to write beside the weights, once their hash is known */
export async function measured(
  dataset: Dataset,
  sae: Sae,
  training: TrainingFacts,
): Promise<(hash: string) => { labels: LabelsFile; report: Report }> {
  const { users, items } = dataset;
  const userActivations = await encodeRows(sae, users.embeddings);
  const itemActivations = await encodeRows(sae, items.embeddings);
  const { l0, live, dead, explainedVariance } = health(sae, [
    { embeddings: users.embeddings, activations: userActivations },
    { embeddings: items.embeddings, activations: itemActivations },
  ]);
  const concepts = conceptCandidates(items, dataset.interactions);
  const { labels } = labelNeurons(itemActivations, live, items, concepts, sae.settings.seed);
  const purity = meanPurity(labels);
  const scores = monosemanticity(itemActivations, unitRows(items.embeddings));
  const scored = scores.filter((score) => score !== null);
  const density = densities(itemActivations);

  const heldOut = heldOutUsers(users.ids.length, sae.settings.seed);
  const most = training.interrupted ? MOST_RANKED_USERS_INTERRUPTED : MOST_RANKED_USERS;
  const ranked = sample(heldOut.length > 0 ? heldOut : Uint32Array.from(users.ids.keys()), most, sae.settings.seed);
  const fidelity = rankingFidelity(dataset, sae, ranked);

  const report: Omit<Report, "sae"> = {
    version: 1,
    users: users.ids.length,
    items: items.ids.length,
    dimensions: items.embeddings.columns,
    latents: sae.encoderBias.length,
    settings: sae.settings,
    ms: scored.length === 0 ? null : scored.reduce((sum, score) => sum + score, 0) / scored.length,
    purity10: purity.purity10,
    purity10BaseRate: purity.baseRate,
    labelled: labels.filter(({ evidence }) => evidence !== null).length,
    rbo30: fidelity?.rbo ?? null,
    rbo30Extrapolated: fidelity?.rboExtrapolated ?? null,
    kendall30: fidelity?.kendall ?? null,
    rankedUsers: ranked.length,
    rankedUsersHeldOut: heldOut.length > 0,
    l0,
    dead,
    explainedVariance,
    trainSeconds: training.seconds,
    msPerStep: training.steps === 0 ? 0 : (1000 * training.seconds) / training.steps,
    steps: training.steps,
    interrupted: training.interrupted,
    neurons: scores.map((ms, neuron) => ({ ms, density: density[neuron] })),
  };
  return (hash) => ({
    labels: { version: 1, sae: hash, neurons: labels },
    report: { ...report, sae: hash },
  });
}

/** At most `most` of the rows, chosen by seed. */
function sample(rows: Uint32Array, most: number, seed: number): Uint32Array {
  if (rows.length <= most) return rows;
  return seededRandom(derivedSeed(seed, "ranked users")).shuffle(rows.slice()).subarray(0, most);
}
