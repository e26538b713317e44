/** Where the values of a config stand in its text. */
import { RecPrismError } from "../protocol/error";
import type { KeyPath } from "../protocol/manifest-edit";

/** A text and what messages call it. */
export interface NamedText {
  text: string;
  file: string;
}

/** A value in the text: offsets of its first character and of the one after its last, and what is in it. */
export interface Place {
  start: number;
  end: number;
  /** By key, or by position in a list. */
  inner: Map<string | number, Place & { key: number | null }>;
}

/** A text as plain values, with where they stand. */
export interface PlacedText extends NamedText {
  value: unknown;
  root: Place;
}

/** Nobody nests a config deeper than a dozen levels; what is read by recursion has an end. */
export const DEEPEST = 64;

/** 1-based line of what stands at a path, of its key where there is one; of what holds it where it is missing. */
export function lineOf({ text, root }: PlacedText, path: KeyPath): number {
  let [place, offset] = [root, root.start];
  for (const key of path) {
    const inner = place.inner.get(key);
    if (inner === undefined) break;
    [place, offset] = [inner, inner.key ?? inner.start];
  }
  return positionAt(text, offset).line;
}

/** 1-based. */
export function positionAt(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset);
  return { line: before.split("\n").length, column: offset - before.lastIndexOf("\n") };
}

/** @param message what was found, and the remedy, as sentences */
export function refusedAt({ text, file }: NamedText, offset: number, message: string): RecPrismError {
  const { line, column } = positionAt(text, offset);
  return new RecPrismError("config-invalid", `${file}, line ${line}, column ${column}: ${message}`, {
    file,
    row: line - 1,
  });
}

export function refusedAsTooDeep(of: NamedText, offset: number): RecPrismError {
  return refusedAt(of, offset, `this is nested more than ${DEEPEST} levels deep. No config is.`);
}

/** @param first offset of the key where it stands before */
export function refusedAsTwice(of: NamedText, offset: number, key: string, first: number): RecPrismError {
  const { line } = positionAt(of.text, first);
  return refusedAt(of, offset, `${JSON.stringify(key)} stands here a second time, after line ${line}. Remove one.`);
}
