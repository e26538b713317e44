/** Numbers as text: one, or a list such as `[0.1, 0.2]`, `0.1 0.2` or `0.1|0.2`. */

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const NINE = "9".charCodeAt(0);
const NO_FINITE = /^[+-]?(nan|inf|infinity)$/i;

/** `nan` and `inf` are written where a number belongs, and count as one here. */
export function isNumberText(text: string): boolean {
  return NUMBER.test(text) || NO_FINITE.test(text);
}

export function isIntegerText(text: string): boolean {
  return /^[+-]?\d+$/.test(text);
}

/** NaN for what is no number, also for what only JavaScript takes for one. */
export function numberOf(text: string): number {
  const value = Number(text);
  return Number.isFinite(value) && text !== "" && !hasBase(text) ? value : nonFinite(text);
}

/** `0x10`: such a number has its letter in second place. A usual one needs no pattern. */
function hasBase(text: string): boolean {
  return text.charCodeAt(1) > NINE && /^0[xob]/i.test(text);
}

function nonFinite(text: string): number {
  return /^[+-]?inf/i.test(text) || NUMBER.test(text) ? Number.POSITIVE_INFINITY : Number.NaN;
}

/** The parts of a list, each of which should be a number. */
export function listParts(text: string): string[] {
  const inner = text
    .trim()
    .replace(/^[[({]|[\])}]$/g, "")
    .trim();
  return inner === "" ? [] : inner.split(/\s*[,;|]\s*|\s+/);
}

/** Whether a text is a list of at least two numbers, or a bracketed one. */
export function isListText(text: string): boolean {
  const parts = listParts(text);
  return (parts.length > 1 || (parts.length === 1 && /^\s*[[({]/.test(text))) && parts.every(isNumberText);
}
