/** A steering config as text: keys in one order, small objects on one line, so that diffs show what changed. */
import type { SteeringConfig } from "../protocol/steering";
import { orderedConfig, type Plain } from "./config-order";

export type ConfigFormat = "json" | "yaml";

const WIDTH = 110;

/** The same bytes for the same config, however its keys are ordered; ends with a line break. */
export function stringifySteeringConfig(config: SteeringConfig, format: ConfigFormat = "json"): string {
  const ordered = orderedConfig(config);
  return format === "json" ? `${jsonText(ordered, "", 0)}\n` : yamlBlock(ordered, "");
}

// ---- JSON ---------------------------------------------------------------------------------------------------------

/** @param before how many characters of the line are taken already */
export function jsonText(value: Plain, indent: string, before: number): string {
  if (isScalar(value)) return JSON.stringify(value);
  const inner = `${indent}  `;
  const [open, close] = Array.isArray(value) ? "[]" : "{}";
  const parts = Array.isArray(value)
    ? value.map((part) => ["", part] as const)
    : Object.entries(value).map(([key, part]) => [`${JSON.stringify(key)}: `, part] as const);
  if (parts.length === 0) return open + close;
  if (parts.every(([, part]) => isScalar(part))) {
    const content = parts.map(([key, part]) => key + JSON.stringify(part)).join(", ");
    const line = Array.isArray(value) ? `[${content}]` : `{ ${content} }`;
    if (indent.length + before + line.length < WIDTH) return line;
  }
  const lines = parts.map(([key, part]) => inner + key + jsonText(part, inner, key.length));
  return `${open}\n${lines.join(",\n")}\n${indent}${close}`;
}

function isScalar(value: Plain): value is string | number | null {
  return typeof value !== "object" || value === null;
}

// ---- YAML ---------------------------------------------------------------------------------------------------------

/** Lines of a list or map, each with a line break. */
function yamlBlock(value: Plain, indent: string): string {
  if (Array.isArray(value)) {
    return value
      .map((part) => {
        const short = yamlInline(part, indent.length + 2);
        // The first line of what is in an entry stands behind its dash.
        return `${indent}- ${short === null ? yamlBlock(part, `${indent}  `).slice(indent.length + 2) : `${short}\n`}`;
      })
      .join("");
  }
  return Object.entries(value as { [key: string]: Plain })
    .map(([key, part]) => {
      const name = `${indent}${yamlScalar(key)}:`;
      if (typeof part === "string" && isParagraph(part)) return `${name} |-\n${literal(part, `${indent}  `)}`;
      const short = yamlInline(part, name.length + 1);
      return short === null ? `${name}\n${yamlBlock(part, `${indent}  `)}` : `${name} ${short}\n`;
    })
    .join("");
}

/** What fits on a line: a scalar, or a list or map of scalars; null for what needs lines of its own. */
function yamlInline(value: Plain, before: number): string | null {
  if (isScalar(value)) return yamlScalar(value);
  const parts: [string, Plain][] = Array.isArray(value)
    ? value.map((part) => ["", part])
    : Object.entries(value).map(([key, part]) => [`${yamlScalar(key)}: `, part]);
  if (parts.length === 0) return Array.isArray(value) ? "[]" : "{}";
  if (!parts.every(([, part]) => isScalar(part))) return null;
  const content = parts.map(([key, part]) => key + yamlScalar(part as string | number | null)).join(", ");
  const line = Array.isArray(value) ? `[${content}]` : `{ ${content} }`;
  return before + line.length < WIDTH ? line : null;
}

/** Begins with a letter, so that it is neither a number nor a date, and has nothing that means something in YAML. */
const PLAIN = /^\p{L}[\p{L}\p{M}\p{N}_ .·–—/+()'%$&<>=*!-]*$/u;
/** What some reader of YAML, of whichever version, takes for something else than text. */
const WORDS = /^(y|n|yes|no|on|off|true|false|null)$/i;

export function yamlScalar(value: string | number | null): string {
  if (typeof value !== "string") return JSON.stringify(value);
  return PLAIN.test(value) && !value.endsWith(" ") && !WORDS.test(value) ? value : quoted(value);
}

/** JSON's quotes are YAML's, but for characters that YAML does not have or takes for line ends. */
function quoted(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\u00a0\u2028\u2029\ufeff\ufffe\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** Text of several lines that can stand as it is: printable, without space at the ends of lines, none empty at the ends. */
function isParagraph(text: string): boolean {
  const lines = text.split("\n");
  return (
    lines.length > 1 &&
    lines[0] !== "" &&
    lines.at(-1) !== "" &&
    lines.every((line) => line === "" || /^[^\s\p{C}](?:[^\p{C}\p{Z}]| (?! *$))*$/u.test(line))
  );
}

function literal(text: string, indent: string): string {
  return text
    .split("\n")
    .map((line) => (line === "" ? "\n" : `${indent}${line}\n`))
    .join("");
}
