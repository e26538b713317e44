/** Measured effects as they are recorded in configs, given to programs, and told in a sentence. */
import type { Dataset } from "../data/dataset";
import type { RuleEffect } from "../protocol/config-check";
import type { Effect } from "../protocol/effect";
import type { EffectRecord, SteeringRule } from "../protocol/steering";
import { dataFingerprint } from "../sae/data-fingerprint";
import { signedPercent } from "./figures";

/** Of a lists' length that nobody states. */
export const USUAL_K = 30;
/** Enough to tell data apart, and short enough to read. */
const FINGERPRINT_DIGITS = 16;

const fingerprints = new WeakMap<Dataset, string>();

/** Of embeddings and interactions; found once, for data do not change while they are open. */
export function steeredData(dataset: Dataset): string {
  const { users, items, interactions } = dataset;
  let found = fingerprints.get(dataset);
  if (found === undefined) {
    const pairs = interactions === null ? [] : [interactions.offsets, interactions.items];
    found = dataFingerprint([users.embeddings, items.embeddings, ...pairs]).slice(0, FINGERPRINT_DIGITS);
    fingerprints.set(dataset, found);
  }
  return found;
}

/** @param data fingerprint of what it was measured on */
export function effectRecord(effect: Effect, data: string, measured: Date): EffectRecord {
  const { k, users, rbo, changed, accuracy, coverage, exposure } = effect;
  return {
    measured: measured.toISOString().replace(/\.\d+Z$/, "Z"),
    data,
    k,
    users,
    ...(effect.measured === users ? {} : { sample: effect.measured }),
    concepts: effect.concepts
      .filter(({ target }) => target)
      .map(({ concept, label, before, after }) => ({
        concept,
        label,
        before: rounded(before.value),
        after: rounded(after.value),
      })),
    // Of nobody, no list changes.
    rbo: rounded(rbo?.value ?? 1),
    changed: rounded(changed ?? 0),
    ndcg20: accuracy && {
      before: rounded(accuracy.ndcg20.before.value),
      after: rounded(accuracy.ndcg20.after.value),
    },
    coverage: { before: rounded(coverage.before), after: rounded(coverage.after) },
    ...(exposure.length === 0
      ? {}
      : {
          exposure: exposure.map(({ items, before, after }) => ({
            items,
            before: rounded(before.value),
            after: rounded(after.value),
          })),
        }),
  };
}

/** To four decimals, as effects are recorded; never -0. */
function rounded(value: number): number {
  return Math.round(value * 1e4) / 1e4 + 0;
}

/** Whether two records say the same, whenever they were measured. */
export function sameFigures(a: EffectRecord, b: EffectRecord): boolean {
  const figures = ({ measured: _, ...record }: EffectRecord) => JSON.stringify(inOrder(record));
  return figures(a) === figures(b);
}

function inOrder(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(inOrder);
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, inOrder(inner)]),
  );
}

export function ruleEffect({ name, limits }: Pick<SteeringRule, "name" | "limits">, effect: Effect): RuleEffect {
  const { users, rbo, changed, accuracy, coverage, gini, popularity, worstDecile, warnings } = effect;
  const target = effect.concepts.find((share) => share.target) ?? null;
  return {
    rule: name,
    users,
    concept: target?.concept ?? null,
    label: target?.label ?? null,
    shareBefore: target?.before.value ?? null,
    shareAfter: target?.after.value ?? null,
    ndcgBefore: accuracy?.ndcg20.before.value ?? null,
    ndcgAfter: accuracy?.ndcg20.after.value ?? null,
    rbo: rbo?.value ?? null,
    changed,
    coverageBefore: coverage.before,
    coverageAfter: coverage.after,
    giniBefore: gini.before,
    giniAfter: gini.after,
    popularityBefore: popularity?.before ?? null,
    popularityAfter: popularity?.after ?? null,
    worstDecileNdcgBefore: worstDecile?.ndcg20?.before ?? null,
    worstDecileNdcgAfter: worstDecile?.ndcg20?.after ?? null,
    limits: limits ?? null,
    warnings,
  };
}

/** `612 users; Horror .86 -> .02; NDCG -0.6%` */
export function recordedSentence(record: EffectRecord | undefined): string {
  if (record === undefined) return "not measured";
  const { users, sample, concepts, exposure, rbo } = record;
  const loss = ndcgLoss(record);
  return [
    counted(users, "user") + (sample === undefined ? "" : `, ${sample.toLocaleString("en")} of them measured`),
    ...concepts.map(({ label, before, after }) => `${label} ${figure(before)} -> ${figure(after)}`),
    ...(exposure ?? []).map(
      ({ items, before, after }) => `${counted(items, "item")} shown to ${figure(before)} -> ${figure(after)}`,
    ),
    loss === null ? `RBO ${figure(rbo)}` : `NDCG ${signedPercent(-loss)}`,
  ].join("; ");
}

/** Relative; null where it is not known. */
export function ndcgLoss({ ndcg20 }: Pick<EffectRecord, "ndcg20">): number | null {
  return ndcg20 === null || ndcg20.before === 0 ? null : 1 - ndcg20.after / ndcg20.before;
}

/** A share as tables have it: `.86`, `1.00`, `-.03`. */
export function figure(value: number, digits = 2): string {
  return value.toFixed(digits).replace(/^(-?)0\./, "$1.");
}

export function counted(count: number, what: string): string {
  return `${count.toLocaleString("en")} ${what}${count === 1 ? "" : "s"}`;
}
