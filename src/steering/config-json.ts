/** Configs in JSON: what breaks them is told in the words of whoever edits them by hand. */
import { jsonFault } from "../data/json-fault";
import type { RecPrismError } from "../protocol/error";
import {
  DEEPEST,
  type NamedText,
  type Place,
  type PlacedText,
  refusedAsTooDeep,
  refusedAsTwice,
  refusedAt,
} from "./config-places";

const SPACE = /[ \t\n\r]*/y;
const STRING = /"[^"\\]*(?:\\.[^"\\]*)*"/y;
const NUMBER_OR_WORD = /[^\s,\]}]+/y;

/** @throws RecPrismError "config-invalid" with line and column, also for a key that stands twice */
export function placedJson({ text, file }: NamedText): PlacedText {
  // A byte order mark becomes space, so that places stay as they are.
  const named = { text: text.replace(/^\uFEFF/, " "), file };
  let value: unknown;
  try {
    value = JSON.parse(named.text);
  } catch (thrown) {
    throw syntaxFault(named, thrown);
  }
  return { ...named, value, root: placesOf(named) };
}

function syntaxFault(named: NamedText, thrown: unknown): unknown {
  const fault = jsonFault(named.text);
  if (fault === null) return controlCharacter(named) ?? thrown;
  const lines = named.text.split("\n");
  const offset = lines.slice(0, fault.line - 1).reduce((sum, line) => sum + line.length + 1, 0) + fault.column - 1;
  const rest = named.text.slice(offset);
  const before = named.text.slice(0, offset).trimEnd();
  if (before.endsWith(",") && /^[\]}]/.test(rest)) {
    return refusedAt(
      named,
      before.length - 1,
      `a comma stands before ${JSON.stringify(rest[0])}, with nothing after it. JSON has no trailing commas: remove it.`,
    );
  }
  const found = rest.split("\n")[0].slice(0, 20).trim();
  if (/^(\/[/*]|#)/.test(rest)) {
    return refusedAt(named, offset, `${JSON.stringify(found)}: JSON has no comments. Say it in a "note", or use YAML.`);
  }
  if (/^[-+]?(NaN|Infinity)/.test(rest)) {
    return refusedAt(named, offset, `${JSON.stringify(found)} is not a number that JSON has. Give a finite one.`);
  }
  const what = found === "" ? "the text ends too early" : `${JSON.stringify(found)} is not expected`;
  return refusedAt(named, offset, `${what}. Look for a missing or extra comma, quote or bracket there.`);
}

/** Of all that is no JSON, this alone has no place: it stands in a text, where it should be written otherwise. */
function controlCharacter(named: NamedText): RecPrismError | null {
  const { text } = named;
  let at = 0;
  while (at < text.length && (text.charCodeAt(at) >= 0x20 || "\t\n\r".includes(text[at]))) at++;
  if (at === text.length) return null;
  const written = `\\u${text.charCodeAt(at).toString(16).padStart(4, "0")}`;
  return refusedAt(named, at, `a control character stands here. Remove it, or write it as ${written}.`);
}

/** @param named valid JSON */
function placesOf(named: NamedText): Place {
  const { text } = named;
  let at = 0;
  const take = (pattern: RegExp): string => {
    pattern.lastIndex = at;
    const [found] = pattern.exec(text)!;
    at += found.length;
    return found;
  };
  const valueAt = (depth: number): Place => {
    take(SPACE);
    const start = at;
    const inner: Place["inner"] = new Map();
    const opening = text[at];
    if (opening === '"') take(STRING);
    else if (opening !== "{" && opening !== "[") {
      if (!Number.isFinite(Number(JSON.parse(take(NUMBER_OR_WORD))))) {
        throw refusedAt(named, start, "this number is too large. Give an ordinary one.");
      }
    } else {
      if (depth === DEEPEST) throw refusedAsTooDeep(named, start);
      at++;
      take(SPACE);
      for (let index = 0; text[at] !== "}" && text[at] !== "]"; index++) {
        const key = at;
        const name = opening === "[" ? index : (JSON.parse(take(STRING)) as string);
        const earlier = inner.get(name);
        if (earlier !== undefined) throw refusedAsTwice(named, key, String(name), earlier.key ?? earlier.start);
        if (opening === "{") {
          take(SPACE);
          at++;
        }
        inner.set(name, { ...valueAt(depth + 1), key: opening === "[" ? null : key });
        take(SPACE);
        if (text[at] === ",") at++;
        take(SPACE);
      }
      at++;
    }
    return { start, end: at, inner };
  };
  return valueAt(0);
}
