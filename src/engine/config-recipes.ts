/** Recipes as the rules of a config, with names and directions of the neurons that they name. */
import { relative, sep } from "node:path";
import { shownLabel } from "../concepts/shown-label";
import { schemaFaults } from "../data/schema-faults";
import type { Effect } from "../protocol/effect";
import { RecPrismError } from "../protocol/error";
import {
  type EffectRecord,
  type Recipe,
  recipeSchema,
  type SteeringConfig,
  type SteeringMode,
  type SteeringRule,
} from "../protocol/steering";
import { checkSteeringConfig } from "../steering/config-file";
import { neuronsOf, withNeurons } from "../steering/config-neurons";
import type { Pace } from "../steering/context";
import { directionText } from "../steering/direction";
import { measureEffect } from "../steering/effect";
import { resolvedRules } from "../steering/resolve";
import { effectRecord, steeredData } from "./config-effect";
import { partOf } from "./pace";
import type { Project } from "./project";

/** What configs need of an open project. */
export type ConfigProject = Pick<Project, "dataset" | "sae" | "saeFolder" | "steering">;

/** Work that can be watched and ended. */
export interface Watched {
  pace: Pace;
  signal?: AbortSignal;
}

/**
 * @param measure also records the effect of each recipe on lists of so many items
 * @throws RecPrismError "config-invalid", "id-unknown" or "not-found" for what is not there, and what measuring throws
 */
export async function configOf(
  project: ConfigProject,
  recipes: readonly Recipe[],
  measure: ({ k: number } & Watched) | null,
): Promise<SteeringConfig> {
  const modes = [...new Set(recipes.map(({ mode }) => mode))];
  const mode = modes.length === 1 ? modes[0] : "delta";
  const rules = recipes.map((recipe, index): SteeringRule => {
    const { mode: own, ...rule } = checkedRecipe(recipe, index);
    return own === mode ? rule : { ...rule, mode: own };
  });
  const config = recorded(project, { version: 1, sae: saeOf(project), mode, rules });
  if (measure === null) {
    // Users, tags and items that do not exist are told now and not in production. SQL has its say when it is run.
    await resolvedRules(project.steering, { mode, rules: rules.filter(({ audience }) => audience.kind !== "sql") });
    return config;
  }
  const measured: SteeringRule[] = [];
  for (const [index, rule] of config.rules.entries()) {
    const pace = partOf(measure.pace, index / rules.length, (index + 1) / rules.length);
    const { record } = await measuredRule(project, rule, mode, measure.k, { ...measure, pace });
    measured.push({ ...rule, effect: record });
  }
  return { ...config, rules: measured };
}

/** Recipes come over process borders: what is no recipe must not become a file that cannot be read. */
function checkedRecipe(recipe: Recipe, index: number): Recipe {
  const read = recipeSchema.safeParse(recipe);
  if (read.success) return read.data;
  const [{ key, message }] = schemaFaults(recipeSchema, recipe, read.error.issues);
  throw new RecPrismError("config-invalid", `Recipe ${index + 1} is not valid. ${key}: ${message}`, { key });
}

/** The project's SAE as configs name it. */
export function saeOf({ dataset, sae, saeFolder }: ConfigProject): Pick<SteeringConfig["sae"], "path" | "hash"> {
  const path = relative(dataset.folder, saeFolder).split(sep).join("/");
  return { path: path === "" ? "." : path, hash: sae.artifact.hash };
}

/**
 * The config with names and directions of now. It is of the project's SAE.
 *
 * @throws RecPrismError "config-invalid" for neurons that the SAE does not have
 */
export function recorded({ sae }: Pick<ConfigProject, "sae">, config: SteeringConfig): SteeringConfig {
  const { artifact } = sae;
  const { decoderWeights } = artifact.sae;
  checkSteeringConfig(config, { hash: artifact.hash, latents: decoderWeights.rows });
  const rules = config.rules.map((rule) =>
    withNeurons(rule, ({ neuron }) => ({ neuron, label: shownLabel(artifact.labels.neurons[neuron]).label })),
  );
  const named = neuronsOf(rules);
  const directions = Object.fromEntries(
    named.map(({ neuron }) => [String(neuron), directionText(decoderWeights, neuron)]),
  );
  return { ...config, sae: { ...config.sae, ...(named.length === 0 ? {} : { directions }) }, rules };
}

/** What a rule of this SAE does on lists of k items, measured now. */
export async function measuredRule(
  { steering, dataset }: ConfigProject,
  rule: SteeringRule,
  mode: SteeringMode,
  k: number,
  { pace, signal }: Watched,
): Promise<{ effect: Effect; record: EffectRecord }> {
  const effect = await measureEffect(steering, { ...rule, mode: rule.mode ?? mode }, k, pace, signal);
  return { effect, record: effectRecord(effect, steeredData(dataset), new Date()) };
}
