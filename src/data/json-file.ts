/** JSON files against a schema, with faults that name the line or the key, what was found, and what is allowed. */
import { readFile } from "node:fs/promises";
import type { z } from "zod";
import { type ErrorReason, RecPrismError } from "../protocol/error";
import { fileStats, readFault } from "./file-fault";
import { jsonFault } from "./json-fault";
import { schemaFaults } from "./schema-faults";

const LARGEST = 256 * 1024 * 1024;

/**
 * Reads and checks a JSON file.
 *
 * @param reason of the error when the content is wrong
 * @throws RecPrismError file-missing, file-unreadable, and `reason`
 */
export async function readJsonFile<Schema extends z.ZodType>(
  file: string,
  schema: Schema,
  reason: ErrorReason,
): Promise<z.output<Schema>> {
  const { size } = await fileStats(file);
  if (size > LARGEST) throw new RecPrismError(reason, `${file} is too large for a JSON file of ours.`, { file });
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (thrown) {
    throw readFault(thrown, file);
  }
  return checkedJson(text, schema, reason, file);
}

/** The same for text that is already there; `file` is what messages call it. */
export function checkedJson<Schema extends z.ZodType>(
  text: string,
  schema: Schema,
  reason: ErrorReason,
  file: string,
): z.output<Schema> {
  const json = text.replace(/^\uFEFF/, "");
  const value = parsed(json, reason, file);
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const faults = schemaFaults(schema, value, result.error.issues);
  const shown = faults.slice(0, 5).map(({ key, message }) => (key === "" ? message : `${key}: ${message}`));
  const more = faults.length > shown.length ? ` And ${faults.length - shown.length} more.` : "";
  throw new RecPrismError(reason, `${file} is not valid. ${shown.join(" ")}${more}`, { file, key: faults[0].key });
}

function parsed(text: string, reason: ErrorReason, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (thrown) {
    const place = jsonFault(text);
    if (place === null) throw new RecPrismError(reason, `${file} is not JSON: ${(thrown as Error).message}.`, { file });
    const line = text.split("\n")[place.line - 1];
    const found = line.slice(place.column - 1, place.column + 19).trim();
    const what = found === "" ? "the text ends too early" : `${JSON.stringify(found)} is not expected`;
    throw new RecPrismError(
      reason,
      `${file} is not JSON: ${what} at line ${place.line}, column ${place.column}. Look for a missing or extra comma, quote or bracket there.`,
      { file, row: place.line - 1 },
    );
  }
}
