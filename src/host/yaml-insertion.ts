/** Where a config may be put into a YAML document so that the document says what it said, and the config. */
import { isDeepStrictEqual } from "node:util";
import { parseAllDocuments } from "yaml";
import { leadingSpace } from "./indentation";
import type { Span } from "./manifest-tree";
import { isDeepYaml } from "./yaml-tree";

const KEY = "steering";
const UNIT = "  ";

/** What replaces the selection; `line` counts the line breaks before the config begins. */
export interface YamlInsertion {
  text: string;
  line: number;
}

/**
 * What to put in place of `text[start, end)`: the config as a document, as the value of a key, as an item of a list, or
 * under a key of its own.
 *
 * @param config in YAML, at no indentation
 * @param value  what that says
 * @returns null where it cannot stand: beside another value, in a string, between brackets that take no pair
 */
export function yamlInsertion(
  text: string,
  { start, end }: Span,
  config: string,
  value: unknown,
): YamlInsertion | null {
  if (isDeepYaml(text)) return null;
  const lineStart = text.lastIndexOf("\n", start - 1) + 1;
  const before = text.slice(lineStart, start);
  const after = /^[^\r\n]*/.exec(text.slice(end))?.[0] ?? "";
  const without = documents(`${text.slice(0, start)}${start === end ? "" : " null "}${text.slice(end)}`);
  const lines = config.trimEnd().split("\n");
  const at = (indent: string) => lines.map((line) => (line === "" ? "" : indent + line)).join("\n");
  const item = (indent: string) => `- ${at(`${indent}${UNIT}`).trimStart()}`;
  const keyed = (indent: string) => `${KEY}:\n${at(indent + UNIT)}`;
  const rest = /^[ \t]*(#|$)/.test(after) ? "" : "\n";
  const own = leadingSpace(before);
  const empty = before.trim() === "" && /^[ \t]*$/.test(after);
  const candidates: string[] = [];
  if (empty) {
    candidates.push(at(before).trimStart(), keyed(before), item(before));
    // On a line that is not indented yet: as deep as what is around.
    for (const indent of indentsAround(text, lineStart)) {
      if (indent.length > before.length) {
        const more = indent.slice(before.length);
        candidates.push(at(indent).slice(before.length), more + keyed(indent), more + item(indent));
      }
    }
  } else if (/:[ \t]*$/.test(before)) {
    const indent = " ".repeat(/^[ \t]*(?:- +)*/.exec(before)?.[0].length ?? 0) + UNIT;
    candidates.push(`\n${at(indent)}${rest}`);
  } else if (/^[ \t]*(?:- +)*-[ \t]*$/.test(before)) {
    const space = /[ \t]$/.test(before) ? "" : " ";
    const indent = " ".repeat(before.length + space.length);
    candidates.push(space + at(indent).trimStart() + rest, `${space}${keyed(indent)}${rest}`);
  } else if (rest === "") {
    // Behind what a line says: on a line of its own.
    for (const indent of new Set([own, own + UNIT, " ".repeat(/^[ \t]*(?:- +)*/.exec(before)?.[0].length ?? 0)])) {
      candidates.push(`\n${indent}${keyed(indent)}`);
    }
  } else if (before.trim() === "") {
    candidates.push(`${keyed(before)}\n${before}`);
  }
  // Brackets hold brackets.
  const flow = JSON.stringify(value);
  candidates.push(
    flow,
    ` ${flow}`,
    `${KEY}: ${flow}`,
    `, ${KEY}: ${flow}`,
    `${KEY}: ${flow}, `,
    `, ${flow}`,
    `${flow}, `,
  );
  for (const candidate of candidates) {
    if (says(text.slice(0, start) + candidate + text.slice(end), without, value)) {
      return { text: candidate, line: /^\n*/.exec(candidate)?.[0].length ?? 0 };
    }
  }
  return null;
}

/** Indentations of the lines that say something next before and after, the deeper first. */
function indentsAround(text: string, lineStart: number): string[] {
  const said = (line: string) => /^\s*[^\s#]/.test(line);
  const above = text.slice(0, lineStart).split("\n").findLast(said);
  const below = text.slice(lineStart).split("\n").find(said);
  const indents = [above, below].flatMap((line) =>
    line === undefined ? [] : [/^ *(?:- +)*/.exec(line)?.[0].length ?? 0],
  );
  return [...new Set(indents)].sort((a, b) => b - a).map((length) => " ".repeat(length));
}

/** Whether a text says the config somewhere, and everything else as before. */
function says(text: string, without: unknown[] | null, config: unknown): boolean {
  const all = documents(text);
  if (all === null) return false;
  let found = 0;
  const taken = (value: unknown): unknown => {
    if (isDeepStrictEqual(value, config)) {
      found++;
      return null;
    }
    if (Array.isArray(value)) return value.map(taken);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, taken(part)]));
  };
  const rest = all.map(taken);
  return found === 1 && sameButNull(rest, without ?? rest);
}

/** Where the config was taken out there is null, which the text without it may lack. */
function sameButNull(rest: unknown, without: unknown): boolean {
  if (rest === null) return without === null || without === undefined;
  if (Array.isArray(rest) && Array.isArray(without)) {
    const gone = rest.length === without.length + 1 ? rest.indexOf(null) : -1;
    const kept = gone < 0 ? rest : rest.filter((_, index) => index !== gone);
    return kept.length === without.length && kept.every((one, index) => sameButNull(one, without[index]));
  }
  if (typeof rest === "object" && typeof without === "object" && without !== null) {
    const [a, b] = [rest as Record<string, unknown>, without as Record<string, unknown>];
    return Object.keys(b).every((key) => key in a) && Object.keys(a).every((key) => sameButNull(a[key], b[key]));
  }
  return isDeepStrictEqual(rest, without);
}

/** What a text says; null for one that is no YAML. */
function documents(text: string): unknown[] | null {
  try {
    const all = parseAllDocuments(text, { logLevel: "silent" });
    if (!Array.isArray(all)) return [null];
    return all.some(({ errors }) => errors.length > 0) ? null : all.map((document) => document.toJS());
  } catch {
    return null;
  }
}
