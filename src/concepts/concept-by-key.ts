/** The concept that a label speaks of, found again on the whole catalogue. */
import type { Items } from "../data/dataset";
import type { Concept } from "./candidates";
import { conjunction, splitKeys } from "./conjunction";
import { conceptOfWord, isWordKey } from "./text-words";

/**
 * @param key of a label's evidence
 * @param concepts of all items
 * @returns null for a concept that is no more, or one of users
 */
export function conceptOfKey(key: string, concepts: readonly Concept[], items: Items): Concept | null {
  const listed = concepts.find((concept) => concept.key === key);
  if (listed !== undefined) return listed;
  if (isWordKey(key)) return conceptOfWord(key, items);
  for (const [first, second] of splitKeys(key)) {
    const a = concepts.find((concept) => concept.key === first);
    const b = a && concepts.find((concept) => concept.key === second);
    if (a && b) return conjunction(a, b);
  }
  return null;
}
