/** Changes of a JSON or YAML text by key path that leave all else as a person wrote it. */
import type { KeyPath, ManifestEdit } from "../protocol/manifest-edit";
import { leadingSpace, reindented } from "./indentation";
import { type JsonNode, jsonTree, nodeAt, placeInOrder, propertyAt, type Span } from "./manifest-tree";

/** `text` replaces what is between `start` and `end`. */
export interface TextChange extends Span {
  text: string;
}

/** How a kind of file is written. */
export interface TextForm {
  /** A key is put after those that come before it here. */
  order: readonly string[];
  /** A value with two spaces a level. */
  json(value: unknown): string;
  /** Of what is no JSON: an edit as a change of the text; null where the path leads nowhere. */
  change?(text: string, edit: ManifestEdit): TextChange | null;
}

const OWN_UNIT = "  ";
const COMMENTED = /^(,?)([ \t]*(?:\/\/[^\r\n]*|\/\*[^\r\n]*\*\/))(?=[ \t]*\r?\n)/;

const MANIFEST: TextForm = {
  order: (
    "$schema version name items users interactions recommender sae " +
    "file tensor embeddings bias table ids title year tags attributes rule column kind model pairs output path preset settings"
  ).split(" "),
  json: (value) => JSON.stringify(value, null, OWN_UNIT),
};

/** The text with all edits made, in order. */
export function edited(text: string, edits: readonly ManifestEdit[], form = MANIFEST): string {
  return edits.reduce((before, edit) => {
    const change = form.change === undefined ? changeOf(before, edit, form) : form.change(before, edit);
    return change === null ? before : before.slice(0, change.start) + change.text + before.slice(change.end);
  }, text);
}

/** All edits as one change of the least text; null where they change nothing. */
export function leastChange(text: string, edits: readonly ManifestEdit[], form = MANIFEST): TextChange | null {
  return difference(text, edited(text, edits, form));
}

/** One text as a change of another; null where they are the same. */
export function difference(text: string, after: string): TextChange | null {
  if (after === text) return null;
  let start = 0;
  while (start < Math.min(text.length, after.length) && text[start] === after[start]) start++;
  let [end, endAfter] = [text.length, after.length];
  while (end > start && endAfter > start && text[end - 1] === after[endAfter - 1]) {
    end--;
    endAfter--;
  }
  return { start, end, text: after.slice(start, endAfter) };
}

/** @returns null where the path leads nowhere: into a value that holds no keys, or to a key that is gone */
function changeOf(text: string, edit: ManifestEdit, form: TextForm): TextChange | null {
  const tree = jsonTree(text);
  const style = styleOf(text, form);
  switch (edit.change) {
    case "rename": {
      const property = propertyAt(tree, edit.path);
      return property && { ...property.key, text: JSON.stringify(edit.name) };
    }
    case "remove":
      return removal(text, tree, edit.path);
    case "set": {
      const existing = nodeAt(tree, edit.path);
      if (existing !== null) {
        return { ...spanOnly(existing), text: written(edit.value, lineIndent(text, existing.start), style) };
      }
      return insertion(text, tree, edit.path, edit.value, style);
    }
  }
}

interface Style {
  form: TextForm;
  unit: string;
  lineEnd: string;
}

function styleOf(text: string, form: TextForm): Style {
  const unit = /\n([ \t]+)\S/.exec(text)?.[1] ?? OWN_UNIT;
  return { form, unit, lineEnd: text.includes("\r\n") ? "\r\n" : "\n" };
}

function written(value: unknown, indent: string, { form, unit, lineEnd }: Style): string {
  return reindented(form.json(value), OWN_UNIT, { indent, unit }).replaceAll("\n", lineEnd);
}

function insertion(
  text: string,
  tree: JsonNode | null,
  path: KeyPath,
  value: unknown,
  style: Style,
): TextChange | null {
  if (path.length === 0) return null;
  const key = path[path.length - 1];
  const parent = nodeAt(tree, path.slice(0, -1));
  if (parent === null) {
    // Nothing holds the key yet: what should is made along with it.
    return insertion(text, tree, path.slice(0, -1), typeof key === "number" ? [value] : { [key]: value }, style);
  }
  if (parent.kind !== (typeof key === "number" ? "array" : "object")) return null;
  const unfinished = typeof key === "string" ? propertyAt(tree, path) : null;
  if (unfinished !== null) {
    const { start, end } = unfinished.key;
    return { start: end, end: unfinished.extent.end, text: `: ${written(value, lineIndent(text, start), style)}` };
  }
  const siblings: Span[] =
    parent.kind === "array"
      ? parent.elements
      : parent.properties.map(({ key: { start }, value: held, extent }) => ({ start, end: held?.end ?? extent.end }));
  const indent = lineIndent(text, parent.start) + style.unit;
  const prefix = typeof key === "number" ? "" : `${JSON.stringify(key)}: `;
  if (siblings.length === 0) {
    const line = `${style.lineEnd}${indent}${prefix}${written(value, indent, style)}${style.lineEnd}`;
    return { start: parent.start + 1, end: closing(text, parent), text: line + lineIndent(text, parent.start) };
  }
  const place = typeof key === "number" ? siblings.length - 1 : placeInOrder(parent, key, style.form.order);
  const sibling = siblings[Math.max(0, place)];
  const ownLine = /^\s*$/.test(text.slice(text.lastIndexOf("\n", sibling.start - 1) + 1, sibling.start));
  const siblingIndent = ownLine ? lineIndent(text, sibling.start) : indent;
  const between = ownLine ? `${style.lineEnd}${siblingIndent}` : " ";
  const content = `${prefix}${written(value, ownLine ? siblingIndent : lineIndent(text, sibling.start), style)}`;
  if (place < 0) return { start: sibling.start, end: sibling.start, text: `${content},${between}` };
  // A comment behind the sibling is of its line.
  const [, comma, comment] = ownLine ? (COMMENTED.exec(text.slice(sibling.end)) ?? []) : [];
  if (comment === undefined) return { start: sibling.end, end: sibling.end, text: `,${between}${content}` };
  const end = sibling.end + comma.length + comment.length;
  return { start: sibling.end, end, text: `,${comment}${between}${content}${comma}` };
}

function removal(text: string, tree: JsonNode | null, path: KeyPath): TextChange | null {
  const parent = nodeAt(tree, path.slice(0, -1));
  const key = path.at(-1);
  const all: Span[] | undefined =
    typeof key === "number" ? parent?.elements : parent?.properties.map(({ extent }) => extent);
  const index = typeof key === "number" ? key : (parent?.properties.findLastIndex(({ name }) => name === key) ?? -1);
  const removed = all?.[index];
  if (parent === null || all === undefined || removed === undefined) return null;
  const end = trimmedEnd(text, removed);
  if (index > 0) {
    const start = trimmedEnd(text, all[index - 1]);
    const between = text.slice(start, removed.start);
    // A comment behind the comma is of the line before.
    return { start, end, text: between.includes("/") ? between.replace(",", "").trimEnd() : "" };
  }
  // The first: what follows takes its place.
  if (all.length > 1) return { start: removed.start, end: all[1].start, text: "" };
  return { start: parent.start + 1, end: closing(text, parent), text: "" };
}

/** Without the white space before the comma or bracket that ends it. */
function trimmedEnd(text: string, { start, end }: Span): number {
  return start + text.slice(start, end).trimEnd().length;
}

/** Where the bracket stands that closes a container; its end where none does. */
function closing(text: string, { start, end }: Span): number {
  return end > start + 1 && "}]".includes(text[end - 1]) ? end - 1 : end;
}

function lineIndent(text: string, offset: number): string {
  return leadingSpace(text.slice(text.lastIndexOf("\n", offset - 1) + 1, offset));
}

function spanOnly({ start, end }: Span): Span {
  return { start, end };
}
