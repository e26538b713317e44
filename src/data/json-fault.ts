/** Where a JSON text is broken. `JSON.parse` tells the place in some versions of Node and not in others. */

const SPACE = /[ \t\n\r]*/y;
const SCALAR =
  /"(?:[^"\\\t\n\r]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
const KEY = /"(?:[^"\\\t\n\r]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"[ \t\n\r]*:/y;

/** 1-based place of the first character that no JSON continues with; null when the text is JSON. */
export function jsonFault(text: string): { line: number; column: number } | null {
  const position = faultPosition(text);
  if (position === null) return null;
  const before = text.slice(0, position);
  return { line: before.split("\n").length, column: position - before.lastIndexOf("\n") };
}

function faultPosition(text: string): number | null {
  let at = 0;
  const take = (pattern: RegExp): boolean => {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match === null) return false;
    at += match[0].length;
    return true;
  };
  /** Open brackets, innermost last. */
  const open: ("{" | "[")[] = [];
  for (;;) {
    // A value is due, after its key where we are in an object.
    take(SPACE);
    if (open.at(-1) === "{" && !take(KEY)) return at;
    take(SPACE);
    const opening = text[at];
    if (opening === "{" || opening === "[") {
      at++;
      take(SPACE);
      if (text[at] !== (opening === "{" ? "}" : "]")) {
        open.push(opening);
        continue;
      }
      at++;
    } else if (!take(SCALAR)) return at;
    // A value has ended: close what closes, until another value is due.
    for (;;) {
      take(SPACE);
      const innermost = open.at(-1);
      if (innermost === undefined) return at === text.length ? null : at;
      if (text[at] === ",") {
        at++;
        break;
      }
      if (text[at] !== (innermost === "{" ? "}" : "]")) return at;
      at++;
      open.pop();
    }
  }
}
