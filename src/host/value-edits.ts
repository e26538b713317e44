/** What must change in a file so that it says something else, and nothing more. */
import { isDeepStrictEqual } from "node:util";
import type { KeyPath, ManifestEdit } from "../protocol/manifest-edit";

/**
 * Edits that make one value of another, as deep down as they can be made: a comment beside what stays, stays.
 * Values are what JSON can say; a key with undefined is none.
 */
export function valueEdits(before: unknown, after: unknown, path: KeyPath = []): ManifestEdit[] {
  if (isDeepStrictEqual(before, after)) return [];
  if (Array.isArray(before) && Array.isArray(after)) return arrayEdits(before, after, path);
  if (isObject(before) && isObject(after)) {
    const gone = Object.keys(before).filter((key) => before[key] !== undefined && after[key] === undefined);
    const kept = Object.keys(after).filter((key) => after[key] !== undefined);
    return [
      ...gone.map((key): ManifestEdit => ({ path: [...path, key], change: "remove" })),
      ...kept.flatMap((key) => valueEdits(before[key], after[key], [...path, key])),
    ];
  }
  return [{ path, change: "set", value: after }];
}

function arrayEdits(before: unknown[], after: unknown[], path: KeyPath): ManifestEdit[] {
  const shared = Math.min(before.length, after.length);
  const edits = after.slice(0, shared).flatMap((value, index) => valueEdits(before[index], value, [...path, index]));
  for (let index = before.length - 1; index >= shared; index--)
    edits.push({ path: [...path, index], change: "remove" });
  for (let index = shared; index < after.length; index++) {
    edits.push({ path: [...path, index], change: "set", value: after[index] });
  }
  return edits;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
