/** How deep JSON is nested, before it is handed to a reader that takes a part of the stack for each level. */
import { RecPrismError } from "../protocol/error";
import { bytesAt, withOpenedFile } from "./opened-file";

/** Of tables nobody nests a tenth of that; readers break from some 100,000 on. */
const DEEPEST = 1_000;
const CHUNK_BYTES = 1 << 20;
const [QUOTE, BACKSLASH, NEWLINE] = [0x22, 0x5c, 0x0a];

/** What opens a level, and what closes one. */
const LEVELS = new Int8Array(256);
for (const bracket of "[{") LEVELS[bracket.charCodeAt(0)] = 1;
for (const bracket of "]}") LEVELS[bracket.charCodeAt(0)] = -1;
LEVELS[QUOTE] = 2;

/**
 * Reads a file through, which takes no more than that.
 *
 * @param name what messages call it
 * @throws RecPrismError file-missing, file-unreadable; "file-format" for what is nested deeper than any table
 */
export async function refuseDeepJson(file: string, name: string): Promise<void> {
  await withOpenedFile(file, async (handle, size) => {
    let depth = 0;
    let quoted = false;
    let escaped = false;
    for (let position = 0; position < size; ) {
      const chunk = await bytesAt(handle, position, Math.min(CHUNK_BYTES, size - position));
      if (chunk.length === 0) return;
      for (let at = 0; at < chunk.length; at++) {
        if (quoted) {
          // No text goes on over a line end: what follows a quote that is left open counts again.
          const byte = chunk[at];
          if (byte === NEWLINE || (byte === QUOTE && !escaped)) quoted = false;
          escaped = byte === BACKSLASH && !escaped;
          continue;
        }
        const level = LEVELS[chunk[at]];
        if (level === 0) continue;
        if (level === 2) [quoted, escaped] = [true, false];
        else depth = Math.max(0, depth + level);
        if (depth > DEEPEST) {
          throw new RecPrismError(
            "file-format",
            `${name} is nested more than ${DEEPEST.toLocaleString("en")} levels deep at byte ${(position + at).toLocaleString("en")}. A table is a list of objects, or an object on each line.`,
            { file: name },
          );
        }
      }
      position += chunk.length;
    }
  });
}
