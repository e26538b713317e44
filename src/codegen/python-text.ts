/** Python literals. */
import { escapedText, shortestFloat32 } from "./source-text";

/** A str literal. Quotes, backslashes and unprintable characters are escaped, so it stays one string on one line. */
export function pythonString(text: string): string {
  return `"${escapedText(text, unicodeEscape)}"`;
}

function unicodeEscape(code: number): string {
  const digits = code.toString(16);
  return digits.length <= 4 ? `\\u${digits.padStart(4, "0")}` : `\\U${digits.padStart(8, "0")}`;
}

/** A float literal that reads back as the same double. */
export function pythonFloat(value: number): string {
  if (Object.is(value, -0)) return "-0.0";
  const text = String(value);
  return /^-?\d+$/.test(text) ? `${text}.0` : text;
}

/** The shortest float literal that reads back as the same float32. */
export function pythonFloat32(value: number): string {
  return pythonFloat(shortestFloat32(value));
}
