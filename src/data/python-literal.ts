/** Python's way to write a dictionary, `{'asin': 'B01', 'title': "It's"}`, turned into JSON. It is matched, never evaluated. */

const TOKEN =
  /\s+|[[\]{}:,()]|-?\d+(?:\.\d*)?(?:[eE][-+]?\d+)?|True|False|None|u?'[^'\\]*(?:\\.[^'\\]*)*'|u?"[^"\\]*(?:\\.[^"\\]*)*"/sy;
const CONSTANTS: Record<string, string> = { True: "true", False: "false", None: "null" };
const ESCAPE = /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{1,3})|(.))/gs;
const LETTERS: Record<string, string> = { a: "\x07", b: "\b", f: "\f", n: "\n", r: "\r", t: "\t", v: "\v", "\n": "" };

/** The same as JSON; null for what is no dictionary of texts, numbers, constants, lists and dictionaries. */
export function pythonAsJson(text: string): string | null {
  if (!/^\s*\{/.test(text)) return null;
  const parts: string[] = [];
  TOKEN.lastIndex = 0;
  for (let at = 0; at < text.length; at = TOKEN.lastIndex) {
    const token = TOKEN.exec(text)?.[0];
    if (token === undefined) return null;
    const part = jsonOf(token);
    // Python allows a comma after the last value.
    if ((part === "]" || part === "}") && parts.at(-1) === ",") parts.pop();
    if (part !== "") parts.push(part);
  }
  const json = parts.join("");
  return isJson(json) ? json : null;
}

export function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function jsonOf(token: string): string {
  if (token.trim() === "") return "";
  if (token === "(") return "[";
  if (token === ")") return "]";
  const quote = token.at(-1);
  if (quote !== "'" && quote !== '"') return CONSTANTS[token] ?? token.replace(/\.(?=$|[eE])/, "");
  return JSON.stringify(token.slice(token.startsWith("u") ? 2 : 1, -1).replace(ESCAPE, unescaped));
}

function unescaped(whole: string, x?: string, u?: string, long?: string, octal?: string, letter?: string): string {
  const hexadecimal = x ?? u ?? long;
  if (hexadecimal !== undefined) {
    const code = Number.parseInt(hexadecimal, 16);
    return code <= 0x10ffff ? String.fromCodePoint(code) : "\ufffd";
  }
  if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8));
  if (letter === "'" || letter === '"' || letter === "\\") return letter;
  // What is no escape stays as it is written.
  return LETTERS[letter ?? ""] ?? whole;
}
