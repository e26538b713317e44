/** The figures of an effect, in the order of the cost table: what they are called and how they read. */
import type { Estimate, Interval } from "../../src/protocol/artifact";
import type { Effect } from "../../src/protocol/effect";
import type { BeforeAndAfter } from "../../src/protocol/steering";
import { count, decimal, percent, signedPercent } from "../components/number-format";

export interface Figure {
  name: string;
  /** What it says, in a few words. */
  meaning: string;
  before: string | null;
  after: string;
  /** After against before. */
  change: string | null;
}

/** `86% (80% to 91%)` */
export function estimateText(estimate: Estimate | null, shown: (value: number) => string): string {
  return estimate === null ? "–" : shown(estimate.value) + intervalText(estimate.interval, shown);
}

function intervalText(interval: Interval | null, shown: (value: number) => string): string {
  return interval === null ? "" : ` (${shown(interval[0])} to ${shown(interval[1])})`;
}

export function costFigures(effect: Effect): Figure[] {
  const { accuracy, rbo, changed, coverage, gini, popularity, worstDecile, exposure, hidden } = effect;
  return [
    ...exposure.map((entry) => ({
      name: `Exposure of ${entry.titles.join(", ")}${entry.items > entry.titles.length ? ` and ${count(entry.items - entry.titles.length)} more` : ""}`,
      meaning: "users with one of them in their list",
      before: estimateText(entry.before, percent),
      after: estimateText(entry.after, percent),
      change: entry.gained === null ? null : `${percent(entry.gained.value)} of those without gained one`,
    })),
    ...(accuracy === null ? [] : accuracyFigures(accuracy)),
    {
      name: "RBO",
      meaning: "agreement with the lists before; 1 is no change",
      before: null,
      after: estimateText(rbo, decimal),
      change: null,
    },
    {
      name: "Changed users",
      meaning: "whose list is another, order included",
      before: null,
      after: percent(changed),
      change: null,
    },
    pairFigure("Coverage", "of the catalogue that is in any list", coverage, percent),
    pairFigure("Gini", "of exposure: 0 is even, 1 is all on one item", gini, decimal),
    ...(popularity === null
      ? []
      : [
          pairFigure("Popularity", "mean interactions of the listed items", popularity, (value) =>
            count(Math.round(value)),
          ),
        ]),
    ...(worstDecile === null ? [] : worstFigures(worstDecile)),
    ...(hidden === 0
      ? []
      : [{ name: "Hidden items", meaning: "by filters", before: null, after: count(hidden), change: null }]),
  ];
}

function accuracyFigures({ users, ndcg20, hr20, ndcg20Change }: NonNullable<Effect["accuracy"]>): Figure[] {
  return [
    {
      name: "NDCG@20",
      meaning: `on held-out interactions of ${count(users)} users`,
      before: estimateText(ndcg20.before, decimal),
      after: estimateText(ndcg20.after, decimal),
      change: estimateText(ndcg20Change, signedPercent),
    },
    {
      name: "HR@20",
      meaning: "users with a held-out item in their top 20",
      before: estimateText(hr20.before, decimal),
      after: estimateText(hr20.after, decimal),
      change: null,
    },
  ];
}

function worstFigures({ users, ndcg20, rbo }: NonNullable<Effect["worstDecile"]>): Figure[] {
  const meaning = `of the ${count(users)} ${users === 1 ? "user" : "users"} that ${users === 1 ? "loses" : "lose"} most`;
  return [
    ...(ndcg20 === null ? [] : [pairFigure("Worst tenth: NDCG@20", meaning, ndcg20, decimal)]),
    { name: "Worst tenth: RBO", meaning, before: null, after: decimal(rbo), change: null },
  ];
}

function pairFigure(
  name: string,
  meaning: string,
  { before, after }: BeforeAndAfter,
  shown: (value: number) => string,
): Figure {
  return { name, meaning, before: shown(before), after: shown(after), change: null };
}
