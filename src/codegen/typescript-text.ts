/** TypeScript literals, and type annotations that can be left out. */
import { escapedText, shortestFloat32 } from "./source-text";

/** A string literal. Quotes, backslashes and unprintable characters are escaped, so it stays one string on one line. */
export function typescriptString(text: string): string {
  return `"${escapedText(text, unicodeEscape)}"`;
}

function unicodeEscape(code: number): string {
  const digits = code.toString(16);
  return digits.length <= 4 ? `\\u${digits.padStart(4, "0")}` : `\\u{${digits}}`;
}

/** A number literal that reads back as the same double. */
export function typescriptNumber(value: number): string {
  return Object.is(value, -0) ? "-0" : String(value);
}

/** The shortest number literal that reads back as the same float32. */
export function typescriptFloat32(value: number): string {
  return typescriptNumber(shortestFloat32(value));
}

/**
 * Source in which what only TypeScript reads stands between ‹ and ›, as TypeScript or as JavaScript. It is for texts of
 * our own alone: what comes from a config may hold those characters.
 */
export function annotated(source: string, typed: boolean): string[] {
  const text = typed ? source.replace(/[‹›]/g, "") : source.replace(/^‹[^›]*›\n+/gm, "").replace(/‹[^›]*›/g, "");
  return text.split("\n");
}
