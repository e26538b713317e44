/** What a JSON Schema lets stand at a place in a document: keys, and values of a closed list. */
import type { KeyPath } from "../protocol/manifest-edit";

/** As much of a JSON Schema as those that zod writes. */
export interface Schema {
  type?: string;
  description?: string;
  const?: unknown;
  enum?: unknown[];
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  oneOf?: Schema[];
  anyOf?: Schema[];
}

export interface SchemaKey {
  key: string;
  description: string;
  required: boolean;
  /** What its value is made of. */
  holds: "object" | "array" | "scalar";
}

/**
 * Keys that an object may still get.
 *
 * @param document what the text says, as far as it says anything
 */
export function schemaKeys(schema: Schema, document: unknown, path: KeyPath): SchemaKey[] {
  const held = valueAt(document, path);
  const present = new Set(isObject(held) ? Object.keys(held) : []);
  const found = new Map<string, SchemaKey>();
  for (const { properties, required } of schemasAt(schema, document, path)) {
    for (const [key, of] of Object.entries(properties ?? {})) {
      if (present.has(key) || found.has(key)) continue;
      found.set(key, {
        key,
        description: of.description ?? "",
        required: required?.includes(key) ?? false,
        holds: holdsOf(of),
      });
    }
  }
  return [...found.values()];
}

/** Values that a place may have where there are only so many, with what each means. */
export function schemaValues(
  schema: Schema,
  document: unknown,
  path: KeyPath,
): { value: unknown; description: string }[] {
  const key = path.at(-1);
  if (typeof key !== "string") return [];
  const found = new Map<unknown, string>();
  // What tells the alternatives apart is explained with them.
  for (const parent of schemasAt(schema, without(document, path), path.slice(0, -1))) {
    const of = parent.properties?.[key];
    const values = of?.enum ?? (of?.const === undefined ? [] : [of.const]);
    for (const value of values) if (!found.has(value)) found.set(value, of?.description ?? parent.description ?? "");
  }
  return [...found].map(([value, description]) => ({ value, description }));
}

/** Schemas that what stands at a path may follow: of alternatives those that what is there does not rule out. */
function schemasAt(schema: Schema, document: unknown, path: KeyPath): Schema[] {
  const own = alternatives(schema).filter((one) => fits(one, document));
  const [key, ...rest] = path;
  if (key === undefined) return own;
  const inner = valueAt(document, [key]);
  return own.flatMap((one) => {
    const next = typeof key === "number" ? one.items : one.properties?.[key];
    return next === undefined ? [] : schemasAt(next, inner, rest);
  });
}

function alternatives(schema: Schema): Schema[] {
  const of = schema.oneOf ?? schema.anyOf;
  return of === undefined ? [schema] : of.flatMap(alternatives);
}

/** Whether an object says nothing that a schema excludes by a constant. */
function fits({ properties }: Schema, value: unknown): boolean {
  if (!isObject(value)) return true;
  return Object.entries(properties ?? {}).every(
    ([key, of]) => of.const === undefined || value[key] == null || value[key] === of.const,
  );
}

/** The document without what is being written. */
function without(document: unknown, path: KeyPath): unknown {
  const [key, ...rest] = path;
  if (key === undefined || typeof document !== "object" || document === null) return undefined;
  const copy = (Array.isArray(document) ? [...document] : { ...document }) as Record<string | number, unknown>;
  copy[key] = without(copy[key], rest);
  return copy;
}

function valueAt(document: unknown, path: KeyPath): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === "object" && value !== null ? (value as Record<string | number, unknown>)[key] : undefined,
    document,
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function holdsOf(schema: Schema): SchemaKey["holds"] {
  const [{ type }] = alternatives(schema);
  return type === "object" || type === "array" ? type : "scalar";
}
