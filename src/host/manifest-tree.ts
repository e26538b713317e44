/** A JSON text as a tree that knows where everything stands, also while the text is being typed and is no JSON yet. */
import type { KeyPath } from "../protocol/manifest-edit";

/** Offsets into the text; `end` is the first after it. */
export interface Span {
  start: number;
  end: number;
}

export interface JsonNode extends Span {
  kind: "object" | "array" | "string" | "other";
  /** Of a string or a literal; text that is no literal is undefined. */
  value?: unknown;
  properties: JsonProperty[];
  elements: JsonNode[];
}

export interface JsonProperty {
  name: string;
  key: Span;
  /** Null where there is no value yet. */
  value: JsonNode | null;
  /** From its key to where the next comma or bracket stands. */
  extent: Span;
}

/** Where a cursor is: what key or value is meant by it. */
export interface JsonPlace {
  path: KeyPath;
  at: "key" | "value";
  /** What stands there already. */
  node: Span | null;
}

/** No manifest nests deeper; a text that does is not read further. */
const DEEPEST = 64;
const SPACE_OR_COMMENT = /(?:\s+|\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$))*/y;
/** A string may lack its end, which is then the line's. */
const STRING = /"(?:[^"\\\n\r]|\\[^\n\r])*(?:"|\\?(?=[\n\r]|$))/y;
const WORD = /[^\s{}[\],:"/]+/y;

/** @returns null for a text without any value */
export function jsonTree(text: string): JsonNode | null {
  return new Reader(text.replace(/^\uFEFF/, " ")).value(0);
}

class Reader {
  private at = 0;

  constructor(private readonly text: string) {}

  /** The value that begins here; null where none does. */
  value(depth: number): JsonNode | null {
    this.take(SPACE_OR_COMMENT);
    const start = this.at;
    const opening = this.text[start];
    if ((opening === "{" || opening === "[") && depth < DEEPEST) return this.container(opening, depth);
    const string = this.take(STRING);
    if (string !== null) return leaf("string", start, this.at, contentOf(string));
    const word = this.take(WORD);
    return word === null ? null : leaf("other", start, this.at, literal(word));
  }

  private container(opening: "{" | "[", depth: number): JsonNode {
    const node = leaf(opening === "{" ? "object" : "array", this.at, this.at);
    const closing = opening === "{" ? "}" : "]";
    this.at++;
    for (;;) {
      this.take(SPACE_OR_COMMENT);
      const character = this.text[this.at];
      if (character === undefined) break;
      if (character === closing) {
        this.at++;
        break;
      }
      // A bracket that closes something else: this one is not closed yet.
      if (character === "}" || character === "]") break;
      const before = this.at;
      if (opening === "{") {
        const property = this.property(depth);
        if (property !== null) node.properties.push(property);
      } else {
        const element = this.value(depth + 1);
        if (element !== null) node.elements.push(element);
      }
      if (this.at === before) this.at++;
    }
    node.end = this.at;
    return node;
  }

  private property(depth: number): JsonProperty | null {
    const start = this.at;
    const name = this.take(STRING);
    if (name === null) {
      this.take(WORD);
      return null;
    }
    const key = { start, end: this.at };
    let value: JsonNode | null = null;
    this.take(SPACE_OR_COMMENT);
    if (this.text[this.at] === ":") {
      this.at++;
      // What looks like the next key is no value: `"title": "year": …` misses one.
      const before = this.at;
      value = this.value(depth + 1);
      const end = this.at;
      this.take(SPACE_OR_COMMENT);
      if (value?.kind === "string" && this.text[this.at] === ":") [value, this.at] = [null, before];
      else this.at = end;
      this.take(SPACE_OR_COMMENT);
    }
    return { name: contentOf(name), key, value, extent: { start, end: this.at } };
  }

  private take(pattern: RegExp): string | null {
    pattern.lastIndex = this.at;
    const match = pattern.exec(this.text);
    if (match === null || match[0] === "") return null;
    this.at += match[0].length;
    return match[0];
  }
}

function leaf(kind: JsonNode["kind"], start: number, end: number, value?: unknown): JsonNode {
  return { kind, start, end, value, properties: [], elements: [] };
}

function contentOf(string: string): string {
  const closed = string.length > 1 && /[^\\](?:\\\\)*"$|^""$/.test(string);
  const parsed = literal(closed ? string : `${string.replace(/\\$/, "")}"`);
  return typeof parsed === "string" ? parsed : string.replace(/^"|"$/g, "");
}

function literal(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What the tree says, as far as it says anything. */
export function jsonValue(node: JsonNode | null): unknown {
  if (node === null) return undefined;
  if (node.kind === "array") return node.elements.map(jsonValue);
  if (node.kind !== "object") return node.value;
  // As `JSON.parse`: the last of two alike counts. A key such as __proto__ is a key like any other.
  return Object.fromEntries(node.properties.map(({ name, value }) => [name, jsonValue(value)]));
}

export function propertyAt(tree: JsonNode | null, path: KeyPath): JsonProperty | null {
  const parent = nodeAt(tree, path.slice(0, -1));
  return parent?.properties.findLast(({ name }) => name === path.at(-1)) ?? null;
}

export function nodeAt(tree: JsonNode | null, path: KeyPath): JsonNode | null {
  let node = tree;
  for (const key of path) {
    if (node === null) return null;
    node =
      typeof key === "number"
        ? (node.elements[key] ?? null)
        : (node.properties.findLast(({ name }) => name === key)?.value ?? null);
  }
  return node;
}

/** Index of the property after which a key usually stands; -1 before all. */
export function placeInOrder({ properties }: JsonNode, key: string, order: readonly string[]): number {
  const rank = (name: string) => order.indexOf(name);
  if (rank(key) < 0) return properties.length - 1;
  return properties.findLastIndex(({ name }) => rank(name) < rank(key));
}

/** Where to mark a fault: what stands at the path, or else the key of the nearest that should hold it. */
export function spanOf(tree: JsonNode | null, path: KeyPath, at: "key" | "value"): Span {
  if (tree === null) return { start: 0, end: 0 };
  const key = propertyAt(tree, path)?.key;
  const value = nodeAt(tree, path);
  if (at === "key" && key !== undefined) return key;
  if (value !== null && path.length > 0) return value.kind === "object" ? (key ?? opening(value)) : value;
  if (key !== undefined) return key;
  return path.length === 0 ? opening(tree) : spanOf(tree, path.slice(0, -1), "key");
}

/** A whole object under a wavy line hides what is at fault. */
function opening({ start }: Span): Span {
  return { start, end: start + 1 };
}

/** What key or value a cursor is in or about to write; null outside the top object. */
export function placeAt(tree: JsonNode | null, offset: number): JsonPlace | null {
  const path: (string | number)[] = [];
  let node = tree;
  for (;;) {
    if (node === null || offset <= node.start || offset > node.end) return null;
    if (node.kind === "object") {
      const property = node.properties.find(({ extent }) => offset >= extent.start && offset <= extent.end);
      if (property === undefined) return { path, at: "key", node: null };
      path.push(property.name);
      if (offset <= property.key.end) return { path, at: "key", node: property.key };
      if (property.value === null || isPlain(property.value) || !inside(property.value, offset)) {
        return { path, at: "value", node: property.value };
      }
      node = property.value;
    } else if (node.kind === "array") {
      const index = node.elements.findIndex(({ end }) => offset <= end);
      const element = index < 0 ? undefined : node.elements[index];
      path.push(index < 0 ? node.elements.length : index);
      if (element === undefined || offset < element.start) return { path, at: "value", node: null };
      if (isPlain(element) || !inside(element, offset)) return { path, at: "value", node: element };
      node = element;
    } else return null;
  }
}

function isPlain({ kind }: JsonNode): boolean {
  return kind === "string" || kind === "other";
}

/** Between the brackets. */
function inside({ start, end }: Span, offset: number): boolean {
  return offset > start && offset < end;
}
