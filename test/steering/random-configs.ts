/** Any config that the schema allows, with texts of all characters. */
import fc from "fast-check";
import type { Audience, Edit, ItemSelection, SteeringConfig, SteeringRule } from "../../src/protocol/steering";

const text = fc.oneof(
  fc.string({ unit: "binary", minLength: 1 }),
  fc.string({
    unit: fc.constantFrom("a", "B", "1", " ", "\n", ":", "#", "-", "'", '"', "{", ",", "\t", "é"),
    minLength: 1,
  }),
  fc.constantFrom(
    "no",
    "Yes",
    "null",
    "~",
    "1e3",
    "0x1f",
    "2024-01-02",
    "12:30:45",
    ".inf",
    "<<",
    "=",
    "- a",
    "? a",
    "a: b",
  ),
  fc.constantFrom(
    "a #b",
    "&a",
    "*a",
    "!a",
    "|",
    ">",
    "@a",
    "`a",
    "%a",
    "two\nlines",
    "two\n\n  lines",
    "a\n",
    " a",
    "a ",
  ),
);
const number = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => (value === 0 ? 0 : value));
const neuron = fc.nat(1000);
const label = fc.option(text, { nil: undefined });
const share = fc.double({ min: 0, minExcluded: true, max: 1, noNaN: true });

/** Without the keys that are undefined, as a text is read. */
function said<Value extends object>(made: fc.Arbitrary<Value>): fc.Arbitrary<Value> {
  return made.map(
    (value) => Object.fromEntries(Object.entries(value).filter(([, part]) => part !== undefined)) as Value,
  );
}

const edit = fc.oneof(
  said(fc.record({ neuron, label, operation: fc.constant("suppress") })),
  said(fc.record({ neuron, label, operation: fc.constantFrom("scale", "set", "add"), value: number })),
) as fc.Arbitrary<Edit>;
const edits = fc.array(edit, { maxLength: 4 });
const texts = fc.array(text, { minLength: 1, maxLength: 20 });
const strongest = fc.oneof(fc.record({ count: fc.integer({ min: 1 }) }), fc.record({ share }));
const audience = fc.oneof(
  fc.record({ kind: fc.constant("everyone") }),
  fc.record({ kind: fc.constant("users"), users: texts }),
  fc.record({ kind: fc.constant("sql"), where: text }),
  said(fc.record({ kind: fc.constant("neuron"), neuron, label, top: strongest })),
  said(
    fc.record({
      kind: fc.constant("history"),
      column: text,
      tag: text,
      atLeast: fc.option(share, { nil: undefined }),
      top: fc.option(strongest, { nil: undefined }),
    }),
  ),
  fc.record({ kind: fc.constant("random"), count: fc.integer({ min: 1 }), seed: fc.nat() }),
) as fc.Arbitrary<Audience>;
const selection = fc.oneof(
  fc.record({ kind: fc.constant("items"), items: texts }),
  fc.record({ kind: fc.constant("tag"), column: text, tag: text }),
) as fc.Arbitrary<ItemSelection>;
const pair = fc.record({ before: number, after: number });
const effect = said(
  fc.record({
    measured: text,
    data: text,
    k: fc.integer({ min: 1 }),
    users: fc.nat(),
    sample: fc.option(fc.nat(), { nil: undefined }),
    concepts: fc.array(fc.record({ concept: text, label: text, before: number, after: number }), { maxLength: 2 }),
    rbo: number,
    changed: number,
    ndcg20: fc.option(pair),
    coverage: pair,
    exposure: fc.option(fc.array(fc.record({ items: fc.integer({ min: 1 }), before: number, after: number })), {
      nil: undefined,
    }),
  }),
);
const mode = fc.constantFrom("delta" as const, "reconstruct" as const);
const part = fc.option(
  fc.double({ min: 0, max: 1, noNaN: true }).map((value) => (value === 0 ? 0 : value)),
  { nil: undefined },
);
const rule = said(
  fc.record({
    name: text,
    note: fc.option(fc.oneof(text, fc.constant("")), { nil: undefined }),
    mode: fc.option(mode, { nil: undefined }),
    audience,
    edits,
    items: fc.array(fc.record({ items: selection, edits: fc.array(edit, { minLength: 1, maxLength: 2 }) }), {
      maxLength: 2,
    }),
    filters: fc.array(
      said(
        fc.record({
          neuron,
          label,
          above: fc.double({ min: 0, max: 9, noNaN: true }).map((value) => (value === 0 ? 0 : value)),
        }),
      ),
      {
        maxLength: 2,
      },
    ),
    limits: fc.option(said(fc.record({ ndcgLoss: part, rbo: part, tolerance: part })), { nil: undefined }),
    effect: fc.option(effect, { nil: undefined }),
  }),
) as fc.Arbitrary<SteeringRule>;

export const randomConfigs = said(
  fc.record({
    $schema: fc.option(text, { nil: undefined }),
    version: fc.constant(1 as const),
    sae: said(
      fc.record({
        path: text,
        hash: text,
        directions: fc.option(fc.dictionary(fc.nat().map(String), text), { nil: undefined }),
      }),
    ),
    mode,
    rules: fc.array(rule, { maxLength: 3 }),
  }),
) as fc.Arbitrary<SteeringConfig>;

/** The same value with the keys of all its objects the other way round. */
export function turnedRound<Value>(value: Value): Value {
  if (Array.isArray(value)) return value.map(turnedRound) as Value;
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, inner]) => [key, turnedRound(inner)]),
  ) as Value;
}
