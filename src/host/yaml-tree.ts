/** A YAML text as the same tree that JSON texts are read into, with places in it also while it is being typed. */
import {
  Composer,
  type Document,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  type Node,
  type ParsedNode,
  Parser,
  parseDocument,
} from "yaml";
import type { KeyPath } from "../protocol/manifest-edit";
import type { JsonNode, JsonPlace, JsonProperty, Span } from "./manifest-tree";

/** Stands where the cursor is while the place is looked for; no word of a person's. */
const CURSOR = "recprism0cursor0";

export interface YamlNode extends JsonNode {
  /** A collection in brackets; a block collection stands on lines of its own. */
  flow: boolean;
}

/** As far as the text can be understood; null for a text without any value. */
export function yamlTree(text: string): YamlNode | null {
  return nodeOf(parsed(text).contents as ParsedNode | null, text);
}

/** Nobody nests a config that deep. */
const DEEPEST = 64;
const OPTIONS = { strict: false, uniqueKeys: false, logLevel: "silent" } as const;

function parsed(text: string): Document.Parsed {
  // Tokens are built without recursion; composing them takes the stack, and V8 then ends the whole process.
  const tokens = [...new Parser().parse(text)];
  const [document] = isDeep(tokens) ? [] : new Composer(OPTIONS).compose(tokens, true, text.length);
  return (document as Document.Parsed | undefined) ?? parseDocument("");
}

/** Whether a text nests deeper than can be read. */
export function isDeepYaml(text: string): boolean {
  return isDeep([...new Parser().parse(text)]);
}

type Token = ReturnType<Parser["parse"]> extends Generator<infer Value> ? Value : never;

function isDeep(tokens: readonly Token[]): boolean {
  const waiting: [Token | null | undefined, number][] = tokens.map((token) => [token, 0]);
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const [token, depth] = next;
    if (depth > DEEPEST) return true;
    if (token?.type === "document") waiting.push([token.value, depth]);
    if (token && "items" in token) {
      for (const { key, value } of token.items) waiting.push([key, depth + 1], [value, depth + 1]);
    }
  }
  return false;
}

function nodeOf(node: Node | null, text: string): YamlNode | null {
  if (node?.range == null) return null;
  const [start, end] = node.range;
  if (isScalar(node)) {
    // Nothing stands there yet.
    if (node.value === null && start === end) return null;
    const kind = typeof node.value === "string" ? "string" : "other";
    return { kind, start, end, value: node.value, properties: [], elements: [], flow: true };
  }
  const flow = (isMap(node) || isSeq(node)) && node.flow === true;
  if (isSeq(node)) {
    const elements = node.items.flatMap((item) => nodeOf(item as Node, text) ?? emptyAt(item as Node | null));
    return { kind: "array", start, end: flow ? end : lastEnd(elements, start), properties: [], elements, flow };
  }
  if (isMap(node)) {
    const properties = node.items.flatMap((pair) => (isPair(pair) ? (propertyOf(pair, text) ?? []) : []));
    const ends = properties.map(({ extent }) => extent);
    return { kind: "object", start, end: flow ? end : lastEnd(ends, start), properties, elements: [], flow };
  }
  return isAlias(node) ? { kind: "other", start, end, properties: [], elements: [], flow: true } : null;
}

/** An element of which only the dash is written. */
function emptyAt(node: Node | null): YamlNode[] {
  if (node?.range == null) return [];
  const [start] = node.range;
  return [{ kind: "other", start, end: start, value: null, properties: [], elements: [], flow: true }];
}

function propertyOf({ key, value }: { key: unknown; value: unknown }, text: string): JsonProperty | null {
  if (!isScalar(key) || key.range == null) return null;
  const [start, end] = key.range;
  const held = nodeOf(value as Node | null, text);
  const colon = /^\s*:/.exec(text.slice(end))?.[0].length ?? 0;
  return {
    name: String(key.value),
    key: { start, end },
    value: held,
    extent: { start, end: held?.end ?? end + colon },
  };
}

/** Block collections reach to the next line that is not theirs; what they hold ends before. */
function lastEnd(parts: readonly Span[], start: number): number {
  return Math.max(start, ...parts.map(({ end }) => end));
}

/**
 * What key or value a cursor is in or about to write; null in comments and outside of everything.
 * On an empty line it is what a word there would be.
 */
export function yamlPlaceAt(text: string, offset: number): JsonPlace | null {
  const pasted = (text[offset - 1] === ":" ? " " : "") + CURSOR;
  const tree = yamlTree(text.slice(0, offset) + pasted + text.slice(offset));
  const found = tree && search(tree, []);
  if (found === null) return null;
  const { start, end } = found.span;
  const original = { start: Math.min(start, offset), end: end - pasted.length };
  return { path: found.path, at: found.at, node: original.end > original.start ? original : null };
}

interface Found {
  path: KeyPath;
  at: "key" | "value";
  span: Span;
}

/** The key or value that holds the cursor's word. */
function search(node: JsonNode, path: KeyPath): Found | null {
  if (typeof node.value === "string" && node.value.includes(CURSOR)) return { path, at: "value", span: node };
  for (const [index, element] of node.elements.entries()) {
    const found = search(element, [...path, index]);
    if (found !== null) return found;
  }
  for (const { name, key, value } of node.properties) {
    if (name.includes(CURSOR)) {
      const typed = name.replace(CURSOR, "");
      return { path: typed === "" ? path : [...path, typed], at: "key", span: key };
    }
    const found = value && search(value, [...path, name]);
    if (found) return found;
  }
  return null;
}
