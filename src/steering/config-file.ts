/** Steering config files (`*.steer.json`, `*.steer.yaml`): reading with errors a person can act on, checking against an SAE. */
import { type SchemaFault, schemaFaults } from "../data/schema-faults";
import { RecPrismError } from "../protocol/error";
import { CONFIG_VERSION, type SteeringConfig, steeringConfigSchema } from "../protocol/steering";
import { placedJson } from "./config-json";
import { lineOf, type NamedText, type PlacedText } from "./config-places";
import { placedYaml } from "./config-yaml";
import { checkEdits, checkFilters } from "./edits";

/** A longer text is no config of a person. */
const LONGEST = 8 * 2 ** 20;
const MOST_FAULTS_TOLD = 5;

export const CONFIG_FILE = /\.steer\.(json|ya?ml)$/i;

/** By its name; anything that does not say so is JSON. */
export function isYaml(file: string): boolean {
  return /\.ya?ml$/i.test(file);
}

/**
 * Reads the text of a steering config.
 *
 * @param file the config's name: says whether it is YAML, and is for messages
 * @throws RecPrismError "config-invalid" naming line and key
 */
export function parseSteeringConfig(text: string, file: string): SteeringConfig {
  const read = readConfigText({ text, file });
  if (read.config !== null) return read.config;
  const { placed, faults } = read;
  const shown = faults.slice(0, MOST_FAULTS_TOLD).map((fault) => {
    const line = `line ${lineOf(placed, fault.path)}`;
    return `${fault.key === "" ? line : `${fault.key}, ${line}`}: ${fault.message}`;
  });
  const more = faults.length > shown.length ? ` And ${faults.length - shown.length} more.` : "";
  const [{ key, path }] = faults;
  throw new RecPrismError("config-invalid", `${file} is not valid. ${shown.join(" ")}${more}`, {
    file,
    key,
    row: lineOf(placed, path) - 1,
  });
}

/** A text that could be read, and what keeps it from being a config. */
export type ReadConfigText =
  | { placed: PlacedText; config: SteeringConfig; faults: [] }
  | { placed: PlacedText; config: null; faults: SchemaFault[] };

/** @throws RecPrismError "config-invalid" for text that is neither JSON nor YAML, has anchors, or is of another version */
export function readConfigText(named: NamedText): ReadConfigText {
  const { text, file } = named;
  if (text.length > LONGEST) {
    throw new RecPrismError(
      "config-invalid",
      `${file} has ${text.length.toLocaleString("en")} characters, more than a config may have (${LONGEST.toLocaleString("en")}). Choose users by SQL or by a neuron instead of listing them.`,
      { file },
    );
  }
  const placed = isYaml(file) ? placedYaml(named) : placedJson(named);
  refuseOtherVersions(placed);
  const { value } = placed;
  const read = steeringConfigSchema.safeParse(value);
  return read.success
    ? { placed, config: read.data, faults: [] }
    : { placed, config: null, faults: schemaFaults(steeringConfigSchema, value, read.error.issues) };
}

/** A future version may have keys that are unknown here: what is wrong is the version. */
function refuseOtherVersions(placed: PlacedText): void {
  const { value, file } = placed;
  const version = typeof value === "object" && value !== null ? Reflect.get(value, "version") : undefined;
  if (typeof version !== "number" || version <= CONFIG_VERSION) return;
  const line = lineOf(placed, ["version"]);
  throw new RecPrismError(
    "config-invalid",
    `${file}, line ${line}: this is version ${version}, but this RecPrism reads version ${CONFIG_VERSION}. Update RecPrism.`,
    { file, key: "version", row: line - 1 },
  );
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
  if (config.sae.hash !== sae.hash) {
    throw new RecPrismError("artifact-stale", otherSae(file ?? "This steering config", config, sae.hash), {
      file,
      key: "sae.hash",
    });
  }
  config.rules.forEach(({ edits, items, filters }, rule) => {
    checkEdits(edits, sae.latents, { file, key: `rules[${rule}].edits` });
    items.forEach((entry, index) => {
      checkEdits(entry.edits, sae.latents, { file, key: `rules[${rule}].items[${index}].edits` });
    });
    checkFilters(filters, sae.latents, { file, key: `rules[${rule}].filters` });
  });
}

/** @param subject what messages call the config */
export function otherSae(subject: string, { sae }: SteeringConfig, hash: string): string {
  const remedy =
    sae.directions === undefined
      ? "make the edits again in the Lab and save the config anew"
      : "have its neurons found in the SAE of now (Re-match, or recprism check --update)";
  return `${subject} was made on the SAE ${shortHash(sae.hash)}, but the project's SAE is ${shortHash(hash)}: the same number may now be another neuron. Bring back the SAE it was made on (${sae.path}), or ${remedy}.`;
}

/** Enough of a hash to tell it from others. */
export function shortHash(hash: string): string {
  const digits = hash.replace(/^sha256:/, "");
  return digits.length <= 12 ? digits : `${digits.slice(0, 12)}…`;
}
