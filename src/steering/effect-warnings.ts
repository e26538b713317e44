/** What a person should know before shipping a recipe, in sentences. */
import { commonBearers } from "../concepts/candidates";
import { neuronName } from "../concepts/shown-label";
import type { Effect, ShareEffect } from "../protocol/effect";
import type { Recipe } from "../protocol/steering";
import { contradictionsIn, promotes } from "./config-contradictions";
import type { SteeringContext } from "./context";
import { percent } from "./figures";
import type { ResolvedRule } from "./resolved";
import { targetConcepts } from "./share-effects";
import { conceptOfNeuron } from "./target-concept";

/** Of a concept's share, up or down: less is no matter of warning. */
const NOTABLE = 0.05;
/** Concepts that share so much of their items move together by definition. */
const SAME_ITEMS = 0.5;

/** @param measured users that have a list */
export function effectWarnings(
  context: SteeringContext,
  recipe: Pick<Recipe, "edits" | "items" | "filters">,
  rule: ResolvedRule,
  effect: Omit<Effect, "warnings">,
  measured: number,
): string[] {
  const warnings = [...new Set(contradictionsIn(recipe).map(({ message }) => message))];
  if (effect.users === 0) return [...warnings, "Nobody is in this audience, so that nothing can be measured."];
  if (measured === 0) return [...warnings, "Nobody in this audience has a list: they have seen every item."];
  warnings.push(...offTarget(context, rule, effect), ...wrongWay(rule, effect), ...shortLists(context, effect));
  const { before, after } = effect.coverage;
  if (after < 0.5 * before) {
    warnings.push(
      `The lists show far fewer different items: ${percent(before)} of the catalogue before, ${percent(after)} after.`,
    );
  }
  return warnings;
}

/** An edit that moves something else more than what its neuron is called. */
function offTarget(context: SteeringContext, rule: ResolvedRule, effect: Omit<Effect, "warnings">): string[] {
  const targets = effect.concepts.filter(({ target }) => target);
  const unnamed = [...new Set(rule.edits.map(({ neuron }) => neuron))].filter(
    (neuron) => conceptOfNeuron(context, neuron) === null,
  );
  const most = effect.concepts.find(({ target }) => !target);
  const sentences: string[] = [];
  if (unnamed.length > 0 && targets.length === 0 && most !== undefined && isNotable(most)) {
    sentences.push(
      `${neuronName(context.labels, unnamed[0])} has no proven concept; the edit moves ${moved(most)} most.`,
    );
  }
  if (targets.length === 0) return sentences;
  const strongest = targets.reduce((a, b) => (Math.abs(b.change.value) > Math.abs(a.change.value) ? b : a));
  const aims = targetConcepts(context, rule);
  const bearersOf = (key: string) =>
    aims.find(({ concept }) => concept.key === key)?.concept ?? context.concepts.find((concept) => concept.key === key);
  const own = bearersOf(strongest.concept);
  const side = effect.concepts.find((other) => {
    if (other.target || !isNotable(other)) return false;
    if (Math.abs(other.change.value) <= Math.abs(strongest.change.value)) return false;
    const bearers = bearersOf(other.concept);
    if (own === undefined || bearers === undefined) return true;
    const common = commonBearers(own, bearers).length;
    return common < SAME_ITEMS * Math.min(own.bearers.length, bearers.bearers.length);
  });
  if (side !== undefined) sentences.push(`This moves ${moved(side)} more than ${moved(strongest)}.`);
  return sentences;
}

/** Turned down, a concept should not rise, nor fall when it is turned up. */
function wrongWay({ edits }: ResolvedRule, { concepts }: Omit<Effect, "warnings">): string[] {
  const directions = new Set(edits.map((edit) => (promotes(edit) ? 1 : -1)));
  if (directions.size !== 1) return [];
  const [direction] = directions;
  return concepts
    .filter(({ target, change }) => target && direction * change.value < -NOTABLE)
    .map(
      (share) =>
        `The edit turns ${share.label} ${direction > 0 ? "up" : "down"}, but its share goes the other way: ${moved(share)}.`,
    );
}

function shortLists({ dataset }: SteeringContext, { hidden, k }: Omit<Effect, "warnings">): string[] {
  const left = dataset.items.ids.length - hidden;
  return left < k ? [`The filters leave ${left} items, fewer than a list of ${k}.`] : [];
}

function isNotable({ change }: ShareEffect): boolean {
  return Math.abs(change.value) >= NOTABLE;
}

/** `Crime (.12 to .33)` */
function moved({ label, before, after }: ShareEffect): string {
  return `${label} (${figure(before.value)} to ${figure(after.value)})`;
}

function figure(share: number): string {
  return share.toFixed(2).replace(/^0/, "");
}
