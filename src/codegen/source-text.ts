/** Pieces of source text that languages share: numbers, comments and wrapped lists, safe whatever names and labels contain. */

/** Longest line of generated code. */
export const LINE_WIDTH = 88;

/** Control, format (bidirectional marks among them), separator and lone surrogate characters: invisible or line-breaking. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;
/** With less room a comment says too little to stand beside code. */
const LEAST_COMMENT = 12;

/** The text with quotes, backslashes and unprintable characters escaped, to stand between double quotes on one line. */
export function escapedText(text: string, escaped: (code: number) => string): string {
  return text
    .replace(/["\\]/g, (character) => `\\${character}`)
    .replace(UNPRINTABLE, (character) => escaped(character.codePointAt(0)!));
}

/** Text for a comment: one line, nothing invisible, not longer than `room` characters. */
export function commentText(text: string, room = LINE_WIDTH): string {
  // What ends a comment or begins a directive in one of the languages is taken apart.
  const plain = text
    .replace(UNPRINTABLE, " ")
    .replace(/\*\//g, "* /")
    .replace(/@(?=ts-)/gi, "@ ")
    .replace(/\s+/g, " ")
    .trim();
  const characters = [...plain];
  return characters.length <= room ? plain : `${characters.slice(0, room - 1).join("")}…`;
}

/** Lines of a comment that hold a text of any length. @param mark `# ` or `// ` behind the indent */
export function commentLines(text: string, mark: string): string[] {
  const words = commentText(text, Number.POSITIVE_INFINITY).split(" ");
  const lines: string[] = [];
  for (const word of words) {
    const last = lines.at(-1);
    if (last !== undefined && [...last].length + 1 + [...word].length <= LINE_WIDTH)
      lines[lines.length - 1] += ` ${word}`;
    else lines.push(mark + commentText(word, LINE_WIDTH - mark.length));
  }
  return text.trim() === "" ? [] : lines;
}

/**
 * Code with a comment behind it, or above it where there is no room; alone where there is nothing to say.
 *
 * @param mark with the spaces around it
 */
export function commented(code: string, text: string, mark: string): string[] {
  if (commentText(text) === "") return [code];
  const room = LINE_WIDTH - [...code].length - mark.length;
  if (room >= LEAST_COMMENT) return [`${code}${mark}${commentText(text, room)}`];
  const start = /^ */.exec(code)![0] + mark.trimStart();
  return [`${start}${commentText(text, LINE_WIDTH - start.length)}`, code];
}

/** The number with the fewest digits that reads back as the same float32. */
export function shortestFloat32(value: number): number {
  for (let digits = 1; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return Object.is(value, -0) ? -0 : short;
  }
  return Number(value.toPrecision(9));
}

/** A bracketed list on one line where it fits, else wrapped with the brackets on lines of their own. */
export function bracketed(opening: string, parts: readonly string[], closing: string, indent = "", step = 4): string[] {
  const line = `${indent}${opening}${parts.join(", ")}${closing}`;
  if (line.length <= LINE_WIDTH) return [line];
  return [`${indent}${opening}`, ...wrapped(parts, indent + " ".repeat(step)), `${indent}${closing}`];
}

/** `a, b, c,` over as many lines as needed. */
export function wrapped(parts: readonly string[], indent: string): string[] {
  const lines: string[] = [];
  let line = "";
  for (const part of parts) {
    const longer = line === "" ? `${indent}${part},` : `${line} ${part},`;
    if (line !== "" && longer.length > LINE_WIDTH) {
      lines.push(line);
      line = `${indent}${part},`;
    } else {
      line = longer;
    }
  }
  return line === "" ? lines : [...lines, line];
}
