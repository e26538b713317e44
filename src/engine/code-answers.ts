/** What generated code is asked, and what it answers: lists and scores of some users. */

import { holds, union } from "../data/ascending-rows";
import { itemsOfUser } from "../data/dataset";
import { topRows } from "../recommender/ranking";
import type { SteeringContext } from "../steering/context";
import type { ItemVectors } from "../steering/plan";
import type { ResolvedRule } from "../steering/resolved";
import type { Pace } from "./pace";

export interface CodeQuestions {
  context: SteeringContext;
  rules: readonly ResolvedRule[];
  /** Rows. */
  users: readonly number[];
  /** Rows of items whose scores are compared, listed or not; ascending. */
  sample: Uint32Array;
  /** Length of the lists; seen items are left out. */
  k: number;
}

/** Of one user. */
export interface CodeAnswer {
  /** Rows of the items, best first. */
  list: ArrayLike<number>;
  /** Scores of the list, in its order. */
  scores: ArrayLike<number>;
  /** Scores of the sample, in its order. */
  sampleScores: ArrayLike<number>;
}

/** Answers about the users, in their order. */
export type CodeAnswers = AsyncGenerator<CodeAnswer>;
export type CodeRun = (questions: CodeQuestions, pace: Pace) => CodeAnswers;

/** Answer by scores of all items, ties going to the lower row. */
export function answerOf(
  { context, sample, k }: CodeQuestions,
  user: number,
  scores: Float64Array,
  hidden: Uint32Array,
): CodeAnswer {
  const left = union(itemsOfUser(context.dataset.interactions, user), hidden);
  const list = topRows(scores, k, left);
  return {
    list,
    scores: Array.from(list, (item) => scores[item]),
    sampleScores: Array.from(sample, (item) => scores[item]),
  };
}

/** Answer of code that gives vectors alone: the project's recommender scores them. */
export async function answerByVectors(
  questions: CodeQuestions,
  user: number,
  vector: ArrayLike<number>,
  { rows, vectors }: ItemVectors,
  hidden: Uint32Array,
): Promise<CodeAnswer> {
  const { scorer } = questions.context;
  const scores = (await scorer.scoreItems(vector, user)).slice();
  const ofEdited = await scorer.scoreVectors(vector, user, vectors, rows);
  for (const [at, item] of rows.entries()) scores[item] = ofEdited[at];
  return answerOf(questions, user, scores, hidden);
}

/** Rows of all items that any rule edits, ascending. */
export function editedItems(rules: readonly ResolvedRule[]): Uint32Array {
  const lists = rules.flatMap(({ itemEdits }) => itemEdits.map(({ rows }) => rows));
  return lists.reduce(union, new Uint32Array(0));
}

/** Users of the same rules share one key: what code says of items is the same for them. */
export function rulesKey(rules: readonly ResolvedRule[], user: number): string {
  return rules.flatMap(({ members }, index) => (members === null || holds(members, user) ? [index] : [])).join();
}
