/** From an audience as it is written to the rows of its users. */
import { type Dataset, itemsOfUser } from "../data/dataset";
import { derivedSeed, sampledRows } from "../data/random";
import { RecPrismError } from "../protocol/error";
import type { Audience, Strongest } from "../protocol/steering";
import { topRows } from "../recommender/ranking";
import type { SteeringContext } from "./context";
import { userRow } from "./find-user";
import { taggedItems } from "./tagged-items";

export type AudienceSources = Pick<SteeringContext, "dataset" | "sae" | "userActivations" | "usersWhere">;

/**
 * Rows of the audience's users, ascending; null for everyone.
 *
 * @param signal ends a SQL condition that is still running
 * @throws RecPrismError "id-unknown" with the closest ids; "not-found" for a column or tag that does not exist;
 *   "config-invalid" for a neuron that the SAE does not have, a history without interactions, or one that says both
 *   `atLeast` and `top` or neither; "query-invalid", "workspace-restricted" and "cancelled" of SQL
 */
export async function audienceRows(
  context: AudienceSources,
  audience: Audience,
  signal?: AbortSignal,
): Promise<Uint32Array | null> {
  const { users } = context.dataset;
  switch (audience.kind) {
    case "everyone":
      return null;
    case "users":
      return Uint32Array.from(new Set(audience.users.map((id) => userRow(users, id)))).sort();
    case "sql":
      return context.usersWhere(audience.where, signal);
    case "neuron": {
      checkNeuron(context, audience.neuron);
      return strongestUsers(await context.userActivations(audience.neuron), audience.top);
    }
    case "history":
      return usersByHistory(context.dataset, audience);
    case "random":
      return sampledRows(users.ids.length, audience.count, derivedSeed(audience.seed, "audience"));
  }
}

function checkNeuron({ sae }: AudienceSources, neuron: number): void {
  const latents = sae.encoderBias.length;
  if (Number.isInteger(neuron) && neuron >= 0 && neuron < latents) return;
  throw new RecPrismError(
    "config-invalid",
    `The audience is of neuron ${neuron}, which this SAE does not have; its neurons are 0 to ${latents - 1}. Choose one of those, or open the SAE that the audience was made on.`,
    { key: "audience.neuron" },
  );
}

/**
 * Users with the largest values, ascending; of equal ones the lower row. Those without a positive value are never among
 * them, so that there may be fewer.
 *
 * @param values one a user
 */
function strongestUsers(values: Float64Array, top: Strongest): Uint32Array {
  const most = "count" in top ? top.count : Math.max(1, Math.round(top.share * values.length));
  return topRows(values, Math.min(most, values.length))
    .filter((user) => values[user] > 0)
    .sort();
}

function usersByHistory(dataset: Dataset, audience: Extract<Audience, { kind: "history" }>): Uint32Array {
  const { column, tag, atLeast, top } = audience;
  if ((atLeast === undefined) === (top === undefined)) {
    throw new RecPrismError(
      "config-invalid",
      `The audience by history of "${tag}" says ${top === undefined ? "neither atLeast nor top" : "both atLeast and top"}. Give one of them: atLeast for a least share, top for the users with the largest.`,
      { key: "audience" },
    );
  }
  if (dataset.interactions === null) {
    throw new RecPrismError(
      "config-invalid",
      `The audience is by history, but this project has no interactions. Name their table as interactions in recprism.json, or choose users otherwise.`,
      { key: "audience" },
    );
  }
  const shares = historyShares(dataset, taggedItems(dataset.items, column, tag, "audience"));
  if (top !== undefined) return strongestUsers(shares, top);
  const least = atLeast!;
  return Uint32Array.from(shares.keys()).filter((user) => shares[user] >= least);
}

/** Of each user's interactions, the share with these items; 0 for a user without interactions. */
function historyShares({ users, items, interactions }: Dataset, wanted: Uint32Array): Float64Array {
  const isWanted = new Uint8Array(items.ids.length);
  for (const item of wanted) isWanted[item] = 1;
  return Float64Array.from({ length: users.ids.length }, (_, user) => {
    const history = itemsOfUser(interactions, user);
    let count = 0;
    for (const item of history) count += isWanted[item];
    return history.length === 0 ? 0 : count / history.length;
  });
}
