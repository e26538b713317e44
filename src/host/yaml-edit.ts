/** Changes of a YAML text by key path that leave all else as a person wrote it, comments and layout included. */
import { isDeepStrictEqual } from "node:util";
import { parseDocument } from "yaml";
import type { KeyPath, ManifestEdit } from "../protocol/manifest-edit";
import type { TextChange } from "./manifest-edit";
import { type JsonNode, nodeAt, placeInOrder, propertyAt, type Span } from "./manifest-tree";
import { type YamlNode, yamlTree } from "./yaml-tree";

const UNIT = "  ";

/** @returns null where the path leads nowhere, and where the change would make another document of it than was asked */
export function yamlChange(text: string, edit: ManifestEdit, order: readonly string[]): TextChange | null {
  const tree = yamlTree(text);
  if (tree === null) return null;
  const change = changeOf(text, tree, edit, order);
  if (change === null) return null;
  const lineEnd = text.includes("\r\n") ? "\r\n" : "\n";
  const fitted = { ...change, text: change.text.replace(/\r?\n/g, lineEnd) };
  const wanted = valueAfter(text, edit);
  const made = saidBy(text.slice(0, fitted.start) + fitted.text + text.slice(fitted.end));
  if (wanted === undefined || isDeepStrictEqual(made, wanted.value)) return fitted;
  // Aliases, tags and other rare forms: the library writes the whole document anew, with its comments.
  const whole = { start: 0, end: text.length, text: wanted.text.replace(/\r?\n/g, lineEnd) };
  return isDeepStrictEqual(saidBy(whole.text), wanted.value) ? whole : null;
}

function changeOf(text: string, tree: YamlNode, edit: ManifestEdit, order: readonly string[]): TextChange | null {
  switch (edit.change) {
    case "rename": {
      const property = propertyAt(tree, edit.path);
      return property && { ...property.key, text: written(edit.name) };
    }
    case "remove":
      return removal(text, tree, edit.path);
    case "set":
      return nodeAt(tree, edit.path) === null
        ? insertion(text, tree, edit.path, edit.value, order)
        : replacement(text, tree, edit.path, edit.value);
  }
}

// ---- set ----------------------------------------------------------------------------------------------------------

function replacement(text: string, tree: YamlNode, path: KeyPath, value: unknown): TextChange | null {
  const node = nodeAt(tree, path) as YamlNode;
  const { start, end } = node;
  const brackets = node.flow && node.kind !== "string" && node.kind !== "other" && !isEmpty(node);
  if (!isCollection(value) || size(value) === 0) {
    const quoted = node.kind === "string" && typeof value === "string" && /["']/.exec(text[start])?.[0];
    if (node.flow) return { start, end, text: quoted ? quotedBy(quoted, value) : written(value) };
    // A block stands below its key; what takes its place stands behind it.
    const property = propertyAt(tree, path);
    return property === null
      ? { start, end, text: written(value) }
      : { start: property.key.end, end, text: `: ${written(value)}` };
  }
  if (brackets || inBrackets(tree, path)) return { start, end, text: written(value, true) };
  const property = propertyAt(tree, path);
  if (property !== null) {
    const indent = columnOf(text, property.key.start);
    const line = node.flow ? inLine(value, indent) : null;
    const content = line === null ? `\n${block(value, `${indent}${UNIT}`, true)}` : ` ${line}`;
    return { start: property.key.end, end, text: `:${content}` };
  }
  return { start, end, text: block(value, columnOf(text, start), false) };
}

function insertion(
  text: string,
  tree: YamlNode,
  path: KeyPath,
  value: unknown,
  order: readonly string[],
): TextChange | null {
  if (path.length === 0) return null;
  const key = path[path.length - 1];
  const above = path.slice(0, -1);
  const parent = nodeAt(tree, above) as YamlNode | null;
  const member = typeof key === "number" ? [value] : { [key]: value };
  // Nothing holds the key yet, or empty brackets do: what should is made along with it.
  if (parent === null) return insertion(text, tree, above, member, order);
  if (parent.kind !== (typeof key === "number" ? "array" : "object")) return null;
  if (isEmpty(parent)) return above.length === 0 ? whole(tree, member) : replacement(text, tree, above, member);
  const unfinished = typeof key === "string" ? propertyAt(tree, path) : null;
  if (unfinished !== null) {
    const { key: name, extent } = unfinished;
    const indent = columnOf(text, name.start) + UNIT;
    const isBlock = isCollection(value) && !parent.flow;
    const content = isBlock ? `:\n${block(value, indent, true)}` : `: ${written(value, parent.flow)}`;
    return { start: name.end, end: extent.end, text: content };
  }
  const siblings: Span[] = parent.kind === "array" ? parent.elements : parent.properties.map(({ extent }) => extent);
  const place = typeof key === "number" ? siblings.length - 1 : placeInOrder(parent, key, order);
  const sibling = siblings[Math.max(0, place)];
  if (parent.flow) {
    const content = typeof key === "number" ? written(value, true) : `${written(key)}: ${written(value, true)}`;
    return place < 0
      ? { start: sibling.start, end: sibling.start, text: `${content}, ` }
      : { start: sibling.end, end: sibling.end, text: `, ${content}` };
  }
  const indent = columnOf(text, parent.start);
  const content = typeof key === "number" ? `- ${block(value, `${indent}${UNIT}`, false)}` : pair(key, value, indent);
  if (place < 0) return { start: sibling.start, end: sibling.start, text: `${content}\n${indent}` };
  const end = lineEndAt(text, sibling.end);
  return { start: end, end, text: `\n${indent}${content}` };
}

function whole({ start, end }: Span, member: unknown): TextChange {
  return { start, end, text: block(member, "", false) };
}

// ---- remove -------------------------------------------------------------------------------------------------------

function removal(text: string, tree: YamlNode, path: KeyPath): TextChange | null {
  const parent = nodeAt(tree, path.slice(0, -1)) as YamlNode | null;
  const key = path.at(-1);
  if (parent === null || key === undefined) return null;
  const all: Span[] = typeof key === "number" ? parent.elements : parent.properties.map(({ extent }) => extent);
  const index = typeof key === "number" ? key : parent.properties.findLastIndex(({ name }) => name === key);
  const removed = all[index];
  if (removed === undefined) return null;
  if (all.length === 1) return replacement(text, tree, path.slice(0, -1), typeof key === "number" ? [] : {});
  if (parent.flow) {
    return index > 0
      ? { start: all[index - 1].end, end: removed.end, text: "" }
      : { start: removed.start, end: all[1].start, text: "" };
  }
  if (index > 0) {
    // Its line break goes with it, comments between the two stay.
    const dash = typeof key === "number" ? text.lastIndexOf("-", removed.start) : removed.start;
    const start = text.lastIndexOf("\n", dash - 1);
    return { start: start < 0 ? 0 : start, end: lineEndAt(text, removed.end), text: "" };
  }
  return { start: removed.start, end: all[1].start, text: "" };
}

// ---- writing ------------------------------------------------------------------------------------------------------

/** Begins with a letter and has nothing that means something in YAML, inside brackets or outside. */
const PLAIN = /^\p{L}[\p{L}\p{M}\p{N}_ .·–—/+()'%$&<>=*!-]*$/u;
/** What some reader of YAML, of whichever version, takes for something else than text. */
const WORDS = /^(y|n|yes|no|on|off|true|false|null)$/i;

/** One line: a scalar, or a collection in brackets. Right inside brackets and outside. */
function written(value: unknown, brackets = isCollection(value)): string {
  if (typeof value === "string") {
    return PLAIN.test(value) && !value.endsWith(" ") && !WORDS.test(value) ? value : quoted(value);
  }
  if (!brackets || !isCollection(value)) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map((one) => written(one)).join(", ")}]`;
  const pairs = Object.entries(value).map(([key, one]) => `${written(key)}: ${written(one)}`);
  return pairs.length === 0 ? "{}" : `{ ${pairs.join(", ")} }`;
}

/** JSON's quotes are YAML's, but for characters that YAML does not have or takes for line ends. */
function quoted(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\u00a0\u2028\u2029\ufeff\ufffe\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

function quotedBy(quote: string, value: string): string {
  return quote === "'" && !/[\n\r]/.test(value) ? `'${value.replaceAll("'", "''")}'` : quoted(value);
}

/** How wide a small collection may be that is written on one line. */
const WIDTH = 110;

/** A collection on lines of its own; a scalar on one. */
function block(value: unknown, indent: string, first: boolean): string {
  const lead = first ? indent : "";
  if (!isCollection(value) || size(value) === 0) return lead + written(value);
  const lines = Array.isArray(value)
    ? value.map((one) => `- ${inLine(one, indent) ?? block(one, `${indent}${UNIT}`, false)}`)
    : Object.entries(value).map(([key, one]) => pair(key, one, indent));
  return lead + lines.join(`\n${indent}`);
}

function pair(key: string, value: unknown, indent: string): string {
  const start = `${written(key)}:`;
  const line = inLine(value, indent + start);
  return line === null ? `${start}\n${block(value, `${indent}${UNIT}`, true)}` : `${start} ${line}`;
}

/** A scalar, or a collection of scalars in brackets where it is short; null otherwise. */
function inLine(value: unknown, before: string): string | null {
  if (!isCollection(value)) return written(value);
  if (Object.values(value).some(isCollection)) return null;
  const line = written(value, true);
  return before.length + line.length < WIDTH ? line : null;
}

function isCollection(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function size(value: object): number {
  return Object.keys(value).length;
}

// ---- places -------------------------------------------------------------------------------------------------------

function isEmpty({ kind, properties, elements }: JsonNode): boolean {
  return (kind === "object" || kind === "array") && properties.length + elements.length === 0;
}

function inBrackets(tree: YamlNode, path: KeyPath): boolean {
  return path.some((_, depth) => {
    const above = nodeAt(tree, path.slice(0, depth)) as YamlNode | null;
    return above?.flow === true && !isEmpty(above);
  });
}

/** White space as wide as what stands before on the line: `- name` is indented by the dash too. */
function columnOf(text: string, offset: number): string {
  return " ".repeat(offset - (text.lastIndexOf("\n", offset - 1) + 1));
}

function lineEndAt(text: string, offset: number): number {
  const end = text.indexOf("\n", offset);
  return end < 0 ? text.length : text[end - 1] === "\r" ? end - 1 : end;
}

// ---- what it should say -------------------------------------------------------------------------------------------

/** The document with the edit as the library makes it; undefined for a text that is no YAML. */
function valueAfter(text: string, edit: ManifestEdit): { value: unknown; text: string } | undefined {
  const document = parseDocument(text);
  if (document.errors.length > 0) return undefined;
  try {
    if (edit.change === "set") {
      makeWay(document, edit.path);
      document.setIn(edit.path, document.createNode(edit.value));
    } else if (edit.change === "remove") document.deleteIn(edit.path);
    else {
      const above = edit.path.slice(0, -1);
      const value = document.getIn(edit.path, true);
      document.deleteIn(edit.path);
      document.setIn([...above, edit.name], value);
    }
    return { value: document.toJS(), text: document.toString({ lineWidth: 0 }) };
  } catch {
    return undefined;
  }
}

/** The library makes maps only, also where an array is asked for. */
function makeWay(document: ReturnType<typeof parseDocument>, path: KeyPath): void {
  for (let depth = 1; depth < path.length; depth++) {
    if (document.getIn(path.slice(0, depth)) == null) {
      document.setIn(path.slice(0, depth), document.createNode(typeof path[depth] === "number" ? [] : {}));
    }
  }
}

function saidBy(text: string): unknown {
  const document = parseDocument(text);
  try {
    return document.errors.length > 0 ? document.errors : document.toJS();
  } catch {
    return undefined;
  }
}
