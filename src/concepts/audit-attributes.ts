/** What users are told apart by in the audit: the values of their attributes, ages and other numbers in bands. */
import type { Users } from "../data/dataset";

export interface AuditedAttribute {
  column: string;
  protected: boolean;
  /** Rows of the users with a value, ascending. */
  known: Uint32Array;
  /** The most frequent first, bands in their order, with the rows of their users. */
  values: { value: string; rows: Uint32Array }[];
}

/** A value of fewer users proves nothing. */
export const LEAST_USERS = 10;
const MOST_VALUES = 50;
/** Fewer different numbers are values of their own, such as the codes of age groups. */
const FEWEST_NUMBERS = 11;
/** Share of a column that must be numbers for the rest to count as missing. */
const NUMERIC_SHARE = 0.9;
const BANDS = 5;
const OLDEST = 120;
const AGES = [18, 25, 35, 45, 55, 65];

const PROTECTED = new Set([
  ...["gender", "sex", "age", "ages", "birth", "birthday", "birthdate", "birthyear", "dob", "race", "ethnicity"],
  ...["ethnic", "religion", "religious", "nationality", "disability", "disabilities", "disabled", "orientation"],
]);

/**
 * @param stated columns that the manifest states as protected; undefined: those that are called so
 * @returns attributes of which at least one value tells enough users apart
 */
export function auditedAttributes(
  attributes: Users["attributes"],
  stated: readonly string[] | undefined,
): AuditedAttribute[] {
  return attributes.flatMap(({ column, values }) => {
    const { known, groups } = groupsOf(column, values);
    const isTestable = groups.some(({ rows }) => isEnough(rows.length, known.length));
    const isProtected = stated === undefined ? isCalledProtected(column) : stated.includes(column);
    return isTestable ? [{ column, protected: isProtected, known, values: groups }] : [];
  });
}

/** Whether a value has enough users, and leaves enough others. */
export function isEnough(users: number, known: number): boolean {
  return users >= LEAST_USERS && known - users >= LEAST_USERS;
}

/** By the words of its name: `ageGroup`, `user_gender` and `Sex` are, `page` and `language` are not. */
export function isCalledProtected(column: string): boolean {
  return wordsOf(column).some((word) => PROTECTED.has(word));
}

function wordsOf(column: string): string[] {
  return column
    .replace(/(\p{Ll})(\p{Lu})/gu, "$1 $2")
    .toLowerCase()
    .split(/[^\p{L}]+/u);
}

interface Groups {
  known: Uint32Array;
  groups: AuditedAttribute["values"];
}

function groupsOf(column: string, texts: readonly string[]): Groups {
  const numbers = numbersOf(texts);
  if (numbers === null) return byValue(texts);
  const isAge = wordsOf(column).some((word) => word === "age" || word === "ages");
  const sorted = numbers.filter((value) => !Number.isNaN(value)).sort();
  const isPlausible = sorted[0] >= 0 && sorted[sorted.length - 1] <= OLDEST;
  const bands = isAge && isPlausible ? bandsOf(AGES, ageBand) : fifthsOf(sorted);
  return {
    known: rowsWhere(numbers, (value) => !Number.isNaN(value)),
    groups: bands
      .map(({ name, holds }) => ({ value: name, rows: rowsWhere(numbers, holds) }))
      .filter(({ rows }) => rows.length > 0),
  };
}

/** Null for what are no numbers, or codes that look like them, or so few that each is a value. */
function numbersOf(texts: readonly string[]): Float64Array | null {
  const given = texts.map((text) => text.trim());
  const numbers = Float64Array.from(given, (text) => (text === "" ? Number.NaN : Number(text)));
  const finite = numbers.filter(Number.isFinite);
  const isCode = given.some((text) => /^0\d/.test(text));
  if (isCode || finite.length < NUMERIC_SHARE * given.filter((text) => text !== "").length) return null;
  return new Set(finite).size < FEWEST_NUMBERS
    ? null
    : numbers.map((value) => (Number.isFinite(value) ? value : Number.NaN));
}

function byValue(texts: readonly string[]): Groups {
  const known: number[] = [];
  const rowsOf = new Map<string, number[]>();
  texts.forEach((text, row) => {
    const value = text.trim();
    if (value === "") return;
    known.push(row);
    const rows = rowsOf.get(value);
    if (rows === undefined) rowsOf.set(value, [row]);
    else rows.push(row);
  });
  const groups = [...rowsOf]
    .sort(([a, ofA], [b, ofB]) => ofB.length - ofA.length || (a < b ? -1 : 1))
    .slice(0, MOST_VALUES)
    .map(([value, rows]) => ({ value, rows: Uint32Array.from(rows) }));
  return { known: Uint32Array.from(known), groups };
}

interface Band {
  name: string;
  holds(value: number): boolean;
}

/** @param borders first value of each band but the lowest */
function bandsOf(borders: readonly number[], name: (from: number | null, to: number | null) => string): Band[] {
  return [null, ...borders].map((from, index) => {
    const to = borders[index] ?? null;
    return {
      name: name(from, to),
      holds: (value) => (from === null || value >= from) && (to === null || value < to),
    };
  });
}

function ageBand(from: number | null, to: number | null): string {
  if (from === null) return `under ${to}`;
  return to === null ? `${from} and over` : `${from} to ${to - 1}`;
}

/** @param sorted ascending */
function fifthsOf(sorted: Float64Array): Band[] {
  const quantiles = Array.from(
    { length: BANDS - 1 },
    (_, band) => sorted[Math.floor(((band + 1) * sorted.length) / BANDS)],
  );
  const borders = [...new Set(quantiles)].filter((border) => border > sorted[0]);
  return bandsOf(borders, (from, to) => {
    if (from === null) return to === null ? "all" : `under ${to}`;
    return to === null ? `${from} and over` : `${from} to under ${to}`;
  });
}

function rowsWhere(numbers: Float64Array, holds: (value: number) => boolean): Uint32Array {
  return Uint32Array.from(numbers.keys()).filter((row) => holds(numbers[row]));
}
