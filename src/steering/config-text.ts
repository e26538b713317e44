/** A steering config as text: keys in one order, small objects on one line, so that diffs show what changed. */
import type { Audience, Edit, SteeringConfig } from "../protocol/steering";

const WIDTH = 110;

/** The same bytes for the same config, however its keys are ordered; ends with a line break. */
export function stringifySteeringConfig(config: SteeringConfig): string {
  const { $schema, version, sae, mode, rules } = config;
  const ordered = {
    ...($schema === undefined ? {} : { $schema }),
    version,
    sae: { path: sae.path, hash: sae.hash },
    mode,
    rules: rules.map(({ name, audience, edits }) => ({
      name,
      audience: orderedAudience(audience),
      edits: edits.map(orderedEdit),
    })),
  };
  return `${printed(ordered, "", 0)}\n`;
}

function orderedAudience(audience: Audience): Json {
  return audience.kind === "everyone" ? { kind: audience.kind } : { kind: audience.kind, users: audience.users };
}

function orderedEdit(edit: Edit): Json {
  return {
    neuron: edit.neuron,
    ...(edit.label === undefined ? {} : { label: edit.label }),
    operation: edit.operation,
    ...(edit.operation === "suppress" ? {} : { value: edit.value }),
  };
}

type Json = string | number | Json[] | { [key: string]: Json };

/** @param before how many characters of the line are taken already */
function printed(value: Json, indent: string, before: number): string {
  if (typeof value !== "object") return JSON.stringify(value);
  const inner = `${indent}  `;
  const [open, close] = Array.isArray(value) ? "[]" : "{}";
  const parts = Array.isArray(value)
    ? value.map((part) => ["", part] as const)
    : Object.entries(value).map(([key, part]) => [`${JSON.stringify(key)}: `, part] as const);
  if (parts.length === 0) return open + close;
  if (parts.every(([, part]) => typeof part !== "object")) {
    const content = parts.map(([key, part]) => key + JSON.stringify(part)).join(", ");
    const line = Array.isArray(value) ? `[${content}]` : `{ ${content} }`;
    if (indent.length + before + line.length < WIDTH) return line;
  }
  const lines = parts.map(([key, part]) => inner + key + printed(part, inner, key.length));
  return `${open}\n${lines.join(",\n")}\n${indent}${close}`;
}
