/** Steering config files (`*.steer.json`): reading with errors a person can act on, checking against an SAE, writing. */
import { z } from "zod";
import { checkedJson } from "../data/json-file";
import { RecPrismError } from "../protocol/error";
import { type Audience, type Edit, type SteeringConfig, steeringConfigSchema } from "../protocol/steering";
import { checkEdits } from "./edits";

const VERSION = 1;

/**
 * Reads the text of a steering config.
 *
 * @param file the config's name, for messages
 * @throws RecPrismError "config-invalid" naming line and column, or key
 */
export function parseSteeringConfig(text: string, file: string): SteeringConfig {
  const { version } = checkedJson(text, z.looseObject({ version: z.unknown() }), "config-invalid", file);
  if (typeof version === "number" && version > VERSION) {
    throw new RecPrismError(
      "config-invalid",
      `${file} has version ${version}, but this RecPrism reads version ${VERSION}. Update RecPrism.`,
      { file, key: "version" },
    );
  }
  return checkedJson(text, steeringConfigSchema, "config-invalid", file);
}

/**
 * Refuses a config that was made on another SAE, or whose edits this one cannot carry out.
 *
 * @param sae content hash and number of neurons of the SAE at hand
 * @throws RecPrismError "artifact-stale" or "config-invalid"
 */
export function checkSteeringConfig(
  config: SteeringConfig,
  sae: { hash: string; latents: number },
  file?: string,
): void {
  const subject = file ?? "This steering config";
  if (config.sae.hash !== sae.hash) {
    throw new RecPrismError(
      "artifact-stale",
      `${subject} was made on the SAE ${short(config.sae.hash)}, but the project's SAE is ${short(sae.hash)}: the same number may now be another neuron. Bring back the SAE it was made on (${config.sae.path}), or make the edits again in the Lab and save the config anew.`,
      { file, key: "sae.hash" },
    );
  }
  config.rules.forEach(({ edits }, rule) => {
    checkEdits(edits, sae.latents, { file, key: `rules[${rule}].edits` });
  });
}

function short(hash: string): string {
  return hash.length <= 12 ? hash : `${hash.slice(0, 12)}…`;
}

/** Edits of all rules whose audience holds the user, in the config's order. */
export function rulesFor(config: SteeringConfig, user: string): Edit[] {
  return config.rules.flatMap(({ audience, edits }) => (holds(audience, user) ? edits : []));
}

/** Whether any rule speaks of the user; one without stays as it is, in either mode. */
export function concerns(config: SteeringConfig, user: string): boolean {
  return config.rules.some(({ audience }) => holds(audience, user));
}

function holds(audience: Audience, user: string): boolean {
  return audience.kind === "everyone" || audience.users.includes(user);
}
