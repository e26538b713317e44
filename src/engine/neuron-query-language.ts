/** The language of neuron searches: `label:horror kind:era ms>0.6 density<10%` as a condition on a neuron. */
import { nearest } from "../data/schema-faults";
import { CONCEPT_KINDS, CONFIDENCES, type NeuronLabel } from "../protocol/artifact";
import { RecPrismError } from "../protocol/error";
import type { NeuronRow } from "../protocol/neurons";

/** What is searched of a neuron. */
export interface SearchedNeuron {
  row: NeuronRow;
  label: NeuronLabel;
}

export type Condition = (neuron: SearchedNeuron) => boolean;

const COMPARISONS: Record<string, (a: number, b: number) => boolean> = {
  "<": (a, b) => a < b,
  "<=": (a, b) => a <= b,
  ">": (a, b) => a > b,
  ">=": (a, b) => a >= b,
};

const NUMBERS: Record<string, (row: NeuronRow) => number | null> = {
  neuron: (row) => row.neuron,
  ms: (row) => row.ms,
  purity: (row) => row.purity10,
  auc: (row) => row.auc,
  lift: (row) => row.lift,
  density: (row) => row.density,
};

/** All names that a neuron has: whoever looks for it knows one of them. */
const TEXTS: Record<string, (neuron: SearchedNeuron) => (string | undefined)[]> = {
  label: ({ row, label }) => [row.label, row.statisticalLabel, label.model?.label],
  concept: ({ label: { evidence } }) => [evidence?.concept, evidence?.label],
};

const STATES: Record<string, Condition> = {
  pinned: ({ row }) => row.pinned,
  wrong: ({ row }) => row.wrong,
  renamed: ({ label }) => label.person?.label != null,
  noted: ({ row }) => row.hasNote,
  merged: ({ label }) => (label.person?.mergedWith.length ?? 0) > 0,
  carried: ({ label }) => label.person?.carried != null,
  dead: ({ row }) => row.kind === "dead",
  labelled: ({ row, label }) => row.labelledBy !== "statistics" || label.evidence !== null,
};

const FIELDS = ["label", "concept", "kind", "confidence", "is", ...Object.keys(NUMBERS)];

/** A term as it is written. */
interface Term {
  text: string;
  negated: boolean;
  /** Lower case; null for a bare word. */
  field: string | null;
  operator: string;
  value: string;
  quoted: boolean;
}

/**
 * The condition that a search sets: all of its terms hold, of terms joined by `or` at least one.
 *
 * A bare word occurs in a label, or in the tag of its evidence; a bare number is that neuron. Numbers may be percentages,
 * and equal means equal at the digits that are written.
 *
 * @throws RecPrismError "query-invalid" naming the term, as `where.key`
 */
export function conditionOf(search: string): Condition {
  const alternatives: Condition[][] = [];
  let joining = false;
  let last: Term | null = null;
  for (const term of termsOf(search)) {
    last = term;
    if (isOr(term)) {
      if (joining || alternatives.length === 0) throw lonelyOr(term);
      joining = true;
      continue;
    }
    const condition = conditionOfTerm(term);
    const signed: Condition = term.negated ? (neuron) => !condition(neuron) : condition;
    if (joining) alternatives[alternatives.length - 1].push(signed);
    else alternatives.push([signed]);
    joining = false;
  }
  if (joining && last !== null) throw lonelyOr(last);
  return (neuron) => alternatives.every((terms) => terms.some((condition) => condition(neuron)));
}

const FIELD = /([\p{L}][\p{L}\p{N}_]*)\s*(<=|>=|<|>|=|:)\s*/uy;
/** A quote that is still open reaches to the end: a search is read at every key. */
const QUOTED = /"([^"]*)(?:"|$)/y;
const WORD = /\S+/y;

function* termsOf(search: string): Generator<Term> {
  let at = 0;
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const match = pattern.exec(search);
    if (match !== null) at += match[0].length;
    return match;
  };
  for (;;) {
    take(/\s*/y);
    if (at >= search.length) return;
    const start = at;
    const negated = take(/-(?=\S)/y) !== null;
    const field = take(FIELD);
    const quoted = take(QUOTED);
    const value = quoted?.[1] ?? take(WORD)?.[0] ?? "";
    yield {
      text: search.slice(start, at).trim(),
      negated,
      field: field?.[1].toLowerCase() ?? null,
      operator: field?.[2] ?? ":",
      value,
      quoted: quoted !== null,
    };
  }
}

function isOr({ field, value, quoted, negated }: Term): boolean {
  return field === null && !quoted && !negated && value.toLowerCase() === "or";
}

function conditionOfTerm(term: Term): Condition {
  const { field, value, operator } = term;
  if (field === null) return bareWord(term);
  if (!FIELDS.includes(field)) {
    const meant = nearest(field, FIELDS);
    throw fault(
      term,
      `there is no field "${field}"${meant === undefined ? "" : `; did you mean "${meant}"?`} Fields are ${FIELDS.join(", ")}. Put quotes around a word that is to be looked for as it stands.`,
    );
  }
  if (value === "")
    throw fault(term, `"${field}${operator}" needs ${NUMBERS[field] ? "a number" : "a value"} after it.`);
  if (NUMBERS[field]) return numberTerm(term, NUMBERS[field]);
  if (field === "confidence") return confidenceTerm(term);
  if (operator !== ":" && operator !== "=") throw fault(term, `${field} is no number: write ${field}:${value}.`);
  if (field === "kind") {
    const kind = oneOf(term, "kind", CONCEPT_KINDS);
    return ({ row }) => row.kind === kind;
  }
  if (field === "is") return STATES[oneOf(term, "state", Object.keys(STATES))];
  const texts = TEXTS[field];
  const wanted = occurrence(value, operator === "=");
  return (neuron) => texts(neuron).some(wanted);
}

function bareWord({ value, quoted }: Term): Condition {
  const wanted = occurrence(value, false);
  const number = quoted || !/^\d+$/.test(value) ? null : Number(value);
  return (neuron) =>
    neuron.row.neuron === number || TEXTS.label(neuron).some(wanted) || TEXTS.concept(neuron).some(wanted);
}

/** Whether a word occurs in a text, or is the whole of it, in any case. */
function occurrence(word: string, whole: boolean): (text: string | undefined) => boolean {
  const literal = word.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
  const pattern = new RegExp(whole ? `^${literal}$` : literal, "iu");
  return (text) => text !== undefined && pattern.test(text);
}

function numberTerm(term: Term, read: (row: NeuronRow) => number | null): Condition {
  const match = /^(-?)(\d*)(?:\.(\d*))?(?:e([+-]?\d+))?(%?)$/i.exec(term.value);
  const digits = `${match?.[2] ?? ""}${match?.[3] ?? ""}`;
  if (match === null || digits === "") {
    throw fault(term, `"${term.value}" is no number. Write for example ${term.field}>0.6 or ${term.field}<10%.`);
  }
  const percent = match[5] === "%";
  const number = Number(term.value.replace("%", "")) / (percent ? 100 : 1);
  const compare = COMPARISONS[term.operator];
  // Half of the last digit that is written, so that what is read in a list can be asked for.
  const tolerance = 0.5 * 10 ** (Number(match[4] ?? 0) - (match[3]?.length ?? 0) - (percent ? 2 : 0));
  return ({ row }) => {
    const value = read(row);
    if (value === null) return false;
    return compare ? compare(value, number) : Math.abs(value - number) <= tolerance;
  };
}

/** `confidence:high`, and `confidence>=medium` for what is at least as sure. */
function confidenceTerm(term: Term): Condition {
  const wanted = -CONFIDENCES.indexOf(oneOf(term, "confidence", CONFIDENCES));
  const compare = COMPARISONS[term.operator] ?? ((a: number, b: number) => a === b);
  return ({ row }) => compare(-CONFIDENCES.indexOf(row.confidence), wanted);
}

function oneOf<Known extends string>(term: Term, what: string, known: readonly Known[]): Known {
  const found = known.find((one) => one === term.value.toLowerCase());
  if (found !== undefined) return found;
  const meant = nearest(term.value, known);
  throw fault(
    term,
    `there is no ${what} "${term.value}"${meant === undefined ? "." : `; did you mean "${meant}"?`} Known are ${known.join(", ")}.`,
  );
}

function lonelyOr(term: Term): RecPrismError {
  return fault(term, '"or" stands between two terms. Put quotes around it to look for the word.');
}

function fault({ text }: Term, what: string): RecPrismError {
  return new RecPrismError("query-invalid", `The search cannot be read at ${text}: ${what}`, { key: text });
}
