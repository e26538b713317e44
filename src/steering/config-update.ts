/** Another content for a config file, in the words of whoever wrote it: comments, order and spacing stay where they can. */
import { isDeepStrictEqual } from "node:util";
import { type Document, isCollection, isScalar, parseDocument } from "yaml";
import type { KeyPath } from "../protocol/manifest-edit";
import type { SteeringConfig } from "../protocol/steering";
import { isYaml, parseSteeringConfig, readConfigText } from "./config-file";
import { orderedConfig, type Plain } from "./config-order";
import type { Place, PlacedText } from "./config-places";
import { jsonText, stringifySteeringConfig, yamlScalar } from "./config-text";

/**
 * The text with what differs in `config` changed. A file that RecPrism wrote itself stays one that it would write.
 *
 * @param text a config that can be read
 */
export function updatedConfigText(text: string, file: string, config: SteeringConfig): string {
  const format = isYaml(file) ? "yaml" : "json";
  const { placed, config: before } = readConfigText({ text, file });
  const canonical = stringifySteeringConfig(config, format);
  if (before === null || text === stringifySteeringConfig(before, format)) return canonical;
  const changes = differences(orderedConfig(before), orderedConfig(config));
  if (changes.length === 0) return text;
  const updated = format === "json" ? withJsonChanges(placed, changes) : withYamlChanges(text, changes);
  return saysTheSame(updated, file, config) ? updated : canonical;
}

function saysTheSame(text: string, file: string, config: SteeringConfig): boolean {
  try {
    return isDeepStrictEqual(orderedConfig(parseSteeringConfig(text, file)), orderedConfig(config));
  } catch {
    return false;
  }
}

interface Change {
  path: KeyPath;
  /** Undefined: the key goes. */
  value: Plain | undefined;
}

/** The smallest parts that differ. */
function differences(before: Plain, after: Plain, path: KeyPath = []): Change[] {
  if (isDeepStrictEqual(before, after)) return [];
  const lists = Array.isArray(before) && Array.isArray(after) && before.length === after.length;
  if (!lists && !(isMap(before) && isMap(after))) return [{ path, value: after }];
  const keys = [...new Set([...Object.keys(before as object), ...Object.keys(after as object)])];
  return keys.flatMap((name): Change[] => {
    const key = lists ? Number(name) : name;
    const [was, is] = [before, after].map((value) => (value as { [key: string]: Plain | undefined })[name]);
    const at = [...path, key];
    return was === undefined || is === undefined ? [{ path: at, value: is }] : differences(was, is, at);
  });
}

function isMap(value: Plain): value is { [key: string]: Plain } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

// ---- JSON ---------------------------------------------------------------------------------------------------------

function withJsonChanges(placed: PlacedText, changes: readonly Change[]): string {
  // From the end, so that places before stay as they are.
  const splices = changes
    .map((change) => spliceOf(placed, change))
    .sort((a, b) => b.start - a.start || b.order - a.order);
  return splices.reduce((text, { start, end, insert }) => text.slice(0, start) + insert + text.slice(end), placed.text);
}

interface Splice {
  start: number;
  end: number;
  insert: string;
  /** Of several at one place: that of keys in their order. */
  order: number;
}

function spliceOf({ text, root }: PlacedText, { path, value }: Change): Splice {
  const key = path.at(-1)!;
  const holder = path.slice(0, -1).reduce<Place>((place, name) => place.inner.get(name) ?? place, root);
  const place = holder.inner.get(key);
  if (place !== undefined && value !== undefined) {
    const { start, end } = place;
    return { start, end, insert: jsonText(value, indentAt(text, start), 0), order: 0 };
  }
  if (place !== undefined) {
    const others = [...holder.inner.values()];
    const at = others.indexOf(place);
    const start = at > 0 ? others[at - 1].end : place.key!;
    const end = at > 0 ? place.end : (others[1]?.key ?? place.end);
    return { start, end, insert: "", order: 0 };
  }
  const last = [...holder.inner.values()].at(-1);
  const order = holder.inner.size + path.length;
  const name = `${JSON.stringify(key)}: `;
  if (last === undefined) {
    const start = holder.start + 1;
    return { start, end: start, insert: ` ${name}${jsonText(value!, indentAt(text, start), name.length)} `, order };
  }
  const indent = indentAt(text, last.key ?? last.start);
  const oneLine = !text.slice(holder.start, holder.end).includes("\n");
  const insert = `,${oneLine ? " " : `\n${indent}`}${name}${jsonText(value!, indent, name.length)}`;
  return { start: last.end, end: last.end, insert, order };
}

/** White space at the beginning of a line. */
function indentAt(text: string, offset: number): string {
  const line = text.slice(text.lastIndexOf("\n", offset - 1) + 1, offset);
  return /^[ \t]*/.exec(line)![0];
}

// ---- YAML ---------------------------------------------------------------------------------------------------------

function withYamlChanges(text: string, changes: readonly Change[]): string {
  const document = parseDocument(text);
  for (const { path, value } of changes) {
    if (value === undefined) document.deleteIn(path);
    else document.setIn(path, yamlNode(document, value));
  }
  // Lists stand under their keys as they did, indented or not.
  const indentSeq = !/^( *)[^\s#-][^\n]*:[ ]*\n\1- /m.test(text);
  return document.toString({ lineWidth: 0, indentSeq });
}

/** Small lists and maps on a line, and quotes where we write them. */
function yamlNode(document: Document, value: Plain) {
  const node = document.createNode(value);
  if (isScalar(node) && typeof value === "string" && yamlScalar(value).startsWith('"')) node.type = "QUOTE_DOUBLE";
  if (!isCollection(node) || !isMapOrList(value)) return node;
  const parts = Array.isArray(value) ? value : Object.values(value);
  node.flow = parts.every((part) => !isMapOrList(part));
  for (const key of Array.isArray(value) ? value.keys() : Object.keys(value)) {
    node.setIn([key], yamlNode(document, Reflect.get(value, key)));
  }
  return node;
}

function isMapOrList(value: Plain): value is Plain[] | { [key: string]: Plain } {
  return typeof value === "object" && value !== null;
}
