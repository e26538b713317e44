/** The users whose lists are measured, and what each gets before and after. */

import { union } from "../data/ascending-rows";
import { itemsOfUser } from "../data/dataset";
import { allRows } from "../data/matrix";
import { derivedSeed, sampledRows } from "../data/random";
import { topRows } from "../recommender/ranking";
import { type ItemSplit, listAccuracy, splitItems } from "../sae/accuracy";
import type { Pace, SteeringContext } from "./context";
import type { SteeringPlan } from "./plan";
import { plannedScores } from "./steered-catalogue";

export interface Cohort {
  /** Users of the audience. */
  size: number;
  /** Rows of those that are measured: all, or a random sample; ascending. */
  rows: Uint32Array;
}

/** One user's list, and how good it is on held-out interactions. */
export interface UserList {
  /** Rows of the top k unseen items, best first. */
  items: Uint32Array;
  /** Null for a user with too few interactions. */
  accuracy: { ndcg20: number; hr20: number } | null;
}

export interface ComparedUser {
  user: number;
  before: UserList;
  after: UserList;
}

/** A few seconds' work, before and after together, of a formula and of a model. */
const MOST_MULTIPLICATIONS = 2 ** 31;
const MOST_MODELLED_PAIRS = 2 ** 22;
/** Too few would say nothing of the audience, however long they take. */
const LEAST_USERS = 20;
const ACCURACY_DEPTH = 20;
const MOST_KEPT = 50_000;

/**
 * @param members of the audience, ascending; null for everyone
 * @param times how often the cohort will be measured
 */
export function measuredCohort(context: SteeringContext, members: Uint32Array | null, times = 1): Cohort {
  const { dataset, recommender, seed } = context;
  const rows = members ?? allRows(dataset.users.ids.length);
  const { rows: items, columns } = dataset.items.embeddings;
  const affordable =
    recommender.kind === "onnx" ? MOST_MODELLED_PAIRS / items : MOST_MULTIPLICATIONS / (items * columns);
  const most = Math.max(LEAST_USERS, Math.floor(affordable / times));
  const places = sampledRows(rows.length, most, derivedSeed(seed, "measured cohort"));
  return { size: rows.length, rows: places.map((place) => rows[place]) };
}

/** A user's list as it is, and the interactions that it is measured on. */
export interface KnownUser {
  list: UserList;
  /** Null for a user with too few interactions. */
  split: ItemSplit | null;
}

/** Lists of a cohort as they are, kept for the next question about the same users. */
export class ListsBefore {
  private readonly kept = new Map<number, KnownUser>();
  private k = 0;

  constructor(private readonly context: SteeringContext) {}

  /** @param scores of all items for the user */
  of(user: number, k: number, scores: Float64Array): KnownUser {
    if (k !== this.k || this.kept.size >= MOST_KEPT) this.kept.clear();
    this.k = k;
    const known = this.kept.get(user);
    if (known !== undefined) return known;
    const { dataset, seed } = this.context;
    const split = splitItems(itemsOfUser(dataset.interactions, user), user, seed);
    const found = { list: userList(this.context, user, split, scores, NOTHING, k), split };
    this.kept.set(user, found);
    return found;
  }
}

const NOTHING = new Uint32Array(0);

/**
 * Lists of users with and without a plan; users who have seen every item have none and are left out.
 *
 * @param pace awaited before each user
 */
export async function comparedCohort(
  context: SteeringContext,
  plan: SteeringPlan,
  users: Uint32Array,
  k: number,
  pace: Pace,
): Promise<ComparedUser[]> {
  return context.withScratch(async (scratch) => {
    const compared: ComparedUser[] = [];
    for (const [index, user] of users.entries()) {
      await pace(index / users.length);
      const scoresBefore = await context.scoresBefore(user);
      const { list: before, split } = context.listsBefore.of(user, k, scoresBefore);
      if (before.items.length === 0) continue;
      const scores = await plannedScores(context, plan, user, scoresBefore, scratch);
      const untouched = scores === scoresBefore && plan.hidden.length === 0;
      compared.push({
        user,
        before,
        after: untouched ? before : userList(context, user, split, scores, plan.hidden, k),
      });
    }
    return compared;
  });
}

/** @param hidden rows that are never listed, ascending */
function userList(
  { dataset }: SteeringContext,
  user: number,
  split: ItemSplit | null,
  scores: Float64Array,
  hidden: Uint32Array,
  k: number,
): UserList {
  const items = topRows(scores, k, union(itemsOfUser(dataset.interactions, user), hidden));
  if (split === null) return { items, accuracy: null };
  const best = topRows(scores, ACCURACY_DEPTH, union(split.seen, hidden));
  const wanted = new Set(split.heldOut);
  const ranks: number[] = [];
  for (let place = 0; place < best.length; place++) if (wanted.has(best[place])) ranks.push(place + 1);
  // Those further down count for nothing, wherever they are.
  while (ranks.length < split.heldOut.length) ranks.push(Number.POSITIVE_INFINITY);
  const { ndcg20, hr20 } = listAccuracy(ranks, scores.length);
  return { items, accuracy: { ndcg20, hr20 } };
}
