/** Answers that cross a process border: a value, or the fault as data, since errors lose their fields on the way. */
import { type ErrorData, errorData, errorFromData } from "./error";

export type Answer<Value> = { ok: true; value: Value } | { ok: false; error: ErrorData };

/** An interface of async methods, each answering instead of rejecting. */
export type Answering<Methods> = {
  [Name in keyof Methods]: Methods[Name] extends (...args: infer Args) => Promise<infer Value>
    ? (...args: Args) => Promise<Answer<Value>>
    : never;
};

export async function answered<Value>(work: () => Value | Promise<Value>): Promise<Answer<Value>> {
  try {
    return { ok: true, value: await work() };
  } catch (thrown) {
    return { ok: false, error: errorData(thrown) };
  }
}

/** The answer's value; throws its `RecPrismError`. */
export function unwrapped<Value>(answer: Answer<Value>): Value {
  if (answer.ok) return answer.value;
  throw errorFromData(answer.error);
}
