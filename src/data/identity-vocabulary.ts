/** Vocabularies: JSON objects that give the row of each id. */
import { z } from "zod";
import { RecPrismError } from "../protocol/error";
import { readJsonFile } from "./json-file";

export interface Vocabulary {
  /** Id of each row; null where nothing names the row. */
  ids: (string | null)[];
  /** The first rows without an id, and how many there are. */
  unnamed: { rows: number[]; count: number };
}

/**
 * @param name  what messages call the file
 * @param rows  how many rows there are to name
 * @param first number that the vocabulary gives to row 0
 * @param key   of the rule in the manifest: `items.ids`
 * @throws RecPrismError file-missing, file-unreadable, file-format; "id-duplicate", naming both ids of a row; "id-unknown" for
 *   a row there is not, with the fix where all are off by one
 */
export async function readVocabulary(
  file: string,
  name: string,
  rows: number,
  first: number,
  key: string,
): Promise<Vocabulary> {
  const entries = Object.entries(await readJsonFile(file, z.record(z.string(), z.int()), "file-format"));
  const ids = new Array<string | null>(rows).fill(null);
  let [smallest, largest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const [, number] of entries) [smallest, largest] = [Math.min(smallest, number), Math.max(largest, number)];
  const last = first + rows - 1;
  if (smallest < first || largest > last) {
    const [id, number] = entries.find((entry) => entry[1] < first || entry[1] > last)!;
    const fits = smallest === first + 1 && largest === last + 1 ? first + 1 : smallest === first - 1 ? smallest : null;
    const fix =
      fits !== null && largest <= fits + rows - 1
        ? { key: `${key}.first`, value: fits, title: `Set ${key}.first to ${fits}` }
        : undefined;
    throw new RecPrismError(
      "id-unknown",
      `${name} gives the id "${id}" the row ${number}, but the rows go from ${first} to ${last}. ${
        fix === undefined
          ? "It belongs to another matrix."
          : `All are off by one: its numbers go from ${smallest} to ${largest}. ${fix.title}.`
      }`,
      { file, key, ...(fix === undefined ? {} : { fix }) },
    );
  }
  for (const [id, number] of entries) {
    const row = number - first;
    if (ids[row] !== null) {
      throw new RecPrismError(
        "id-duplicate",
        `${name} gives the row ${number} to "${ids[row]}" and again to "${id}". Each row has one id.`,
        { file, key, row },
      );
    }
    ids[row] = id;
  }
  const unnamed: Vocabulary["unnamed"] = { rows: [], count: 0 };
  for (const [row, id] of ids.entries()) {
    if (id !== null) continue;
    unnamed.count++;
    if (unnamed.rows.length < 3) unnamed.rows.push(row);
  }
  return { ids, unnamed };
}
