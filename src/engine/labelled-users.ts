/** The users that neurons are labelled by: all that are measured, or a random part of them, and the groups they are in. */
import { type AudienceConcept, audienceCandidates } from "../concepts/audience";
import type { NeuronsOnData } from "../concepts/label";
import type { Dataset } from "../data/dataset";
import { derivedSeed, sampledRows } from "../data/random";
import { conceptsAmong, type MeasuredRows, measuredUserRows } from "./measured-rows";
import type { SaeOnData } from "./sae-on-data";

export interface LabelledUsers {
  /** Places among the users measured, ascending. */
  places: Uint32Array;
  /** Groups of all users, and which of these are in them. */
  concepts: AudienceConcept[];
}

/** User activations are kept while neurons are labelled: an eighth of a gigabyte. */
const MOST_USER_ACTIVATIONS = 2 ** 25;

export function labelledUsers(dataset: Dataset, latents: number, seed: number): LabelledUsers {
  const { users, interactions } = dataset;
  const concepts = audienceCandidates(users, interactions);
  if (concepts.length === 0) return { places: new Uint32Array(0), concepts };
  const measured = measuredUserRows(dataset, seed);
  const most = Math.floor(MOST_USER_ACTIVATIONS / latents);
  const places = sampledRows(measured.length, most, derivedSeed(seed, "labelled users"));
  const rows = places.map((place) => measured[place]);
  return { places, concepts: conceptsAmong(concepts, users.ids.length, rows) };
}

/** What an SAE does on the rows measured, as labels are found on it. */
export function neuronsOnData(
  { itemActivations, userActivations, health: { live } }: SaeOnData,
  { items, concepts }: MeasuredRows,
  users: LabelledUsers,
): NeuronsOnData {
  return {
    activations: itemActivations,
    live,
    items,
    concepts,
    audience: { concepts: users.concepts, activations: userActivations },
  };
}
