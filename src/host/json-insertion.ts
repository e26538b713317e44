/** Where an object may be put into a JSON document so that the document stays valid. */

import { leadingSpace } from "./indentation";

/** What must stand before and after the inserted text: a key, commas, line ends. */
export interface Surroundings {
  before: string;
  after: string;
}

type Token = "nothing" | "{" | "[" | "," | ":" | "key" | "value";
const KEY = '"steering": ';
/** Characters of numbers and words, which must not be cut in two. */
const LITERAL = /[\w.+-]/;
const STRING = /^"(?:[^"\\\n]|\\.)*"/;

/**
 * What to write around an object that replaces `text[start, end)`.
 *
 * @returns null where no object can stand: inside a string or comment, or beside a document's only value
 */
export function jsonSurroundings(text: string, start: number, end: number): Surroundings | null {
  const rest = text.slice(end);
  const cutsLiteral = LITERAL.test(text.slice(Math.max(0, start - 1), start)) && LITERAL.test(rest.slice(0, 1));
  const before = cutsLiteral ? null : scan(text.slice(0, start));
  if (before === null) return null;
  const { container, token } = before;
  const next = following(rest);
  if (container === null) return token === "nothing" && next === "nothing" ? { before: "", after: "\n" } : null;
  if (token === "key" || (token === ":" && next === "value")) return null;
  const key = container === "{" && token !== ":" ? KEY : "";
  const another = next === "value" || next === "key";
  return { before: (token === "value" ? `,${spaceAt(text, start, end)}` : "") + key, after: another ? "," : "" };
}

/** Between a value and what comes after it: a new line where the cursor ends one, else a space. */
function spaceAt(text: string, start: number, end: number): string {
  const line = text.slice(text.lastIndexOf("\n", start - 1) + 1, start);
  return /^[ \t]*\r?\n/.test(text.slice(end)) ? `\n${leadingSpace(line)}` : " ";
}

/** The innermost open container and the last token of a document's beginning; null inside a string or comment. */
function scan(text: string): { container: "{" | "[" | null; token: Token } | null {
  const containers: ("{" | "[")[] = [];
  let token: Token = "nothing";
  let at = 0;
  while (at < text.length) {
    const length = skippable(text, at);
    if (length === null) return null;
    if (length > 0) {
      at += length;
      continue;
    }
    const character = text[at];
    if (character === '"') {
      const string = STRING.exec(text.slice(at));
      if (string === null) return null;
      const isKey: boolean = containers.at(-1) === "{" && (token === "{" || token === ",");
      token = isKey ? "key" : "value";
      at += string[0].length;
      continue;
    }
    if (character === "{" || character === "[") {
      containers.push(character);
      token = character;
    } else if (character === "}" || character === "]") {
      containers.pop();
      token = "value";
    } else if (character === "," || character === ":") {
      token = character;
    } else {
      token = "value";
    }
    at++;
  }
  return { container: containers.at(-1) ?? null, token };
}

/** What the rest of a document begins with: a value, a key, the end of what is open, or nothing. */
function following(text: string): "value" | "key" | "end" | "nothing" {
  const at = firstSignificant(text, 0);
  if (at === text.length) return "nothing";
  if (",]}:".includes(text[at])) return "end";
  const string = STRING.exec(text.slice(at));
  if (string === null) return "value";
  return text[firstSignificant(text, at + string[0].length)] === ":" ? "key" : "value";
}

function firstSignificant(text: string, from: number): number {
  let at = from;
  while (at < text.length) {
    const length = skippable(text, at);
    if (length === null) return text.length;
    if (length === 0) break;
    at += length;
  }
  return at;
}

/** Length of the white space or comment at `at`, 0 where there is none; null when a comment does not end. */
function skippable(text: string, at: number): number | null {
  const space = /^\s+/.exec(text.slice(at, at + 200));
  if (space !== null) return space[0].length;
  if (text.startsWith("//", at)) {
    const end = text.indexOf("\n", at);
    return end < 0 ? null : end - at;
  }
  if (text.startsWith("/*", at)) {
    const end = text.indexOf("*/", at + 2);
    return end < 0 ? null : end + 2 - at;
  }
  return 0;
}
