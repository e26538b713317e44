/** The audit of an SAE on a data set: whom and what its neurons tell of, and how much of the ranking runs through them. */
import { type ActiveRows, activeRows } from "../concepts/active-rows";
import { auditFindings } from "../concepts/audit";
import { auditedAttributes } from "../concepts/audit-attributes";
import { interactionCounts } from "../concepts/candidates-popularity";
import type { Dataset } from "../data/dataset";
import { gatheredRows } from "../data/matrix";
import { derivedSeed, sampledRows } from "../data/random";
import type { NeuronLabel } from "../protocol/artifact";
import type { Audit } from "../protocol/structure";
import type { Recommender } from "../recommender/recommender";
import { encodeRows } from "../sae/encode";
import type { Sae } from "../sae/model";
import { SteeredLists } from "./audit-ranking";
import { type Pace, partOf } from "./pace";
import type { RankedDataset } from "./ranked-catalogue";

/** Shares and effects over so many users are sure to the second digit. */
const MOST_USERS = 10_000;
const MOST_USER_ACTIVATIONS = 2 ** 25;

export interface AuditedSae {
  dataset: Dataset;
  sae: Sae;
  labels: readonly NeuronLabel[];
  /** Per neuron, 1 if any user or item activates it. */
  live: Uint8Array;
  /** Items that activate each neuron, and which items of the data set they are. */
  active: ActiveRows;
  items: Uint32Array;
}

/**
 * @param ranked what lists are made of
 * @param users rows of the users to rank for, in random order
 * @param seed of samples
 */
export async function auditOf(
  { dataset, sae, labels, live, active, items }: AuditedSae,
  ranked: RankedDataset,
  recommender: Recommender,
  users: Uint32Array,
  seed: number,
  pace: Pace,
): Promise<Omit<Audit, "sae">> {
  const { interactions } = dataset;
  const counts = interactions && interactionCounts(interactions, dataset.items.ids.length);
  const audience = await auditedUsers(dataset, sae, seed);
  const found = await auditFindings(
    { ...audience, items: active, interactions: counts && items.map((row) => counts[row]), labels, live },
    partOf(pace, 0, 0.3),
  );
  const lists = SteeredLists.of(sae, ranked, recommender, users, seed);
  const alive = Array.from(live.keys()).filter((neuron) => live[neuron] === 1);
  const parts = found.attributes.length + 1;
  const through = (of: readonly { neuron: number }[], part: number) =>
    lists.shareThrough(
      of.map(({ neuron }) => neuron),
      alive,
      partOf(pace, 0.3 + (0.7 * part) / parts, 0.3 + (0.7 * (part + 1)) / parts),
    );
  const attributes: Audit["attributes"] = [];
  for (const attribute of found.attributes) {
    attributes.push({ ...attribute, ranking: await through(attribute.neurons, attributes.length) });
  }
  const { popularity } = found;
  return {
    version: 1,
    attributes,
    popularity: popularity && { ...popularity, ranking: await through(popularity.neurons, attributes.length) },
  };
}

/** Users that the audit looks at, all or a sample, and by what it tells them apart. */
async function auditedUsers({ users, manifest }: Dataset, sae: Sae, seed: number) {
  const most = Math.min(MOST_USERS, Math.floor(MOST_USER_ACTIVATIONS / sae.encoderBias.length));
  const rows = sampledRows(users.embeddings.rows, most, derivedSeed(seed, "audited users"));
  const sampled = users.attributes.map(({ column, values }) => ({
    column,
    values: Array.from(rows, (row) => values[row]),
  }));
  const attributes = auditedAttributes(sampled, manifest.users.protected);
  // Nothing is asked of users who are not told apart.
  const looked = attributes.length === 0 ? rows.subarray(0, 0) : rows;
  return { attributes, users: activeRows(await encodeRows(sae, gatheredRows(users.embeddings, looked))) };
}
