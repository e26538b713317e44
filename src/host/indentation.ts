/** Fits a block of generated text to the place it is inserted at. */

export interface IndentationStyle {
  /** White space before the text at the place of insertion; every line but the first gets it. */
  indent: string;
  /** One level of the target's indentation, or null to keep the block's own. */
  unit: string | null;
}

/** The block's lines with the target's indentation; the first line stays where the cursor is, empty lines stay empty. */
export function reindented(block: string, ownUnit: string, { indent, unit }: IndentationStyle): string {
  return block
    .replace(/\r\n?/g, "\n")
    .trimEnd()
    .split("\n")
    .map((line, index) => {
      const own = line.match(/^ */)?.[0] ?? "";
      const text = line.slice(own.length);
      if (text === "") return "";
      const levels = Math.floor(own.length / ownUnit.length);
      const fitted = unit === null ? own : unit.repeat(levels) + own.slice(levels * ownUnit.length);
      return (index === 0 ? "" : indent) + fitted + text;
    })
    .join("\n");
}

/**
 * One level of indentation in an editor.
 *
 * @param indent white space that stands there already: among tabs a tab fits
 */
export function unitOf(
  { insertSpaces, tabSize }: { insertSpaces?: boolean | string; tabSize?: number | string },
  indent: string,
): string {
  const usesTabs = insertSpaces === false || indent.includes("\t");
  return usesTabs ? "\t" : " ".repeat(Number(tabSize) || 4);
}

/** The white space a line begins with, up to `column`. */
export function leadingSpace(line: string, column = line.length): string {
  return line.slice(0, column).match(/^\s*/)?.[0] ?? "";
}

/** Line and column of the end of `text` when it is put at `line`, `column`. */
export function endOf(text: string, line: number, column: number): { line: number; column: number } {
  const lines = text.split("\n");
  const last = lines[lines.length - 1];
  return lines.length === 1
    ? { line, column: column + last.length }
    : { line: line + lines.length - 1, column: last.length };
}
