/** Concepts of users: values of their attributes, bands of those that are numbers, and how active they are. */
import type { Interactions, Users } from "../data/dataset";
import { type Concept, type FoundConcept, isWorkable, rowsWhere, unambiguous } from "./candidates";
import { numberConcepts } from "./candidates-numbers";

/** Values of one attribute, those with the most users first. */
const MOST_VALUES = 50;
/** Most and least active: a fifth of the users each. */
const ACTIVITY_SHARE = 0.2;

/** A group of users, of one attribute. */
export interface AudienceConcept extends Concept {
  kind: "audience";
  /** The attribute; null for activity. */
  attribute: string | null;
  /** Of the attribute, as people say it: `F`, `under 18`. */
  value: string;
}

/** Groups with a workable number of users: `audience:gender:F`, `audience:age:fifth-1`, `audience:activity:many`. */
export function audienceCandidates(users: Users, interactions: Interactions | null): AudienceConcept[] {
  const found = [
    ...users.attributes.flatMap(({ column, values }) => attributeConcepts(column, values)),
    ...(interactions === null ? [] : activityConcepts(interactions)),
  ].filter(({ bearers, rows }) => isWorkable(bearers.length, rows));
  const labels = unambiguous(found.map((concept) => ({ ...concept, column: null })));
  return found.map(({ column: _, ...concept }, index) => ({ ...concept, label: labels[index].label }));
}

/** Values where they are words or few; fifths where they are many numbers. */
function attributeConcepts(column: string, values: readonly string[]): (AudienceConcept & FoundConcept)[] {
  const numbers = Float64Array.from(values, (value) => (value.trim() === "" ? Number.NaN : Number(value)));
  const isNumeric = values.every((value, row) => value.trim() === "" || Number.isFinite(numbers[row]));
  const bands = isNumeric ? numberConcepts(column, numbers) : [];
  if (bands.length > 0) {
    return bands.map((band) => ({
      ...band,
      key: band.key.replace(/^number:/, "audience:"),
      kind: "audience",
      label: `Users with ${band.label}`,
      attribute: column,
      value: band.label.slice(column.length + 2),
    }));
  }
  const usersOf = new Map<string, number[]>();
  values.forEach((text, user) => {
    const value = text.trim();
    if (value === "") return;
    const listed = usersOf.get(value);
    if (listed === undefined) usersOf.set(value, [user]);
    else listed.push(user);
  });
  return [...usersOf]
    .sort(([a, usersOfA], [b, usersOfB]) => usersOfB.length - usersOfA.length || (a < b ? -1 : 1))
    .slice(0, MOST_VALUES)
    .map(([value, bearers]) => ({
      key: `audience:${column}:${value}`,
      label: `Users with ${column}: ${value}`,
      kind: "audience",
      bearers: Uint32Array.from(bearers),
      rows: values.length,
      column,
      attribute: column,
      value,
    }));
}

function activityConcepts({ offsets }: Interactions): (AudienceConcept & FoundConcept)[] {
  const counts = Float64Array.from({ length: offsets.length - 1 }, (_, user) => offsets[user + 1] - offsets[user]);
  const ascending = counts.slice().sort();
  const few = ascending[Math.floor(ACTIVITY_SHARE * counts.length)];
  const many = ascending[Math.floor((1 - ACTIVITY_SHARE) * counts.length)];
  const concept = (part: string, value: string, test: (count: number) => boolean): AudienceConcept & FoundConcept => ({
    key: `audience:activity:${part}`,
    label: `Users with ${value}`,
    kind: "audience",
    bearers: rowsWhere(counts.length, (user) => test(counts[user])),
    rows: counts.length,
    column: null,
    attribute: null,
    value,
  });
  if (!(few < many)) return [];
  return [
    concept("few", `few interactions (under ${few})`, (count) => count < few),
    concept("many", `many interactions (from ${many})`, (count) => count >= many),
  ];
}
