/** What stands in generated code and what lies beside it, in a file that the code knows by its SHA-256. */
import { createHash } from "node:crypto";
import { RecPrismError } from "../protocol/error";
import { type WeightsArray, type WeightsFormat, weightsFileBytes } from "../steering/weights-file";
import type { CodeInput, CodeRule } from "./code-input";

/** Values of weights that stand in the code itself: some 60 KB, which a person can still look through. */
export const MOST_VALUES_INLINE = 5000;
/** Ids of users and items that do, of all rules together; beyond, long lists lie beside it. */
export const MOST_IDS_INLINE = 1000;
const LONG_LIST = 50;

export interface Sidecar {
  /** Of the file, without folder. */
  name: string;
  content: Uint8Array;
  sha256: string;
  /** Whether it holds the weights; otherwise they stand in the code. */
  weights: boolean;
  /** Whether it holds long lists of ids. */
  ids: boolean;
}

/**
 * @param name of the code's file: the one beside it has its stem
 * @returns null where all of it is little enough to stand in the code
 * @throws RecPrismError "artifact-invalid" for weights that are not finite
 */
export function sidecarOf(input: CodeInput, name: string, format: WeightsFormat): Sidecar | null {
  checkFinite(input);
  const weights = valuesOf(input) > MOST_VALUES_INLINE;
  const ids = idsOf(input.rules) > MOST_IDS_INLINE && Object.keys(idArrays(input.rules)).length > 0;
  if (!weights && !ids) return null;
  const arrays = { ...(weights ? weightArrays(input) : {}), ...(ids ? idArrays(input.rules) : {}) };
  const content = weightsFileBytes(format, arrays, { config: input.hash, sae: input.sae });
  return {
    name: besideName(name, format),
    content,
    sha256: createHash("sha256").update(content).digest("hex"),
    weights,
    ids,
  };
}

/** Name of a file beside another: the same with another ending, and never the same name. */
export function besideName(name: string, ending: string): string {
  const beside = `${name.replace(/(?<=.)\.[^.]*$/, "")}.${ending}`;
  return beside === name ? `${name}.${ending}` : beside;
}

/** The array with the users of a rule; null where they stand in the code. */
export function usersArray(sidecar: Sidecar | null, { users }: CodeRule, rule: number): string | null {
  return sidecar?.ids && isLong(users) ? `rule_${rule}_users` : null;
}

/** The array with the items of an entry of a rule; null where they stand in the code. */
export function itemsArray(sidecar: Sidecar | null, { items }: CodeRule, rule: number, entry: number): string | null {
  return sidecar?.ids && isLong(items[entry].ids) ? `rule_${rule}_items_${entry}` : null;
}

function isLong(ids: readonly string[] | null): ids is readonly string[] {
  return ids !== null && ids.length > LONG_LIST;
}

function valuesOf({ weights: { dimensions, encoded, neurons, tied } }: CodeInput): number {
  return (encoded.length + (tied ? 0 : neurons.length)) * dimensions;
}

function idsOf(rules: readonly CodeRule[]): number {
  const lists = rules.flatMap(({ users, items }) => [users ?? [], ...items.map(({ ids }) => ids)]);
  return lists.reduce((sum, { length }) => sum + length, 0);
}

function weightArrays({ weights }: CodeInput): Record<string, WeightsArray> {
  const { activation, decoder, decoderBias, dimensions, encoder, encoderBias, tied } = weights;
  const vector = (values: Float32Array) => ({ shape: [values.length], values });
  return {
    encoder: stacked(encoder, dimensions),
    encoder_bias: vector(encoderBias),
    ...(activation.kind === "jumprelu" ? { thresholds: vector(activation.thresholds) } : {}),
    ...(tied ? {} : { decoder: stacked(decoder, dimensions) }),
    decoder_bias: vector(decoderBias),
  };
}

function stacked(rows: readonly Float32Array[], columns: number): WeightsArray {
  const values = new Float32Array(rows.length * columns);
  for (const [r, row] of rows.entries()) values.set(row, r * columns);
  return { shape: [rows.length, columns], values };
}

function idArrays(rules: readonly CodeRule[]): Record<string, WeightsArray> {
  const arrays: Record<string, WeightsArray> = {};
  for (const [r, { users, items }] of rules.entries()) {
    if (isLong(users)) arrays[`rule_${r}_users`] = idArray(users);
    for (const [entry, { ids }] of items.entries()) if (isLong(ids)) arrays[`rule_${r}_items_${entry}`] = idArray(ids);
  }
  return arrays;
}

/** Ids as JSON in ASCII: any text, one that no encoding of Unicode holds too, comes back as it was. */
function idArray(ids: readonly string[]): WeightsArray {
  const json = JSON.stringify(ids).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  const values = Uint8Array.from(Buffer.from(json, "ascii"));
  return { shape: [values.length], values };
}

function checkFinite({ weights }: CodeInput): void {
  const { activation, decoder, decoderBias, encoder, encoderBias } = weights;
  const thresholds = activation.kind === "jumprelu" ? [activation.thresholds] : [];
  const parts = [...encoder, ...decoder, encoderBias, decoderBias, ...thresholds];
  if (parts.every((values) => values.every(Number.isFinite))) return;
  throw new RecPrismError(
    "artifact-invalid",
    "The SAE has weights that are not finite, so no code can be made from it. Train it again with a lower learning rate.",
  );
}
