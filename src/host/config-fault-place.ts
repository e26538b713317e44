/** Where a fault of a config stands in its text. */
import type { ConfigFault } from "../protocol/config-check";
import { configTree } from "./config-language";
import type { ConfigLanguage } from "./config-name";
import { type Span, spanOf } from "./manifest-tree";

export function configFaultSpan(text: string, language: ConfigLanguage, { path, at, message }: ConfigFault): Span {
  return (path.length === 0 ? spanInMessage(text, message) : null) ?? spanOf(configTree(text, language), path, at);
}

/** What breaks the text as a whole has no path: its message says the line and column. */
function spanInMessage(text: string, message: string): Span | null {
  const [, line, column] = /line (\d+)(?:, column (\d+))?/.exec(message) ?? [];
  if (line === undefined) return null;
  const lines = text.split("\n");
  const index = Math.min(Number(line), lines.length) - 1;
  const begin = lines.slice(0, index).reduce((sum, before) => sum + before.length + 1, 0);
  const start = Math.min(begin + Math.max(0, Number(column ?? 1) - 1), text.length);
  const word = /^[^\s,:{}[\]]+/.exec(text.slice(start))?.[0].length ?? 0;
  // At the end of a line there is nothing to underline but what is before.
  return text[start] === undefined || text[start] === "\n"
    ? { start: Math.max(begin, start - 1), end: start }
    : { start, end: start + Math.max(1, word) };
}

/** The comma that a person left before a closing bracket, where a fault is about one. */
export function trailingComma(text: string, { start }: Span): Span | null {
  return /^,\s*[\]}]/.test(text.slice(start)) ? { start, end: start + 1 } : null;
}
