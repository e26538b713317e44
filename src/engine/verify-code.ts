/** Whether generated code gives the lists of the preview: it is run on users of every rule and on others. */

import { holds } from "../data/ascending-rows";
import type { Dataset } from "../data/dataset";
import { seededRandom } from "../data/random";
import type { Verification } from "../protocol/engine";
import { RecPrismError } from "../protocol/error";
import { SteeredCatalogue } from "../steering/steered-catalogue";
import { answerOf, type CodeAnswer, type CodeQuestions, type CodeRun } from "./code-answers";
import type { Pace } from "./pace";

/** Length of the lists that are compared. */
export const COMPARED_LENGTH = 30;
export const MOST_USERS = 50;
const FEWEST_USERS = 10;
/** Scores of a run, about which a person waits half a minute. */
const MOST_SCORES = 2e7;
/** Items whose scores are compared beside those of the lists. */
const MOST_ITEMS = 2000;
/** Of a score, relative to it where it is greater than 1. */
const TOLERANCE = 1e-5;
const SEED = 1;

/**
 * @param language for people
 * @throws RecPrismError "export-differs" naming user and item
 */
export async function verifiedCode(
  language: string,
  run: CodeRun,
  questions: CodeQuestions,
  pace: Pace,
): Promise<Verification> {
  const { context, rules, users } = questions;
  const catalogue = new SteeredCatalogue(context, rules);
  let largest = 0;
  let compared = 0;
  for await (const found of run(questions, pace)) {
    const user = users[compared];
    const { scores, hidden } = await catalogue.scores(user);
    largest = Math.max(
      largest,
      difference(language, questions, user, answerOf(questions, user, scores, hidden), found),
    );
    compared++;
  }
  if (compared < users.length) {
    throw new RecPrismError(
      "export-differs",
      `The generated ${language} answered for ${compared} of ${users.length} users.`,
    );
  }
  const of = `${users.length} ${users.length === 1 ? "user" : "users"}`;
  return {
    passed: true,
    users: users.length,
    identical: users.length,
    largestDifference: largest,
    message: `The generated ${language} gave the preview's top ${questions.k} for ${of}; scores ${largest === 0 ? "are the same" : `differ by at most ${largest.toExponential(1)}`}.`,
  };
}

/** Code that could not be run here. @param why a sentence */
export function unverified(why: string): Verification {
  return { passed: null, users: 0, identical: 0, largestDifference: null, message: why };
}

export function questionsOf(
  context: CodeQuestions["context"],
  rules: CodeQuestions["rules"],
  users = sampledUsers(context.dataset, rules),
): CodeQuestions {
  const items = context.dataset.items.ids.length;
  const step = Math.max(1, items / MOST_ITEMS);
  const sample = Uint32Array.from({ length: Math.min(items, MOST_ITEMS) }, (_, n) => Math.floor(n * step));
  return { context, rules, users, sample, k: COMPARED_LENGTH };
}

/** Members of each rule and others, drawn the same each time; at most `MOST_USERS`, fewer for many items; ascending. */
function sampledUsers({ users, items }: Dataset, rules: CodeQuestions["rules"]): number[] {
  const count = users.ids.length;
  const most = Math.max(FEWEST_USERS, Math.min(MOST_USERS, Math.floor(MOST_SCORES / items.ids.length)));
  const random = seededRandom(SEED);
  const chosen = new Set<number>();
  const groups = rules.flatMap(({ members }) =>
    members === null ? [] : [(user: number) => holds(members, user), (user: number) => !holds(members, user)],
  );
  // Whoever is left is drawn from everyone.
  const wanted = [...groups, () => true];
  for (const [index, isWanted] of wanted.entries()) {
    const share = Math.ceil((most - chosen.size) / (wanted.length - index));
    const drawn = drawnUsers(count, share, (user) => isWanted(user) && !chosen.has(user), random);
    for (const user of drawn) chosen.add(user);
  }
  return [...chosen].sort((a, b) => a - b);
}

/** By reservoir sampling (Vitter 1985). */
function drawnUsers(
  count: number,
  size: number,
  isWanted: (user: number) => boolean,
  random: { integer(below: number): number },
) {
  const drawn: number[] = [];
  let seen = 0;
  for (let user = 0; user < count; user++) {
    if (!isWanted(user)) continue;
    seen++;
    if (drawn.length < size) drawn.push(user);
    else {
      const place = random.integer(seen);
      if (place < size) drawn[place] = user;
    }
  }
  return drawn;
}

/** Largest difference of a score. */
function difference(
  language: string,
  { context, sample }: CodeQuestions,
  user: number,
  expected: CodeAnswer,
  found: CodeAnswer,
): number {
  const { users, items } = context.dataset;
  const fault = (what: string) =>
    new RecPrismError(
      "export-differs",
      `The generated ${language} differs from the preview for user ${users.ids.at(user)}: ${what} Nothing was written. Please report this with the config.`,
      { key: users.ids.at(user) },
    );
  const title = (item: number | undefined) => (item === undefined ? "nothing" : `item ${items.ids.at(item)}`);
  for (let rank = 0; rank < Math.max(expected.list.length, found.list.length); rank++) {
    const [wanted, got]: (number | undefined)[] = [expected.list[rank], found.list[rank]];
    if (wanted === got) continue;
    throw fault(`at rank ${rank + 1} it has ${title(got)} in place of ${title(wanted)}.`);
  }
  let largest = 0;
  const compare = (rows: ArrayLike<number>, of: ArrayLike<number>, by: ArrayLike<number>) => {
    for (let n = 0; n < rows.length; n++) {
      const gap = Math.abs(of[n] - by[n]);
      if (!(gap <= TOLERANCE * Math.max(1, Math.abs(of[n])))) {
        throw fault(`the score of ${title(rows[n])} is ${by[n]} in place of ${of[n]}.`);
      }
      largest = Math.max(largest, gap);
    }
  };
  compare(expected.list, expected.scores, found.scores);
  compare(sample, expected.sampleScores, found.sampleScores);
  return largest;
}
