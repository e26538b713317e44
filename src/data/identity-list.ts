/** Files that list ids, entry n for row n: text with one a line, a JSON list, an array of NumPy's. */
import { readFile } from "node:fs/promises";
import { extname } from "node:path";
import { z } from "zod";
import { RecPrismError } from "../protocol/error";
import { decoded, encodingOf } from "./encoding";
import { fileStats, readFault } from "./file-fault";
import { readNpyIds } from "./identity-npy";
import { readJsonFile } from "./json-file";

const LARGEST_TEXT = 256 * 2 ** 20;

/**
 * @throws RecPrismError file-missing, file-unreadable, file-format, file-truncated, dtype-unsupported
 */
export async function readIdList(file: string): Promise<string[]> {
  switch (extname(file).toLowerCase()) {
    case ".npy":
      return readNpyIds(file);
    case ".json":
      return (await readJsonFile(file, z.array(z.union([z.string(), z.int()])), "file-format")).map(String);
    default:
      return readLines(file);
  }
}

async function readLines(file: string): Promise<string[]> {
  const { size } = await fileStats(file);
  if (size > LARGEST_TEXT) {
    throw new RecPrismError("file-format", `${file} is too large for a list of ids. Save it as a .npy of numbers.`, {
      file,
    });
  }
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
  } catch (thrown) {
    throw readFault(thrown, file);
  }
  const text = decoded(bytes, encodingOf(bytes, undefined, file));
  if (text.includes("\0")) {
    throw new RecPrismError("file-format", `${file} is not text. A list of ids has one a line.`, { file });
  }
  const lines = text.split(/\r\n|\n|\r/);
  if (lines.at(-1) === "") lines.pop();
  return lines;
}
