/** Configs of several kinds on random projects, for every language that code is generated in. */
import { type CodeInput, codeInput } from "../../src/codegen/code-input";
import { seededRandom } from "../../src/data/random";
import type { Edit, SteeringConfig, SteeringMode, SteeringRule } from "../../src/protocol/steering";
import type { Recommender } from "../../src/recommender/recommender";
import { encode, type Sae } from "../../src/sae/model";
import type { ResolvedRule } from "../../src/steering/resolved";
import { SAE_VARIANTS, variantName } from "../sae/fixtures";
import { type RandomContext, randomContext } from "../steering/random-context";
import { randomEdits, type Shape } from "../steering/random-project";

export const SAE_HASH = "0123456789abcdef";

export interface CodeCase {
  context: RandomContext;
  config: SteeringConfig;
  rules: ResolvedRule[];
  input: CodeInput;
}

export type RulePart = Partial<SteeringRule> & Pick<SteeringRule, "name">;

export function configOf(mode: SteeringMode, rules: readonly RulePart[]): SteeringConfig {
  const whole = rules.map(
    (rule): SteeringRule => ({ audience: { kind: "everyone" }, edits: [], items: [], filters: [], ...rule }),
  );
  return { version: 1, sae: { path: "sae", hash: SAE_HASH }, mode, rules: whole };
}

/** For rules whose users and items are named by their ids. */
export function codeCase(context: RandomContext, config: SteeringConfig): CodeCase {
  const { users, items } = context.dataset;
  const rules = config.rules.map(({ name, mode, audience, edits, items: entries, filters }): ResolvedRule => {
    if (audience.kind !== "everyone" && audience.kind !== "users") throw new Error("name the users by their ids");
    return {
      name,
      mode: mode ?? config.mode,
      members:
        audience.kind === "everyone"
          ? null
          : Uint32Array.from(audience.users, (id) => users.ids.rowOf(id) as number).sort(),
      edits,
      itemEdits: entries.map(({ items: chosen, edits: onItems }) => {
        if (chosen.kind !== "items") throw new Error("name the items by their ids");
        return {
          rows: Uint32Array.from(chosen.items, (id) => items.ids.rowOf(id) as number).sort(),
          edits: onItems,
        };
      }),
      filters,
    };
  });
  const { sae, recommender } = context;
  const ids = { users: users.ids, items: items.ids };
  return { context, config, rules, input: codeInput(config, rules, sae, recommender.kind, ids) };
}

export const everyOperation: Edit[] = [
  { neuron: 0, operation: "suppress", label: "Horror" },
  { neuron: 1, operation: "scale", value: -0.5 },
  { neuron: 2, operation: "set", value: 3, label: "Children's" },
  { neuron: 3, operation: "add", value: 1e-3 },
  { neuron: 3, operation: "scale", value: 40 },
];

const users = (...ids: string[]) => ({ kind: "users" as const, users: ids });
const items = (...ids: string[]) => ({ kind: "items" as const, items: ids });

/** Rules of every kind that users and items named by their ids allow, over two audiences that meet. */
export function everyRule(context: RandomContext, seed: number): RulePart[] {
  const random = seededRandom(seed);
  const latents = context.sae.encoderBias.length;
  return [
    { name: "Every operation", edits: everyOperation, filters: [filterOf(context, 0)] },
    {
      name: "Some users",
      note: "A note that says at some length what this rule is for, and why nobody should take it out without asking.",
      audience: users("u1", "u3"),
      edits: randomEdits(random, latents, 4),
      items: [
        { items: items("i0", "i1", "i2", "i7"), edits: randomEdits(random, latents, 3) },
        { items: items("i2", "i30"), edits: randomEdits(random, latents, 1) },
      ],
    },
    {
      name: "Others",
      audience: users("u3", "u4"),
      edits: randomEdits(random, latents, 2),
      items: [{ items: items("i7", "i9"), edits: randomEdits(random, latents, 2) }],
      filters: [filterOf(context, 1), filterOf(context, 2)],
    },
  ];
}

/** Hides a few of the items: those that activate the neuron more than nine in ten do. */
function filterOf({ sae, dataset }: { sae: Sae; dataset: RandomContext["dataset"] }, neuron: number) {
  const { embeddings } = dataset.items;
  const activations = Array.from({ length: embeddings.rows }, (_, item) => {
    const start = item * embeddings.columns;
    return encode(sae, embeddings.values.subarray(start, start + embeddings.columns))[neuron];
  });
  const above = activations.sort((a, b) => a - b)[Math.floor(0.9 * activations.length)];
  // Between two activations, so that rounding decides nothing.
  return { neuron, label: `concept ${neuron}`, above: above === 0 ? 1e-6 : above * (1 + 1e-9) };
}

export const RULE_SETS = ["all_rules", "audiences_only", "mixed_modes", "no_rules", "rule_without_edits"] as const;
export type RuleSet = (typeof RULE_SETS)[number];

export interface NamedCases {
  title: string;
  mode: SteeringMode;
  recommender: Recommender["kind"];
  context: RandomContext;
  cases: Record<RuleSet, CodeCase>;
}

const MODES = ["delta", "reconstruct"] as const;
const RECOMMENDERS = ["dot", "cosine", "onnx"] as const;

/** A project of its own shape for each kind of SAE, mode and recommender, with a config of each kind. */
export function everyCase(): NamedCases[] {
  const kinds = SAE_VARIANTS.flatMap((variant) =>
    MODES.flatMap((mode) => RECOMMENDERS.map((recommender) => ({ variant, mode, recommender }))),
  );
  return kinds.map(({ variant, mode, recommender }, seed) => {
    const shapes = seededRandom(seed);
    const shape: Shape = {
      users: 5,
      items: 60,
      // In one dimension every cosine is 1 or -1, and rounding decides among equals.
      dimensions: (recommender === "cosine" ? 2 : 1) + shapes.integer(20),
      latents: 4 + shapes.integer(30),
      biased: seed % 2 === 0,
      ...variant,
    };
    const context = randomContext(seed, shape, recommender);
    const rules = everyRule(context, seed);
    const other = mode === "delta" ? "reconstruct" : "delta";
    const sets: Record<RuleSet, RulePart[]> = {
      all_rules: rules,
      audiences_only: rules.slice(1),
      mixed_modes: rules.map((rule, index) => (index === 1 ? { ...rule, mode: other } : rule)),
      no_rules: [],
      rule_without_edits: [{ name: "Nothing" }],
    };
    const made = RULE_SETS.map((name) => [name, codeCase(context, configOf(mode, sets[name]))] as const);
    const cases = Object.fromEntries(made) as Record<RuleSet, CodeCase>;
    return { title: `${variantName(variant)}, ${mode} mode, ${recommender}`, mode, recommender, context, cases };
  });
}
