/** Pieces of Python source: literals, comments and wrapped lists, safe whatever names and labels contain. */

/** Longest line of generated code. */
export const LINE_WIDTH = 88;

/** Control, format (bidirectional marks among them), separator and lone surrogate characters: invisible or line-breaking. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;
const LONGEST_COMMENT = 60;

/** A str literal. Quotes, backslashes and unprintable characters are escaped, so it stays one string on one line. */
export function stringLiteral(text: string): string {
  const escaped = text.replace(/["\\]/g, (character) => `\\${character}`).replace(UNPRINTABLE, unicodeEscape);
  return `"${escaped}"`;
}

function unicodeEscape(character: string): string {
  const code = character.codePointAt(0)!.toString(16);
  return code.length <= 4 ? `\\u${code.padStart(4, "0")}` : `\\U${code.padStart(8, "0")}`;
}

/** Text for a comment: one line, nothing invisible, not too long. */
export function commentText(text: string): string {
  const plain = text.replace(UNPRINTABLE, " ").replace(/\s+/g, " ").trim();
  const characters = [...plain];
  return characters.length <= LONGEST_COMMENT ? plain : `${characters.slice(0, LONGEST_COMMENT - 1).join("")}…`;
}

/** A float literal that reads back as the same double. */
export function floatLiteral(value: number): string {
  if (Object.is(value, -0)) return "-0.0";
  const text = String(value);
  return /^-?\d+$/.test(text) ? `${text}.0` : text;
}

/** The shortest float literal that reads back as the same float32. */
export function float32Literal(value: number): string {
  for (let digits = 1; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return floatLiteral(Object.is(value, -0) ? -0 : short);
  }
  return floatLiteral(Number(value.toPrecision(9)));
}

/** A bracketed list on one line where it fits, else wrapped with the brackets on lines of their own. */
export function bracketed(opening: string, parts: string[], closing: string, indent = ""): string[] {
  const line = `${indent}${opening}${parts.join(", ")}${closing}`;
  if (line.length <= LINE_WIDTH) return [line];
  return [`${indent}${opening}`, ...wrapped(parts, `${indent}    `), `${indent}${closing}`];
}

/** `a, b, c,` over as many lines as needed. */
export function wrapped(parts: string[], indent: string): string[] {
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
