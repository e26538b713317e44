/** What became of an item's rank, in a mark to see and words to hear. */

export interface RankChange {
  kind: "up" | "down" | "same" | "new" | "out";
  mark: string;
  spoken: string;
}

/**
 * Change of an item of the list after the edit. Ranks are 1-based.
 *
 * @param listLength an item that ranked below it before is new
 */
export function changeInAfter(previousRank: number, rank: number, listLength: number): RankChange {
  if (previousRank > listLength) return { kind: "new", mark: "new", spoken: `new, was ${previousRank}` };
  const places = previousRank - rank;
  if (places > 0) return { kind: "up", mark: `▲${places}`, spoken: `up ${places}` };
  if (places < 0) return { kind: "down", mark: `▼${-places}`, spoken: `down ${-places}` };
  return { kind: "same", mark: "=", spoken: "same rank" };
}

/**
 * Change of an item of the list before the edit: only leaving the list is worth a mark.
 *
 * @param newRank null: a filter hides the item
 */
export function changeInBefore(newRank: number | null, listLength: number): RankChange | null {
  if (newRank === null) return { kind: "out", mark: "hidden", spoken: "hidden by a filter" };
  return newRank > listLength ? { kind: "out", mark: "out", spoken: `out, now ${newRank}` } : null;
}
