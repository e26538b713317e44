/** Two concepts at once, "Horror · 1980s", as one concept. */
import { type Concept, commonBearers, isWorkable } from "./candidates";

const JOINT = " & ";

/** Those rows that bear both; null where they are too few, or as many as bear one of the two. */
export function conjunction(a: Concept, b: Concept): Concept | null {
  const bearers = commonBearers(a, b);
  const fewer = Math.min(a.bearers.length, b.bearers.length);
  if (bearers.length === fewer || !isWorkable(bearers.length, a.rows)) return null;
  return { key: `${a.key}${JOINT}${b.key}`, label: `${a.label} · ${b.label}`, kind: "mixed", bearers, rows: a.rows };
}

/** Ways to read a key as that of two concepts; a tag may hold the joint itself. */
export function splitKeys(key: string): [string, string][] {
  const found: [string, string][] = [];
  for (let at = key.indexOf(JOINT); at >= 0; at = key.indexOf(JOINT, at + 1)) {
    found.push([key.slice(0, at), key.slice(at + JOINT.length)]);
  }
  return found;
}
