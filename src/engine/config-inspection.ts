/** A config as it stands in an editor: what is wrong with it, which neurons it names, what its rules were measured to do. */
import { nearest, type SchemaFault } from "../data/schema-faults";
import type { ConfigFault, ConfigInspection, NamedNeuron } from "../protocol/config-check";
import { RecPrismError } from "../protocol/error";
import type { KeyPath, QuickFix } from "../protocol/manifest-edit";
import type { NeuronRow } from "../protocol/neurons";
import { type ReadConfigText, readConfigText } from "../steering/config-file";
import { recordedSentence } from "./config-effect";
import { faultsOnProject, faultsWithin } from "./config-faults";
import type { ConfigProject } from "./config-recipes";

/** More would help nobody. */
const MOST_FAULTS = 200;
const MOST_NEURONS = 1_000;

/**
 * Little enough work for every pause in typing; text that cannot be read has one fault, on the whole.
 *
 * @param project null: only the schema and the config itself are looked at
 */
export async function inspectedConfig(
  project: ConfigProject | null,
  file: string,
  text: string,
): Promise<ConfigInspection> {
  let read: ReadConfigText;
  try {
    read = readConfigText({ text, file });
  } catch (thrown) {
    if (!(thrown instanceof RecPrismError)) throw thrown;
    return { config: null, faults: [unreadable(thrown)], neurons: [], rules: [] };
  }
  const { config, placed } = read;
  // Names are shown while other parts of the text are still being written.
  const neurons = namedNeurons(placed.value, rowsOf(project));
  if (config === null) {
    const faults = read.faults.slice(0, MOST_FAULTS).map((fault) => schemaFault(fault, placed.value));
    return { config: null, faults, neurons, rules: [] };
  }
  const faults = [...faultsWithin(config), ...(project === null ? [] : await faultsOnProject(project, config))];
  return {
    config,
    faults: faults.slice(0, MOST_FAULTS),
    neurons,
    rules: config.rules.map(({ effect }) => recordedSentence(effect)),
  };
}

function unreadable({ reason, message, where }: RecPrismError): ConfigFault {
  const path = where.key === undefined ? [] : [where.key];
  return { path, at: "value", severity: "error", reason, message, fixes: [], remedy: null };
}

function schemaFault({ key, path, message, unknown, allowed }: SchemaFault, text: unknown): ConfigFault {
  const found = valueAt(text, path);
  const fixes: QuickFix[] = [];
  if (unknown !== undefined) {
    const { meant } = unknown;
    if (meant !== null) fixes.push({ title: `Rename to "${meant}"`, edits: [{ path, change: "rename", name: meant }] });
    fixes.push({ title: `Remove "${path.at(-1)}"`, edits: [{ path, change: "remove" }] });
  } else if (allowed !== undefined) {
    const words = allowed.filter((value) => typeof value === "string");
    const meant = typeof found === "string" ? nearest(found, words) : undefined;
    const offered = meant === undefined ? words : [meant];
    fixes.push(...offered.map((word): QuickFix => ({ title: `Use "${word}"`, edits: [set(path, word)] })));
  } else if (typeof found === "number" && message.endsWith("expected text.")) {
    fixes.push({ title: `Put ${found} in quotes`, edits: [set(path, String(found))] });
  }
  return {
    path,
    at: unknown === undefined ? "value" : "key",
    severity: "error",
    reason: "config-invalid",
    message: `${key === "" ? "The config" : key}: ${message}`,
    fixes,
    remedy: null,
  };
}

function set(path: KeyPath, value: unknown): QuickFix["edits"][number] {
  return { path, change: "set", value };
}

function valueAt(value: unknown, path: KeyPath): unknown {
  return path.reduce<unknown>(
    (inner, key) => (typeof inner === "object" && inner !== null ? Reflect.get(inner, key) : undefined),
    value,
  );
}

/** Of an SAE that cannot be opened, nothing is known. */
function rowsOf(project: ConfigProject | null): readonly NeuronRow[] {
  try {
    return project?.sae.rows ?? [];
  } catch (thrown) {
    if (thrown instanceof RecPrismError) return [];
    throw thrown;
  }
}

/** Wherever a number stands as "neuron", in the order of the text. */
function namedNeurons(text: unknown, rows: readonly NeuronRow[]): NamedNeuron[] {
  const found: NamedNeuron[] = [];
  const look = (value: unknown, path: KeyPath) => {
    if (typeof value !== "object" || value === null || found.length >= MOST_NEURONS) return;
    for (const [name, inner] of Object.entries(value)) {
      const at = [...path, Array.isArray(value) ? Number(name) : name];
      if (name !== "neuron" || !Number.isInteger(inner)) {
        look(inner, at);
        continue;
      }
      const row = rows[inner as number];
      const { label, kind, confidence } = row ?? { label: null, kind: null, confidence: null };
      found.push({ path: at, neuron: inner as number, label, kind, confidence });
    }
  };
  look(text, []);
  return found;
}
