/** How much of a cohort's lists bears which concepts, before and after: those aimed at, and those that move with them. */
import type { Concept } from "../concepts/candidates";
import { neuronName } from "../concepts/shown-label";
import { derivedSeed } from "../data/random";
import type { Estimate } from "../protocol/artifact";
import type { ShareEffect } from "../protocol/effect";
import { meanEstimates } from "../sae/bootstrap";
import type { ComparedUser } from "./cohort";
import { ConceptShare } from "./concepts-of-items";
import type { SteeringContext } from "./context";
import type { ResolvedRule } from "./resolved";
import { conceptOfNeuron } from "./target-concept";

/** Concepts shown beside the targets. */
const OTHERS = 8;
/** Less would be shown as no change. */
const LEAST_CHANGE = 0.005;

/** A concept that a rule aims at, under the name of its neuron. */
export interface TargetConcept {
  neuron: number;
  label: string;
  concept: Concept;
}

/** Concepts of the neurons that a rule names, in its order; one of each. */
export function targetConcepts(
  context: SteeringContext,
  { edits, itemEdits, filters }: Pick<ResolvedRule, "edits" | "itemEdits" | "filters">,
): TargetConcept[] {
  const named = [...edits, ...itemEdits.flatMap((entry) => entry.edits), ...filters].map(({ neuron }) => neuron);
  const targets = new Map<string, TargetConcept>();
  for (const neuron of new Set(named)) {
    const concept = conceptOfNeuron(context, neuron);
    if (concept === null || targets.has(concept.key)) continue;
    targets.set(concept.key, { neuron, label: neuronName(context.labels, neuron), concept });
  }
  return [...targets.values()];
}

/** Targets first, then the others that move most; none without users. */
export function sharesOf(
  context: SteeringContext,
  targets: readonly TargetConcept[],
  users: readonly ComparedUser[],
): ShareEffect[] {
  if (users.length === 0) return [];
  const others = mostMoved(
    context,
    users,
    targets.map(({ concept }) => concept),
  );
  const shown = [
    ...targets.map(({ label, concept }) => ({ label, concept, target: true })),
    ...others.map((concept) => ({ label: concept.label, concept, target: false })),
  ];
  const columns = shown.flatMap(({ concept }) => {
    const share = new ConceptShare(concept, context.dataset.items.ids.length);
    const before = Float64Array.from(users, (one) => share.of(one.before.items));
    const after = Float64Array.from(users, (one) => share.of(one.after.items));
    return [before, after, after.map((value, at) => value - before[at])];
  });
  const estimates = meanEstimates(columns, derivedSeed(context.seed, "bootstrap of shares"));
  return shown.map(({ label, concept, target }, at) => ({
    concept: concept.key,
    label,
    kind: concept.kind,
    baseRate: concept.bearers.length / concept.rows,
    before: estimates[3 * at],
    after: estimates[3 * at + 1],
    change: estimates[3 * at + 2],
    target,
  }));
}

/** Share of a concept in the lists after, over at least one user. */
export function shareAfter({ seed }: SteeringContext, share: ConceptShare, users: readonly ComparedUser[]): Estimate {
  const shares = Float64Array.from(users, ({ after }) => share.of(after.items));
  return meanEstimates([shares], derivedSeed(seed, "bootstrap of shares"))[0];
}

/** Concepts whose mean share changes most, the most first, without those given. */
export function mostMoved(
  { conceptsOfItems }: SteeringContext,
  users: readonly ComparedUser[],
  without: readonly Concept[],
  most = OTHERS,
): Concept[] {
  const { concepts } = conceptsOfItems;
  const before = new Float64Array(concepts.length);
  const after = new Float64Array(concepts.length);
  for (const one of users) {
    conceptsOfItems.addShares(one.before.items, before);
    conceptsOfItems.addShares(one.after.items, after);
  }
  const keys = new Set(without.map(({ key }) => key));
  const change = (place: number) => Math.abs(after[place] - before[place]) / users.length;
  return Array.from(concepts.keys())
    .filter((place) => change(place) >= LEAST_CHANGE && !keys.has(concepts[place].key))
    .sort((a, b) => change(b) - change(a))
    .slice(0, most)
    .map((place) => concepts[place]);
}
