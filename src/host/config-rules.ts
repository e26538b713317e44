/** Rules of a config in a text: which one a cursor is in, and what the text should say once a rule is another. */
import type { KeyPath } from "../protocol/manifest-edit";
import type { Recipe, SteeringConfig, SteeringRule } from "../protocol/steering";
import { type JsonNode, jsonValue, nodeAt, type Span } from "./manifest-tree";

/** A config within a text, and the rule of it that is meant. */
export interface ConfigPlace {
  /** Empty where the whole text is the config. */
  path: KeyPath;
  /** Index of the rule that holds the cursor, or of the only one; null where there is none, or no telling which. */
  rule: number | null;
  /** How many rules it has. */
  rules: number;
}

/** The config around a cursor, or else the only one in the text. */
export function configPlace(tree: JsonNode | null, offset: number): ConfigPlace | null {
  if (tree === null) return null;
  const all = configsIn(tree, []);
  const around = all.filter((path) => holds(nodeAt(tree, path), offset));
  const path = around.at(-1) ?? (all.length === 1 ? all[0] : null);
  if (path === null) return null;
  const rules = nodeAt(tree, [...path, "rules"])?.elements ?? [];
  const index = rules.findIndex((rule) => holds(rule, offset));
  return { path, rule: index >= 0 ? index : rules.length === 1 ? 0 : null, rules: rules.length };
}

/** Paths of what looks like a config, outer ones before inner ones. */
function configsIn(node: JsonNode, path: KeyPath): KeyPath[] {
  const kind = (key: string) => node.properties.findLast(({ name }) => name === key)?.value?.kind;
  const own = kind("sae") === "object" && kind("rules") === "array" ? [path] : [];
  return [
    ...own,
    ...node.properties.flatMap(({ name, value }) => (value === null ? [] : configsIn(value, [...path, name]))),
    ...node.elements.flatMap((element, index) => configsIn(element, [...path, index])),
  ];
}

function holds(span: Span | null, offset: number): boolean {
  return span !== null && offset >= span.start && offset <= span.end;
}

/** A rule alone, as the Lab holds it. */
export function ruleRecipe(
  config: SteeringConfig,
  { name, note, mode, audience, edits, items, filters }: SteeringRule,
): Recipe {
  return { name, ...(note === undefined ? {} : { note }), mode: mode ?? config.mode, audience, edits, items, filters };
}

/** The same under the names that neurons have now, whatever a file calls them. */
export function relabelled<Value>(value: Value, labels: ReadonlyMap<number, string>): Value {
  if (Array.isArray(value)) return value.map((one) => relabelled(one, labels)) as Value;
  if (!isObject(value)) return value;
  const inner = Object.fromEntries(Object.entries(value).map(([key, one]) => [key, relabelled(one, labels)]));
  const label = typeof value.neuron === "number" ? labels.get(value.neuron) : undefined;
  return { ...inner, ...(label === undefined ? {} : { label }) } as Value;
}

type Json = Record<string, unknown>;

/** What goes without saying. */
const UNSAID = new Set([
  'audience {"kind":"everyone"}',
  "edits []",
  "items []",
  "filters []",
  'mode "delta"',
  "seed 0",
]);

/** A config, or a part of one, as a text says it, which may leave out what goes without saying. */
export function asWritten(text: unknown, config: unknown): unknown {
  if (Array.isArray(config)) {
    const before = Array.isArray(text) ? text : [];
    return config.map((value, index) => asWritten(before[index], value));
  }
  if (!isObject(config)) return config;
  const before = isObject(text) ? text : {};
  const said = Object.entries(config).filter(
    ([key, value]) => value !== undefined && (key in before || !UNSAID.has(`${key} ${JSON.stringify(value)}`)),
  );
  return Object.fromEntries(said.map(([key, value]) => [key, asWritten(before[key], value)]));
}

/**
 * What a text should say once a rule is replaced. What the Lab knows nothing of, the rule's limits, stays.
 *
 * @param text what it says, as it stands there
 * @param rule index of the rule to replace; as many as there are: one more
 * @param made a config of the new rule alone
 * @returns null where the other rules are of another SAE than the new one
 */
export function withRule(text: unknown, rule: number, made: SteeringConfig): Json | null {
  const config = isObject(text) ? text : {};
  const rules = Array.isArray(config.rules) ? config.rules : [];
  const sae = isObject(config.sae) ? config.sae : {};
  const sameSae = sae.hash === made.sae.hash;
  const others = rules.filter((_, index) => index !== rule);
  if (!sameSae && others.length > 0) return null;
  const before = isObject(rules[rule]) ? rules[rule] : {};
  const { name, note, audience, edits, items, filters, effect } = made.rules[0];
  const mode = made.rules[0].mode ?? made.mode;
  const configMode = config.mode ?? "delta";
  const after = {
    name,
    note: note ?? before.note,
    ...(mode === configMode ? {} : { mode }),
    ...(asWritten(before, { audience, edits, items, filters }) as Json),
    limits: before.limits,
    effect,
  };
  const rulesAfter: unknown[] = [...rules];
  rulesAfter[rule] = after;
  const named = new Set(rulesAfter.flatMap((one) => [...neuronsNamed(one)]));
  const known = { ...(sameSae && isObject(sae.directions) ? sae.directions : {}), ...made.sae.directions };
  const directions = Object.fromEntries(Object.entries(known).filter(([neuron]) => named.has(Number(neuron))));
  return {
    ...config,
    sae: {
      ...sae,
      path: made.sae.path,
      hash: made.sae.hash,
      directions: Object.keys(directions).length === 0 ? undefined : directions,
    },
    rules: rulesAfter,
  };
}

/** Every neuron that a value speaks of, however deep. */
function neuronsNamed(value: unknown): Set<number> {
  const found = new Set<number>();
  const visit = (one: unknown, key: string) => {
    if (key === "neuron" && typeof one === "number") found.add(one);
    if (typeof one === "object" && one !== null) for (const [name, part] of Object.entries(one)) visit(part, name);
  };
  visit(value, "");
  return found;
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What a node of the text says at a path. */
export function valueIn(tree: JsonNode | null, path: KeyPath): unknown {
  return jsonValue(nodeAt(tree, path));
}
