/** Three recipes for any project: one neuron for everyone; all there is over two audiences; the paper's way. */

import { type CodeInput, codeInput } from "../../src/codegen/code-input";
import { rowsBetween } from "../../src/data/matrix";
import { seededRandom } from "../../src/data/random";
import { encode } from "../../src/sae/model";
import type { SteeringContext } from "../../src/steering/context";
import type { ResolvedRule } from "../../src/steering/resolved";
import { configOf } from "./code-cases";

export interface CodeRecipe {
  name: string;
  rules: ResolvedRule[];
  input: CodeInput;
}

/** Enough to see what activations look like. */
const LOOKED_AT = 200;

export function threeRecipes(context: SteeringContext): CodeRecipe[] {
  const [first, second, third] = busiestNeurons(context);
  const { users, items } = context.dataset;
  const fans = everyNth(users.ids.length, 3);
  const others = everyNth(users.ids.length, 5);
  const some = everyNth(items.ids.length, 11);
  const rule = (name: string, parts: Partial<ResolvedRule>): ResolvedRule => ({
    name,
    mode: "delta",
    members: null,
    edits: [],
    itemEdits: [],
    filters: [],
    ...parts,
  });
  const several = [
    rule("Fans", {
      members: fans,
      edits: [
        { neuron: first.neuron, operation: "set", value: -1.5, label: "first" },
        { neuron: second.neuron, operation: "add", value: 2 * second.high },
      ],
      itemEdits: [{ rows: some, edits: [{ neuron: second.neuron, operation: "set", value: 2 * second.high }] }],
    }),
    rule("Others", {
      members: others,
      edits: [{ neuron: third.neuron, operation: "scale", value: 2.5 }],
      itemEdits: [{ rows: some.subarray(3, 9), edits: [{ neuron: first.neuron, operation: "suppress" }] }],
      // Between activations, so that rounding decides nothing.
      filters: [{ neuron: third.neuron, above: third.high * (1 + 1e-9), label: "third" }],
    }),
  ];
  const reconstructed = [
    rule("Reconstructed", {
      mode: "reconstruct",
      edits: [{ neuron: first.neuron, operation: "suppress" }],
      filters: [{ neuron: second.neuron, above: second.high * (1 + 1e-9) }],
    }),
  ];
  const suppressed = [rule("Suppressed", { edits: [{ neuron: first.neuron, operation: "suppress" }] })];
  return Object.entries({ suppress: suppressed, several, reconstruct: reconstructed }).map(([name, rules]) => {
    const config = configOf(
      "delta",
      rules.map(({ name: called, mode, edits, filters }) => ({ name: called, mode, edits, filters })),
    );
    const ids = { users: users.ids, items: items.ids };
    return { name, rules, input: codeInput(config, rules, context.sae, context.recommender.kind, ids) };
  });
}

function everyNth(count: number, n: number): Uint32Array {
  return Uint32Array.from({ length: Math.ceil(count / n) }, (_, at) => at * n);
}

/** Those that most items activate, and the activation that one item in ten is above. */
function busiestNeurons({ sae, dataset }: SteeringContext): { neuron: number; high: number }[] {
  const { embeddings } = dataset.items;
  const rows = Math.min(LOOKED_AT, embeddings.rows);
  const { columns, values } = rowsBetween(embeddings, 0, rows);
  const latents = Array.from({ length: rows }, (_, item) =>
    encode(sae, values.subarray(item * columns, (item + 1) * columns)),
  );
  const found = Array.from(sae.encoderBias.keys(), (neuron) => {
    const activations = latents.map((z) => z[neuron]).sort((a, b) => a - b);
    return {
      neuron,
      active: activations.filter((activation) => activation > 0).length,
      high: activations[Math.floor(0.9 * rows)],
    };
  });
  return found.sort((a, b) => b.active - a.active).slice(0, 3);
}

/** As many users as are wanted, over all of them. */
export function usersOf({ dataset }: SteeringContext, wanted: number): number[] {
  const random = seededRandom(3);
  const count = dataset.users.ids.length;
  if (count <= wanted) return Array.from({ length: count }, (_, user) => user);
  const chosen = new Set<number>();
  while (chosen.size < wanted) chosen.add(random.integer(count));
  return [...chosen].sort((a, b) => a - b);
}
