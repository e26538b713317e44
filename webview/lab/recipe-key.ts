/** What tells audiences and recipes apart, at little cost even where an audience is a list of many thousand ids. */
import type { Audience, Recipe } from "../../src/protocol/steering";

/** An audience is replaced, never changed, so that it is written out once. */
const keys = new WeakMap<Audience, string>();

export function audienceKey(audience: Audience): string {
  const known = keys.get(audience);
  if (known !== undefined) return known;
  const key = JSON.stringify(audience);
  keys.set(audience, key);
  return key;
}

/** The same for recipes that do the same to the same users, whatever they are called. */
export function effectKey({ mode, audience, edits, items, filters }: Recipe): string {
  return `${JSON.stringify([mode, edits, items, filters])}${audienceKey(audience)}`;
}
