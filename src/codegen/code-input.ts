/** What every generator is given: rules that name users and items by their ids, and the weights that these need. */
import type { RecommenderManifest } from "../protocol/manifest";
import type { Edit, Filter, SteeringConfig, SteeringMode } from "../protocol/steering";
import type { ResolvedRule } from "../steering/resolved";
import { type SteeringWeights, steeringWeights } from "../steering/weights";
import { configHash } from "./config-hash";

/** A rule as production code holds it, which knows no rows. */
export interface CodeRule {
  name: string;
  note: string | undefined;
  mode: SteeringMode;
  /** Ids of the users it is for; null for everyone. */
  users: readonly string[] | null;
  edits: readonly Edit[];
  items: readonly { ids: readonly string[]; edits: readonly Edit[] }[];
  filters: readonly Filter[];
}

export interface CodeInput {
  /** Of the config. */
  hash: string;
  /** Content hash of the SAE. */
  sae: string;
  rules: readonly CodeRule[];
  weights: SteeringWeights;
  recommender: RecommenderManifest["kind"];
  /** What a neuron stands for, by the config's labels; "" for none. */
  labelOf(neuron: number): string;
}

/** From rows to ids. */
export interface RowNames {
  at(row: number): string;
}

/**
 * @param resolved the config's rules, in its order
 * @throws RecPrismError "config-invalid" for neurons that this SAE does not have
 */
export function codeInput(
  config: SteeringConfig,
  resolved: readonly ResolvedRule[],
  sae: Parameters<typeof steeringWeights>[0],
  recommender: RecommenderManifest["kind"],
  ids: { users: RowNames; items: RowNames },
): CodeInput {
  const rules = resolved.map(
    ({ name, mode, members, edits, itemEdits, filters }, index): CodeRule => ({
      name,
      note: config.rules[index].note,
      mode,
      users: members === null ? null : Array.from(members, (row) => ids.users.at(row)),
      edits,
      items: itemEdits.map((entry) => ({
        ids: Array.from(entry.rows, (row) => ids.items.at(row)),
        edits: entry.edits,
      })),
      filters,
    }),
  );
  return {
    hash: configHash(config),
    sae: config.sae.hash,
    rules,
    weights: steeringWeights(sae, resolved),
    recommender,
    labelOf: labelsOf(rules),
  };
}

function labelsOf(rules: readonly CodeRule[]): CodeInput["labelOf"] {
  const labels = new Map<number, string>();
  for (const { edits, items, filters } of rules) {
    for (const { neuron, label } of [...edits, ...items.flatMap((entry) => entry.edits), ...filters]) {
      if (label !== undefined && !labels.has(neuron)) labels.set(neuron, label);
    }
  }
  return (neuron) => labels.get(neuron) ?? "";
}

/** How a generated steering has to work: only what its rules need is in it. */
export function modesOf(rules: readonly CodeRule[]): { delta: boolean; reconstruct: boolean } {
  return {
    delta: rules.some(({ mode }) => mode === "delta"),
    reconstruct: rules.some(({ mode }) => mode === "reconstruct"),
  };
}
