/** What is wrong with a condition on users, in the words of a person: where in it, and what to do. */
import { RecPrismError } from "../protocol/error";
import { inWords, type QueryPlace, queryPlace, sentence } from "./table-fault";

/** Lines of our own before the condition, in every query that it is part of. */
export const LINES_BEFORE = 1;

/** What DuckDB met in a condition. */
export function conditionFault(thrown: unknown, condition: string, columns: readonly string[]): unknown {
  if (thrown instanceof RecPrismError) return thrown;
  const { cause, place } = queryPlace(thrown, LINES_BEFORE);
  if (/^Out of Memory/.test(cause)) return tooLarge();
  const said = sentence(cause.replace(/^[A-Za-z ]+ Error: /, ""));
  const known = columns.map((name) => `"${name}"`).join(", ");
  const remedy = /^Binder Error: Referenced column/.test(cause)
    ? `The columns of the user table are ${known.length > 300 ? `${known.slice(0, 300)}…` : known}; text stands in single quotes.`
    : "Write one condition such as age < 18 AND gender = 'F'.";
  const lines = condition.split("\n").length;
  // The mark may be on our own text around it.
  const own = place === null || place.line < 1 || place.line > lines ? null : place;
  return refused(`${said} ${remedy}`, own);
}

export function tooLarge(): RecPrismError {
  return refused(
    "It takes more memory than a condition may have. Compare columns with values, and leave out functions and subqueries that build long texts or lists.",
  );
}

export function tooLong(seconds: number): RecPrismError {
  return refused(
    `It was stopped: it took longer than ${seconds} s. Compare columns with values, and leave out subqueries that repeat themselves or join large ranges.`,
  );
}

export function refused(what: string, place: QueryPlace | null = null): RecPrismError {
  const where = place === null ? "The condition on users" : `The condition on users, ${inWords(place)}`;
  return new RecPrismError("query-invalid", `${where}: ${what}`, {
    key: "audience.where",
    ...(place === null ? {} : { row: place.line - 1 }),
  });
}
