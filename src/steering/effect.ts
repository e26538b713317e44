/** What a recipe does to the lists of its audience, and what that costs. */
import { userDetail } from "../concepts/user-detail";
import { holds } from "../data/ascending-rows";
import { itemsOfUser, titleOf } from "../data/dataset";
import { derivedSeed } from "../data/random";
import type { Estimate } from "../protocol/artifact";
import type { CohortAccuracy, Effect } from "../protocol/effect";
import type { BeforeAndAfter, Recipe } from "../protocol/steering";
import { meanEstimates, relativeChange } from "../sae/bootstrap";
import { rankBiasedOverlap } from "../sae/rank-agreement";
import { type Cohort, type ComparedUser, comparedCohort, measuredCohort } from "./cohort";
import type { Pace, SteeringContext } from "./context";
import { effectWarnings } from "./effect-warnings";
import { type SteeringPlan, steeringPlan } from "./plan";
import { resolvedRule } from "./resolve";
import type { ResolvedRule } from "./resolved";
import { sharesOf, targetConcepts } from "./share-effects";

const EXAMPLES = 5;
const TITLES = 3;

/**
 * Of the recipe's audience: all of it, or a sample where it is too large to wait for. The recommender may have been
 * trained on what is held out here: changes of accuracy are to be trusted, the values themselves less.
 *
 * @param k length of the lists; seen items are left out
 * @throws RecPrismError "config-invalid", what `audienceRows` throws, and "cancelled" by the pace
 */
export async function measureEffect(
  context: SteeringContext,
  recipe: Pick<Recipe, "name" | "mode" | "audience" | "edits" | "items" | "filters">,
  k: number,
  pace: Pace,
  signal?: AbortSignal,
): Promise<Effect> {
  const rule = await resolvedRule(context, recipe, recipe.mode, "", signal);
  const plan = await steeringPlan(context, [rule]);
  const cohort = measuredCohort(context, rule.members);
  const users = await comparedCohort(context, plan, cohort.rows, k, pace);
  return effectOn(context, recipe, rule, plan, cohort, users, k);
}

function effectOn(
  context: SteeringContext,
  recipe: Pick<Recipe, "edits" | "items" | "filters">,
  rule: ResolvedRule,
  plan: SteeringPlan,
  cohort: Cohort,
  users: readonly ComparedUser[],
  k: number,
): Effect {
  const { seed } = context;
  const concepts = sharesOf(context, targetConcepts(context, rule), users);
  const overlaps = Float64Array.from(users, overlap);
  const exposure = rule.itemEdits.map(({ rows }) => exposureOf(context, rows, users));
  const effect: Omit<Effect, "warnings"> = {
    k,
    users: cohort.size,
    measured: cohort.rows.length,
    concepts,
    rbo: users.length === 0 ? null : meanEstimates([overlaps], derivedSeed(seed, "bootstrap of overlaps"))[0],
    changed: users.length === 0 ? null : meanOf(users, (one) => (isChanged(one) ? 1 : 0)),
    accuracy: accuracyOf(users, seed),
    ...catalogueOf(context, users),
    worstDecile: worstDecile(context, users, overlaps),
    exposure,
    hidden: plan.hidden.length,
  };
  return { ...effect, warnings: effectWarnings(context, recipe, rule, effect, users.length) };
}

/** Extrapolated RBO of a user's lists; of equal lists 1 without the rounding error. */
export function overlap({ before, after }: ComparedUser): number {
  if (before.items.length === 0) return 1;
  // Filters may leave fewer items than there were.
  if (after.items.length === 0) return 0;
  return before === after ? 1 : Math.min(1, rankBiasedOverlap(before.items, after.items).extrapolated);
}

function isChanged({ before, after }: ComparedUser): boolean {
  return before.items.length !== after.items.length || before.items.some((item, place) => item !== after.items[place]);
}

/** @returns null where no user has enough interactions */
export function accuracyOf(users: readonly ComparedUser[], seed: number): CohortAccuracy | null {
  const measured = users.flatMap(({ before, after }) =>
    before.accuracy === null || after.accuracy === null ? [] : [{ before: before.accuracy, after: after.accuracy }],
  );
  if (measured.length === 0) return null;
  const column = (side: "before" | "after", of: "ndcg20" | "hr20") =>
    Float64Array.from(measured, (one) => one[side][of]);
  const bootstrap = derivedSeed(seed, "bootstrap of accuracy");
  const [ndcgBefore, ndcgAfter] = [column("before", "ndcg20"), column("after", "ndcg20")];
  const [ndcg20Before, ndcg20After, hr20Before, hr20After] = meanEstimates(
    [ndcgBefore, ndcgAfter, column("before", "hr20"), column("after", "hr20")],
    bootstrap,
  );
  return {
    users: measured.length,
    ndcg20: { before: ndcg20Before, after: ndcg20After },
    hr20: { before: hr20Before, after: hr20After },
    ndcg20Change: relativeChange(ndcgBefore, ndcgAfter, bootstrap),
  };
}

function catalogueOf(
  { dataset, interactionsOfItems }: SteeringContext,
  users: readonly ComparedUser[],
): Pick<Effect, "coverage" | "gini" | "popularity"> {
  const items = dataset.items.ids.length;
  const exposures = (side: "before" | "after") => {
    const counts = new Uint32Array(items);
    for (const one of users) for (const item of one[side].items) counts[item]++;
    return counts;
  };
  const [before, after] = [exposures("before"), exposures("after")];
  const both = (of: (exposure: Uint32Array) => number): BeforeAndAfter => ({ before: of(before), after: of(after) });
  return {
    coverage: both((exposure) => exposure.reduce((sum, count) => sum + (count > 0 ? 1 : 0), 0) / items),
    gini: both(gini),
    popularity: interactionsOfItems && both((exposure) => weightedMean(interactionsOfItems, exposure)),
  };
}

/** Gini coefficient of non-negative counts: 0 where all are alike, (n - 1) / n where all is on one. */
export function gini(counts: Uint32Array): number {
  const sorted = counts.slice().sort();
  const total = sorted.reduce((sum, count) => sum + count, 0);
  if (total === 0) return 0;
  const n = sorted.length;
  const weighted = sorted.reduce((sum, count, at) => sum + (at + 1) * count, 0);
  return (2 * weighted) / (n * total) - (n + 1) / n;
}

function weightedMean(values: Uint32Array, weights: Uint32Array): number {
  let [sum, total] = [0, 0];
  for (let at = 0; at < values.length; at++) {
    sum += weights[at] * values[at];
    total += weights[at];
  }
  return total === 0 ? 0 : sum / total;
}

/** Those who lose most of their NDCG@20, or, where that is not known of any, whose lists change most. */
function worstDecile(
  { dataset }: SteeringContext,
  users: readonly ComparedUser[],
  overlaps: Float64Array,
): Effect["worstDecile"] {
  if (users.length === 0) return null;
  const known = Array.from(users.keys()).filter((at) => users[at].before.accuracy !== null);
  const byAccuracy = known.length > 0;
  const change = (at: number) => users[at].after.accuracy!.ndcg20 - users[at].before.accuracy!.ndcg20;
  const worstFirst = byAccuracy
    ? known.sort((a, b) => change(a) - change(b) || overlaps[a] - overlaps[b])
    : Array.from(users.keys()).sort((a, b) => overlaps[a] - overlaps[b]);
  const worst = worstFirst.slice(0, Math.ceil(worstFirst.length / 10));
  const mean = (of: (at: number) => number) => worst.reduce((sum, at) => sum + of(at), 0) / worst.length;
  return {
    users: worst.length,
    ndcg20: byAccuracy
      ? {
          before: mean((at) => users[at].before.accuracy!.ndcg20),
          after: mean((at) => users[at].after.accuracy!.ndcg20),
        }
      : null,
    rbo: mean((at) => overlaps[at]),
    examples: worst.slice(0, EXAMPLES).map((at) => {
      const { user } = users[at];
      return { id: dataset.users.ids.at(user), detail: userDetail(dataset, user) };
    }),
  };
}

function exposureOf(
  { dataset, seed }: SteeringContext,
  rows: Uint32Array,
  users: readonly ComparedUser[],
): Effect["exposure"][number] {
  const exposed = new Set(rows);
  const seesOne = (list: Uint32Array) => (list.some((item) => exposed.has(item)) ? 1 : 0);
  const before = Float64Array.from(users, (one) => seesOne(one.before.items));
  const after = Float64Array.from(users, (one) => seesOne(one.after.items));
  // Whoever has seen all of them can never have one listed.
  const reachable = users.map(({ user }) => {
    const seen = itemsOfUser(dataset.interactions, user);
    return rows.some((item) => !holds(seen, item));
  });
  const newly = after.filter((_, at) => before[at] === 0 && reachable[at]);
  const bootstrap = derivedSeed(seed, "bootstrap of exposure");
  const none: Estimate = { value: 0, interval: null };
  const [ofBefore, ofAfter] = users.length === 0 ? [none, none] : meanEstimates([before, after], bootstrap);
  return {
    items: rows.length,
    titles: Array.from(rows.subarray(0, TITLES), (item) => titleOf(dataset.items, item)),
    before: ofBefore,
    after: ofAfter,
    gained: newly.length === 0 ? null : meanEstimates([newly], bootstrap)[0],
  };
}

/** Mean over users; of none 0. */
export function meanOverlap(users: readonly ComparedUser[]): number {
  return users.length === 0 ? 0 : meanOf(users, overlap);
}

function meanOf(users: readonly ComparedUser[], of: (user: ComparedUser) => number): number {
  return users.reduce((sum, one) => sum + of(one), 0) / users.length;
}
