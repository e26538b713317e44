/** Configs that were made on another SAE: their neurons found again by their decoder rows. */
import { shownLabel } from "../concepts/shown-label";
import { matrix } from "../data/matrix";
import type { Rematch, RematchedConfig } from "../protocol/config-check";
import { RecPrismError } from "../protocol/error";
import type { SteeringConfig } from "../protocol/steering";
import { neuronsOf, withNeurons } from "../steering/config-neurons";
import { readDirection } from "../steering/direction";
import { matchedNeurons } from "./carried-words";
import { type ConfigProject, recorded, saeOf } from "./config-recipes";

/** @throws RecPrismError "not-found" where the config kept no decoder rows of the project's width */
export async function rematchedConfig(project: ConfigProject, config: SteeringConfig): Promise<RematchedConfig> {
  const matches = await rematches(project, config);
  const now = new Map(matches.map((match) => [match.neuron, match.now]));
  if (matches.some((match) => match.now === null)) return { config: null, matches };
  const rules = config.rules.map(({ effect: _, ...rule }) =>
    withNeurons(rule, ({ neuron }) => ({ neuron: now.get(neuron)!.neuron })),
  );
  return { config: recorded(project, { ...config, sae: saeOf(project), rules }), matches };
}

async function rematches({ sae }: ConfigProject, { sae: before, rules }: SteeringConfig): Promise<Rematch[]> {
  const { decoderWeights } = sae.artifact.sae;
  const named = neuronsOf(rules);
  const width = decoderWeights.columns;
  const kept = named.flatMap(({ neuron }) => {
    const direction = readDirection(before.directions?.[String(neuron)] ?? "");
    return direction?.length === width ? [{ neuron, direction }] : [];
  });
  if (named.length > 0 && kept.length === 0) {
    throw new RecPrismError(
      "not-found",
      `This config keeps no decoder rows of ${width} values ("sae.directions") by which its neurons could be found in this SAE. Choose the neurons again by their names.`,
      { key: "sae.directions" },
    );
  }
  const rows = matrix(kept.length, width);
  for (const [at, { direction }] of kept.entries()) rows.values.set(direction, at * width);
  const found = new Map(
    (await matchedNeurons(rows, decoderWeights)).map((match) => [kept[match.before].neuron, match]),
  );
  return named.map(({ neuron, label }): Rematch => {
    const match = found.get(neuron);
    if (match === undefined) return { neuron, label, now: null };
    const name = shownLabel(sae.artifact.labels.neurons[match.now]).label;
    // Rounding makes equal rows a little more than equal.
    return { neuron, label, now: { neuron: match.now, label: name, cosine: Math.min(1, match.cosine) } };
  });
}
