/** What a schema finds wrong, in the words of a person: the key's path, what was found, what is allowed. */
import { z } from "zod";

export interface SchemaFault {
  /** `items.tags[0].column`; empty for the whole document. */
  key: string;
  /** The same, key by key. */
  path: (string | number)[];
  /** A sentence. */
  message: string;
  /** The key is not known here; the one that was likely meant, or null. */
  unknown?: { meant: string | null };
  /** Where only certain values are allowed: those. */
  allowed?: readonly unknown[];
}

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

/** One fault per issue, unknown keys each on their own. */
export function schemaFaults(schema: z.ZodType, value: unknown, issues: readonly Issue[]): SchemaFault[] {
  return issues.flatMap((issue): SchemaFault[] => {
    if (issue.code === "unrecognized_keys") {
      const allowed = keysAt(schema, value, issue.path);
      return issue.keys.map((key) => ({
        ...placeOf([...issue.path, key]),
        message: unknownKey(key, allowed),
        unknown: { meant: nearest(key, allowed) ?? null },
      }));
    }
    const within = issue.code === "invalid_union" ? withinUnion(issue, valueAt(value, issue.path)) : null;
    if (within !== null) return schemaFaults(schema, value, within);
    const allowed = allowedValues(issue, schema);
    return [
      {
        ...placeOf(issue.path),
        message: faultOf(issue, valueAt(value, issue.path), schema),
        ...(allowed.length === 0 ? {} : { allowed }),
      },
    ];
  });
}

function placeOf(path: Path): Pick<SchemaFault, "key" | "path"> {
  return { key: keyPath(path), path: path.map((key) => (typeof key === "number" ? key : String(key))) };
}

function allowedValues(issue: Issue, schema: z.ZodType): readonly unknown[] {
  if (issue.code === "invalid_value") return issue.values;
  const discriminator = issue.code === "invalid_union" && "discriminator" in issue ? issue.discriminator : undefined;
  return discriminator === undefined ? [] : discriminatorValues(schema, issue.path, discriminator);
}

/** Of the forms that a value could have, what keeps it from the one that it most resembles; null where it resembles none. */
function withinUnion(issue: Extract<Issue, { code: "invalid_union" }>, found: unknown): Issue[] | null {
  const isOtherKind = (issues: readonly Issue[]) =>
    issues.some(({ code, path }) => path.length === 0 && code === "invalid_type");
  const forms = issue.errors.filter((issues) => issues.length > 0 && !isOtherKind(issues));
  if (forms.length === 0 || found === undefined) return null;
  const keys = typeof found === "object" && found !== null ? Object.keys(found).length : 0;
  /** Keys that are not of the form, and those that it lacks. */
  const strangeness = (issues: readonly Issue[]) =>
    issues.reduce((sum, one) => sum + (one.code === "unrecognized_keys" ? one.keys.length : 1), 0);
  const nearestForm = forms.reduce((a, b) => (strangeness(b) < strangeness(a) ? b : a));
  if (keys === 0 && forms.length > 1) return null;
  return nearestForm.map((one) => ({ ...one, path: [...issue.path, ...one.path] }));
}

function faultOf(issue: Issue, found: unknown, schema: z.ZodType): string {
  if (found === undefined) return `is missing; expected ${expectation(issue, schema)}.`;
  return `found ${shown(found)}, expected ${expectation(issue, schema)}.`;
}

function expectation(issue: Issue, schema: z.ZodType): string {
  switch (issue.code) {
    case "invalid_type":
      return (
        { int: "a whole number", number: "a number", string: "text", array: "a list", object: "an object" }[
          issue.expected as string
        ] ?? `a ${issue.expected}`
      );
    case "invalid_value":
      return oneOf(issue.values);
    case "invalid_union": {
      const options = allowedValues(issue, schema);
      return options.length === 0 ? kindsOf(issue, schema) : oneOf(options);
    }
    case "too_small":
      if (issue.origin === "string" && Number(issue.minimum) === 1) return "text that is not empty";
      if (issue.origin === "array") return `at least ${issue.minimum} entries`;
      return issue.inclusive ? `at least ${issue.minimum}` : `more than ${issue.minimum}`;
    case "too_big":
      if (issue.origin === "array") return `at most ${issue.maximum} entries`;
      return issue.inclusive ? `at most ${issue.maximum}` : `less than ${issue.maximum}`;
    default:
      return issue.message;
  }
}

/** `text or an object` */
function kindsOf({ errors }: Extract<Issue, { code: "invalid_union" }>, schema: z.ZodType): string {
  const kinds = errors.flatMap((issues) =>
    issues.filter(({ code, path }) => code === "invalid_type" && path.length === 0),
  );
  return [...new Set(kinds.map((issue) => expectation(issue, schema)))].join(" or ") || "another form";
}

function unknownKey(key: string, allowed: string[]): string {
  const near = nearest(key, allowed);
  if (near !== undefined) return `unknown key; did you mean "${near}"?`;
  return allowed.length === 0 ? "unknown key." : `unknown key; allowed are ${allowed.join(", ")}.`;
}

/** The word of `allowed` that a typing mistake could have turned into `word`. */
export function nearest(word: string, allowed: readonly string[]): string | undefined {
  const ranked = allowed
    .map((candidate) => ({ candidate, distance: editDistance(word.toLowerCase(), candidate.toLowerCase()) }))
    .filter(
      ({ candidate, distance }) =>
        distance <= (candidate.length < 4 ? 1 : Math.max(2, Math.floor(candidate.length / 3))),
    )
    .sort((a, b) => a.distance - b.distance);
  return ranked[0]?.candidate;
}

/** Levenshtein's. */
export function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = previous[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      current.push(Math.min(previous[j] + 1, current[j - 1] + 1, substitution));
    }
    previous = current;
  }
  return previous[b.length];
}

function keysAt(schema: z.ZodType, value: unknown, path: Path): string[] {
  return [...new Set(objectsAt(schema, value, path).flatMap((object) => Object.keys(object.shape)))];
}

/** Allowed values of the key that decides which form of a union holds; its issue stands on that key's path. */
function discriminatorValues(schema: z.ZodType, path: Path, discriminator: string): z.core.util.Primitive[] {
  const parent = path.at(-1) === discriminator ? path.slice(0, -1) : path;
  return objectsAt(schema, undefined, parent).flatMap((object) => {
    const field = object.shape[discriminator];
    return field instanceof z.ZodLiteral ? [...field.values] : [];
  });
}

/** The object schemas that may stand at a path; of a union only those that the value chose, if it did. */
function objectsAt(schema: z.ZodType, value: unknown, path: Path): z.ZodObject[] {
  const [key, ...rest] = path;
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodNullable) {
    return objectsAt(schema.unwrap() as z.ZodType, value, path);
  }
  if (schema instanceof z.ZodArray && key !== undefined) {
    return objectsAt(schema.element as z.ZodType, valueAt(value, [key]), rest);
  }
  if (schema instanceof z.ZodUnion) {
    const options = schema.options as z.ZodType[];
    const discriminator = schema instanceof z.ZodDiscriminatedUnion ? schema.def.discriminator : undefined;
    const said = discriminator === undefined ? undefined : valueAt(value, [discriminator]);
    const chosen = options.filter(
      (option) =>
        discriminator !== undefined &&
        option instanceof z.ZodObject &&
        (option.shape[discriminator] as z.ZodType).safeParse(said).success,
    );
    return (chosen.length > 0 ? chosen : options).flatMap((option) => objectsAt(option, value, path));
  }
  if (!(schema instanceof z.ZodObject)) return [];
  if (key === undefined) return [schema];
  const field = schema.shape[String(key)];
  return field === undefined ? [] : objectsAt(field as z.ZodType, valueAt(value, [key]), rest);
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (inner, key) => (typeof inner === "object" && inner !== null ? Reflect.get(inner, key) : undefined),
    value,
  );
}

function keyPath(path: Path): string {
  return path.reduce<string>(
    (text, key) => (typeof key === "number" ? `${text}[${key}]` : text === "" ? String(key) : `${text}.${String(key)}`),
    "",
  );
}

function oneOf(values: readonly unknown[]): string {
  const texts = values.map((value) => JSON.stringify(value));
  return texts.length === 1 ? texts[0] : `${texts.slice(0, -1).join(", ")} or ${texts.at(-1)}`;
}

function shown(found: unknown): string {
  if (Array.isArray(found)) return found.length === 0 ? "an empty list" : "a list";
  if (typeof found === "object" && found !== null) return "an object";
  const text = JSON.stringify(found);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
