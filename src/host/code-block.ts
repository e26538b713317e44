/** A steering config among other code: a block between two comments that editors fold, so that it can be found again. */
import type { Span } from "./manifest-tree";

/** How a language writes comments of one line. */
export interface CommentStyle {
  begin: string;
  end: string;
}

export const PYTHON: CommentStyle = { begin: "# region", end: "# endregion" };
export const SCRIPT: CommentStyle = { begin: "// #region", end: "// #endregion" };

const TITLE = "RecPrism steering config";

/** @param name of the recipe, on one line */
export function codeBlock(code: string, name: string, { begin, end }: CommentStyle): string {
  return `${begin} ${TITLE}: ${name.replace(/\s+/g, " ").trim()}\n${code.trimEnd()}\n${end} ${TITLE}\n`;
}

export interface CodeBlock extends Span {
  /** White space that its lines begin with. */
  indent: string;
}

/**
 * The block around a cursor, or else the only one in the text, without the white space and line break around it.
 * A beginning without its end is no block.
 */
export function codeBlockAt(text: string, offset: number, style: CommentStyle): CodeBlock | null {
  const blocks = codeBlocks(text, style);
  return codeBlockAround(text, offset, style) ?? (blocks.length === 1 ? blocks[0] : null);
}

/** The block that holds a cursor: text that is put there would be part of it. */
export function codeBlockAround(text: string, offset: number, style: CommentStyle): CodeBlock | null {
  return codeBlocks(text, style).find(({ start, end }) => offset > start && offset < end) ?? null;
}

/** A script's code as it may stand at an indentation: inside of something it cannot export. */
export function fittingScript(code: string, indent: string): string {
  return indent === "" ? code : code.replace(/^export /gm, "");
}

function codeBlocks(text: string, { begin, end }: CommentStyle): CodeBlock[] {
  const marker = new RegExp(`^([ \\t]*)(${escaped(begin)}|${escaped(end)}) ${escaped(TITLE)}(?::.*)?$`, "gm");
  const blocks: CodeBlock[] = [];
  let open: CodeBlock | null = null;
  for (const match of text.matchAll(marker)) {
    const [line, indent, word] = match;
    const start = match.index + indent.length;
    if (word === begin) open = { start, end: start, indent };
    else if (open !== null) {
      blocks.push({ ...open, end: match.index + line.trimEnd().length });
      open = null;
    }
  }
  return blocks;
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
