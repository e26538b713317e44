/** From a user's id to its row; an id that does not exist is answered with the ones it may have meant. */
import type { Users } from "../data/dataset";
import type { Ids } from "../data/ids";
import { editDistance } from "../data/schema-faults";
import { RecPrismError } from "../protocol/error";

const SUGGESTIONS = 3;
const FARTHEST = 2;
/** More would keep a person waiting for a mere suggestion. */
const MOST_COMPARED = 200_000;

/** @throws RecPrismError "id-unknown" with the closest ids */
export function userRow(users: Users, id: string): number {
  const row = users.ids.rowOf(id);
  if (row !== undefined) return row;
  const close = closestIds(users.ids, id, SUGGESTIONS);
  const hint =
    close.length > 0
      ? `Did you mean ${close.join(", ")}?`
      : `Ids look like ${firstIds(users.ids, SUGGESTIONS).join(", ")}.`;
  throw new RecPrismError("id-unknown", `There is no user "${id}" among ${users.ids.length} users. ${hint}`, {
    key: "user",
  });
}

function firstIds(ids: Ids, count: number): string[] {
  return Array.from({ length: Math.min(count, ids.length) }, (_, row) => ids.at(row));
}

/** Ids that differ from `wanted` by case only, then by at most two insertions, deletions or replacements; closest first. */
export function closestIds(ids: Ids, wanted: string, limit: number): string[] {
  const target = wanted.trim().toLowerCase();
  const found: { id: string; distance: number }[] = [];
  for (let row = 0; row < Math.min(ids.length, MOST_COMPARED); row++) {
    const id = ids.at(row);
    if (Math.abs(id.length - target.length) > FARTHEST) continue;
    const distance = editDistance(id.toLowerCase(), target);
    // Two changes turn any two letters into any other two: ask for some likeness.
    if (distance <= FARTHEST && distance < target.length) found.push({ id, distance });
  }
  return found
    .sort((a, b) => a.distance - b.distance)
    .slice(0, limit)
    .map(({ id }) => id);
}
