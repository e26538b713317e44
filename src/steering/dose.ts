/** Dose and response: what a cohort's lists become as an edit grows stronger, and what controls make of them. */
import type { Concept } from "../concepts/candidates";
import { neuronName } from "../concepts/shown-label";
import { union } from "../data/ascending-rows";
import type { DoseCurve, DosePoint } from "../protocol/effect";
import type { Edit, Recipe } from "../protocol/steering";
import { type Cohort, type ComparedUser, comparedCohort, measuredCohort } from "./cohort";
import { ConceptShare } from "./concepts-of-items";
import type { Pace, SteeringContext } from "./context";
import { accuracyOf, meanOverlap } from "./effect";
import { liveNeurons } from "./live-neurons";
import { type SteeringPlan, steeringPlan } from "./plan";
import { resolvedRule } from "./resolve";
import type { ResolvedRule } from "./resolved";
import { mostMoved, shareAfter, type TargetConcept, targetConcepts } from "./share-effects";
import {
  atStrength,
  type DosedOperation,
  type DosedSide,
  dosedOperation,
  mirrored,
  neutralStrength,
  onOtherNeurons,
  randomNeurons,
} from "./varied-edits";

/** To either side of where nothing changes. */
const STEPS = 6;
const OTHERS = 4;
/** Factors from -2 to 4. */
const LARGEST_FACTOR_CHANGE = 3;

/** A recipe whose edits on some neurons are tried at several strengths on one cohort. */
export interface Dosing {
  recipe: Recipe;
  neurons: readonly number[];
  /** What the edits are on. */
  side: DosedSide;
  operation: DosedOperation;
  /** Strength that changes nothing, for `set` on average. */
  neutral: number;
  /** Largest activation of any of the neurons, on any user or item. */
  largest: number;
  rule: ResolvedRule;
  cohort: Cohort;
  target: TargetConcept | null;
}

/** @param times how often the cohort will be measured */
export async function dosing(
  context: SteeringContext,
  recipe: Recipe,
  neurons: readonly number[],
  times: number,
  signal?: AbortSignal,
): Promise<Dosing> {
  const { side, operation } = dosedOperation(recipe, neurons);
  const rule = await resolvedRule(context, recipe, recipe.mode, "", signal);
  const cohort = measuredCohort(context, rule.members, times);
  const activations = side === "users" ? context.userActivations : context.itemActivations;
  const rows = side === "users" ? cohort.rows : editedItems(rule, neurons);
  let largest = 0;
  for (const neuron of neurons) {
    for (const activation of await activations(neuron)) largest = Math.max(largest, activation);
  }
  const edited = side === "users" ? recipe.edits : recipe.items.flatMap(({ edits }) => edits);
  const [target] = targetConcepts(context, {
    edits: edited.filter(({ neuron }) => neurons.includes(neuron)),
    itemEdits: [],
    filters: [],
  });
  return {
    recipe,
    neurons,
    side,
    operation,
    neutral: await neutralStrength(activations, neurons, operation, rows),
    largest,
    rule,
    cohort,
    target: target ?? null,
  };
}

/** Lists of the cohort with the edits at a strength. */
export async function listsAt(
  context: SteeringContext,
  { neurons, side, operation, rule, cohort }: Dosing,
  strength: number,
  k: number,
  pace: Pace,
): Promise<ComparedUser[]> {
  const dosed =
    side === "users"
      ? { ...rule, edits: atStrength(rule.edits, neurons, operation, strength) }
      : {
          ...rule,
          itemEdits: rule.itemEdits.map(({ rows, edits }) => ({
            rows,
            edits: atStrength(edits, neurons, operation, strength),
          })),
        };
  return comparedCohort(context, await steeringPlan(context, [dosed]), cohort.rows, k, pace);
}

/** Rows that an edit on one of the neurons is on. */
function editedItems({ itemEdits }: ResolvedRule, neurons: readonly number[]): Uint32Array {
  const entries = itemEdits.filter(({ edits }) => edits.some(({ neuron }) => neurons.includes(neuron)));
  return entries.map(({ rows }) => rows).reduce(union, new Uint32Array(0));
}

/**
 * @param neurons of the recipe's edits on users, or else on items, whose strength is varied, all alike
 * @throws RecPrismError "config-invalid", "cancelled"
 */
export async function doseCurve(
  context: SteeringContext,
  recipe: Recipe,
  neurons: readonly number[],
  k: number,
  pace: Pace,
  signal?: AbortSignal,
): Promise<DoseCurve> {
  const runs = 2 * (2 * STEPS + 1) + 1;
  const of = await dosing(context, recipe, neurons, runs / 2, signal);
  const { operation, neutral, cohort, target } = of;
  const strengths = doseStrengths(of);
  let run = 0;
  const nextPace = (): Pace => {
    const done = run++;
    return (share) => pace((done + share) / runs);
  };
  const lists: ComparedUser[][] = [];
  for (const strength of strengths) lists.push(await listsAt(context, of, strength, k, nextPace()));
  const others = movedAtTheEnds(context, lists, target);
  const shareOf = (concept: Concept) => new ConceptShare(concept, context.dataset.items.ids.length);
  const [targetShare, otherShares] = [target && shareOf(target.concept), others.map(shareOf)];
  const point = (strength: number, users: readonly ComparedUser[]) =>
    dosePoint(context, strength, users, targetShare, otherShares);
  const points = strengths.map((strength, at) => point(strength, lists[at]));
  const random = randomNeurons(neurons, liveNeurons(context), context.seed);
  const ofRandom: DosePoint[] = [];
  if (random !== null) {
    const { edits, items } = onOtherNeurons(recipe, random);
    const itemEdits = of.rule.itemEdits.map(({ rows }, entry) => ({ rows, edits: items[entry].edits }));
    const elsewhere = { ...of, rule: { ...of.rule, edits, itemEdits }, neurons: [...random.values()] };
    for (const strength of strengths) {
      ofRandom.push(point(strength, await listsAt(context, elsewhere, strength, k, nextPace())));
    }
  }
  return {
    operation,
    neurons: [...neurons],
    k,
    users: cohort.size,
    measured: cohort.rows.length,
    concept: target && {
      concept: target.concept.key,
      label: target.label,
      baseRate: target.concept.bearers.length / target.concept.rows,
    },
    others: others.map(({ key, label }) => ({ concept: key, label })),
    points,
    random:
      random === null
        ? null
        : {
            neuron: random.get(neurons[0])!,
            label: neuronName(context.labels, random.get(neurons[0])!),
            points: ofRandom,
          },
    // The strengths lie evenly to both sides of where nothing changes.
    opposite: {
      points: points.map((one) => ({ ...one, strength: mirrored(one.strength, neutral) })).reverse(),
    },
    tagFilter: target && (await filtered(context, of, target, k, nextPace())),
  };
}

/** Ascending, evenly to both sides of where nothing changes, wide enough for the strength that the recipe has. */
export function doseStrengths({ recipe, neurons, side, operation, neutral, largest }: Dosing): number[] {
  const usual = operation === "scale" ? LARGEST_FACTOR_CHANGE : Math.max(1, 1.5 * largest);
  const edits = side === "users" ? recipe.edits : recipe.items.flatMap((entry) => entry.edits);
  const own = edits.filter(({ neuron }) => neurons.includes(neuron));
  const farthest = Math.max(
    usual,
    ...own.map((edit) => Math.abs((edit.operation === "suppress" ? 0 : edit.value) - neutral)),
  );
  return Array.from({ length: 2 * STEPS + 1 }, (_, at) => neutral + ((at - STEPS) / STEPS) * farthest);
}

function movedAtTheEnds(context: SteeringContext, lists: readonly ComparedUser[][], target: TargetConcept | null) {
  const own = target === null ? [] : [target.concept];
  const ends = [lists[0], lists[lists.length - 1]].flatMap((users) =>
    users.length === 0 ? [] : mostMoved(context, users, own, OTHERS / 2),
  );
  return [...new Set(ends)];
}

function dosePoint(
  context: SteeringContext,
  strength: number,
  users: readonly ComparedUser[],
  target: ConceptShare | null,
  others: readonly ConceptShare[],
): DosePoint {
  const mean = (share: ConceptShare) =>
    users.reduce((sum, { after }) => sum + share.of(after.items), 0) / Math.max(1, users.length);
  return {
    strength,
    share: target === null || users.length === 0 ? null : shareAfter(context, target, users),
    others: others.map(mean),
    rbo: meanOverlap(users),
    ndcg20Change: accuracyOf(users, context.seed)?.ndcg20Change ?? null,
  };
}

/** Lists without what bears the concept, the varied edits left out. */
async function filtered(
  context: SteeringContext,
  { rule, neurons, cohort }: Dosing,
  { concept }: TargetConcept,
  k: number,
  pace: Pace,
): Promise<NonNullable<DoseCurve["tagFilter"]>> {
  const others = (edits: readonly Edit[]) => edits.filter(({ neuron }) => !neurons.includes(neuron));
  const itemEdits = rule.itemEdits.map(({ rows, edits }) => ({ rows, edits: others(edits) }));
  const plan = await steeringPlan(context, [{ ...rule, edits: others(rule.edits), itemEdits }]);
  const users = await comparedCohort(context, hiding(plan, concept.bearers), cohort.rows, k, pace);
  return {
    rbo: meanOverlap(users),
    ndcg20Change: accuracyOf(users, context.seed)?.ndcg20Change ?? null,
  };
}

/** @param rows ascending */
export function hiding(plan: SteeringPlan, rows: Uint32Array): SteeringPlan {
  return { ...plan, hidden: union(plan.hidden, rows) };
}
