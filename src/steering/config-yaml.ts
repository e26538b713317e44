/** Configs in YAML: plain values only, each written where it stands; what YAML has beyond JSON is refused. */
import { Composer, type Document, isAlias, isMap, isScalar, isSeq, type Node, Parser, type Range } from "yaml";
import { RecPrismError } from "../protocol/error";
import {
  DEEPEST,
  type NamedText,
  type Place,
  type PlacedText,
  refusedAsTooDeep,
  refusedAsTwice,
  refusedAt,
} from "./config-places";

/** Of which a second passes until it is read. */
const LONGEST = 2 ** 20;

/**
 * Anchors and aliases could make a small text swell, and with merge keys, tags and directives readers disagree on what a
 * text says: configs do without all of them.
 *
 * @throws RecPrismError "config-invalid" with line and column, also for a key that stands twice
 */
export function placedYaml({ text, file }: NamedText): PlacedText {
  const named = { text: text.replace(/^\uFEFF/, " "), file };
  if (text.length > LONGEST) {
    throw new RecPrismError(
      "config-invalid",
      `${file} has ${text.length.toLocaleString("en")} characters, more than a config in YAML may have (${LONGEST.toLocaleString("en")}). Choose users by SQL or by a neuron instead of listing them, or use JSON.`,
      { file },
    );
  }
  const document = documentOf(named);
  const { contents } = document;
  if (contents === null) throw refusedAt(named, 0, "there is no config in this text.");
  const { value, ...place } = valueIn(named, contents, 0);
  return { ...named, value, root: place };
}

function documentOf(named: NamedText): Document.Parsed {
  const { text } = named;
  // The parser builds its tokens without recursion; the composer does not, so depth is looked at in between.
  const tokens = [...new Parser().parse(text)];
  refuseDeep(named, tokens);
  // Keys are compared below: the composer compares each with all.
  const options = { uniqueKeys: false, prettyErrors: false, logLevel: "silent" } as const;
  const [document, second] = [...new Composer(options).compose(tokens, true, text.length)];
  const directive = tokens.find(({ type }) => type === "directive");
  if (directive) throw refusedAt(named, directive.offset, "a config has no YAML directives. Remove this line.");
  const [fault] = [...document.errors].sort((a, b) => a.pos[0] - b.pos[0]);
  if (fault) throw refusedAt(named, fault.pos[0], `${fault.message.replace(/[.:]?$/, ".")} This is not YAML.`);
  if (second)
    throw refusedAt(named, second.range[0], "a second document begins here. A config is one: remove the others.");
  return document as Document.Parsed;
}

type Token = ReturnType<Parser["parse"]> extends Generator<infer Value> ? Value : never;

function refuseDeep(named: NamedText, tokens: readonly Token[]): void {
  const waiting: [Token | null | undefined, number][] = tokens.map((token) => [token, 0]);
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const [token, depth] = next;
    if (!token) continue;
    if (depth > DEEPEST) throw refusedAsTooDeep(named, token.offset);
    if (token.type === "document") waiting.push([token.value, depth]);
    if ("items" in token) for (const { key, value } of token.items) waiting.push([key, depth + 1], [value, depth + 1]);
  }
}

function valueIn(named: NamedText, node: Node | null, offset: number): Place & { value: unknown } {
  if (node === null) return { value: null, start: offset, end: offset, inner: new Map() };
  const [start, end] = node.range as Range;
  const inner: Place["inner"] = new Map();
  if (isAlias(node)) {
    throw refusedAt(named, start, `*${node.source} repeats another value. A config has no aliases: write it out.`);
  }
  // Of what stands before a value, the place is not kept.
  const mark = (sign: string) => named.text.lastIndexOf(sign, start);
  if ("anchor" in node && node.anchor !== undefined) {
    const name = `&${node.anchor}`;
    throw refusedAt(named, mark(name), `${name} names a value for repetition. A config has no anchors: remove it.`);
  }
  if (node.tag !== undefined) {
    throw refusedAt(named, mark("!"), `a config has no tags such as ${shownTag(node.tag)}. Remove it.`);
  }
  if (isSeq(node)) {
    const values = node.items.map((item, index) => {
      const { value, ...place } = valueIn(named, item as Node | null, end);
      inner.set(index, { ...place, key: null });
      return value;
    });
    return { value: values, start, end, inner };
  }
  if (isMap(node)) {
    const entries = node.items.map(({ key, value }): [string, unknown] => {
      const name = keyOf(named, key as Node, start);
      const at = (key as Node).range![0];
      const earlier = inner.get(name);
      if (earlier !== undefined) throw refusedAsTwice(named, at, name, earlier.key!);
      const { value: read, ...place } = valueIn(named, value as Node | null, (key as Node).range![1]);
      inner.set(name, { ...place, key: at });
      return [name, read];
    });
    return { value: Object.fromEntries(entries), start, end, inner };
  }
  const value = isScalar(node) ? node.value : null;
  if (typeof value === "number" && !Number.isFinite(value)) {
    throw refusedAt(named, start, `${named.text.slice(start, end)} is no finite number. Give an ordinary one.`);
  }
  return { value, start, end, inner };
}

function keyOf(named: NamedText, key: Node | null, start: number): string {
  const at = key?.range?.[0] ?? start;
  if (isAlias(key) || (isScalar(key) && key.anchor !== undefined)) {
    throw refusedAt(named, at, "a config has no anchors and aliases. Write the key out.");
  }
  if (!isScalar(key) || key.value === null || key.tag !== undefined) {
    throw refusedAt(named, at, "a key is expected here: a word, and a colon after it.");
  }
  if (key.value === "<<")
    throw refusedAt(named, at, "<< merges another map. A config has no merge keys: write it out.");
  return typeof key.value === "string" ? key.value : (key.source ?? String(key.value));
}

function shownTag(tag: string): string {
  return tag.replace(/^tag:yaml\.org,2002:/, "!!");
}
