/** The users whose lists are compared. */
import type { Dataset } from "../data/dataset";
import { allRows } from "../data/matrix";
import { derivedSeed, seededRandom } from "../data/random";
import type { Sae } from "../sae/model";
import { heldOutUsers } from "../sae/training-set";

export interface RankedUsers {
  /** In random order, so that the first of them are a sample too. */
  rows: Uint32Array;
  /** Whether training had left them out; not known of an SAE that was trained elsewhere. */
  heldOut: boolean;
}

/** Ranking for more users than this would not change the mean's second digit. */
const MOST_USERS = 2_000;
/** A person who cancelled training waits for the measures. */
const MOST_USERS_INTERRUPTED = 200;
/** Scores of one item for one user: a large catalogue is ranked for fewer users, but not for too few to tell. */
const MOST_SCORES = 20_000_000;
const LEAST_USERS = 50;

export function rankedUsers({ users, items }: Dataset, sae: Sae, seed: number, interrupted: boolean): RankedUsers {
  const held = sae.settings === null ? new Uint32Array(0) : heldOutUsers(users.ids.length, seed);
  const rows = held.length > 0 ? held : allRows(users.ids.length);
  const affordable = Math.max(LEAST_USERS, Math.floor(MOST_SCORES / Math.max(1, items.ids.length)));
  const most = Math.min(affordable, interrupted ? MOST_USERS_INTERRUPTED : MOST_USERS);
  return {
    rows: seededRandom(derivedSeed(seed, "ranked users")).shuffle(rows).slice(0, most),
    heldOut: held.length > 0,
  };
}
