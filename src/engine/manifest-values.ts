/** What could stand at a key of a manifest: files that fit, columns of the table beside it, arrays of the file beside it. */
import { join } from "node:path";
import { readCsvHeader } from "../data/csv-header";
import { filesBelow } from "../data/folder-files";
import { locate, locatedPath, type ManifestPlace } from "../data/manifest-paths";
import { matrixFormatOf } from "../data/matrix-file";
import type { FoundArray } from "../data/matrix-format";
import { namesEmbeddings, namesInteractions, subjectOfFile } from "../data/recognise";
import { isTableFile } from "../data/scan";
import type { TableColumn } from "../data/tables";
import type { ManifestSuggestion } from "../protocol/engine";
import { RecPrismError } from "../protocol/error";
import { type TableSource, tableSourceSchema } from "../protocol/manifest";
import type { KeyPath } from "../protocol/manifest-edit";
import { type KnownTable, knownArrays, knownPorts, knownTable } from "./known-files";

/** Of the files that fit, so many are looked into for what they hold. */
const MOST_LOOKED_INTO = 60;
/** Of columns, in a detail. */
const MOST_NAMES = 6;

/**
 * @param manifest as far as it is written, in whatever state
 * @returns nothing where nothing is known, be it because a file named beside cannot be read
 */
export async function suggestedValues(
  place: ManifestPlace,
  manifest: unknown,
  key: KeyPath,
): Promise<ManifestSuggestion[]> {
  try {
    const path = key.map((part) => (typeof part === "number" ? "*" : part)).join(".");
    const fits = fittingFile(path, manifest);
    if (fits !== null) return await files(place, fits, path);
    return await partsBeside(place, manifest, path);
  } catch (thrown) {
    if (thrown instanceof RecPrismError) return [];
    throw thrown;
  }
}

/** Which files a key may name; null for a key that names none. */
export function fittingFile(path: string, manifest: unknown): ((file: string) => boolean) | null {
  if (/^(items|users)\.(embeddings|bias)(\.file)?$/.test(path)) return (file) => matrixFormatOf(file) !== null;
  if (/^(items|users|interactions)\.table(\.from\.[^.]+)?(\.file)?$/.test(path)) return isTableFile;
  if (path === "recommender.model") return (file) => /\.onnx$/i.test(file);
  const ids = /^(items|users)\.ids\.file$/.exec(path);
  if (ids === null) return null;
  const rule = valueAt(manifest, [ids[1], "ids", "rule"]);
  return (file) => (rule === "vocabulary" ? /\.json$/i : /\.(txt|json|npy)$/i).test(file);
}

async function files(
  { folder }: ManifestPlace,
  fits: (file: string) => boolean,
  path: string,
): Promise<ManifestSuggestion[]> {
  const found = (await filesBelow(folder)).files.filter(fits);
  const rank = (file: string) => (isLikely(path, file) ? 0 : isTableFile(file) ? 2 : 1);
  const ranked = found.toSorted((a, b) => rank(a) - rank(b));
  return Promise.all(
    ranked.map(async (value, index) => ({
      kind: "file" as const,
      value,
      detail: index < MOST_LOOKED_INTO ? await fileDetail(join(folder, value)) : "",
      likely: isLikely(path, value),
    })),
  );
}

/** Whether a file's name says that it is what the key is about. */
function isLikely(path: string, file: string): boolean {
  if (path === "recommender.model") return true;
  if (path.startsWith("interactions.")) return namesInteractions(file);
  // A table may hold embeddings too, but hardly does.
  if (/\.(embeddings|bias)/.test(path) && isTableFile(file) && !namesEmbeddings(file)) return false;
  const { side, bias } = subjectOfFile(file);
  const isSide = side === (path.startsWith("items.") ? "item" : "user");
  return isSide && !namesInteractions(file) && bias === path.includes(".bias");
}

/** For people: what a file holds, by its header; empty where it does not say. */
async function fileDetail(file: string): Promise<string> {
  if (/\.([ct]sv|dat)$/i.test(file)) {
    const names = await readCsvHeader(file)
      .then(({ columns: all }) => all)
      .catch(() => []);
    return names.slice(0, MOST_NAMES).join(", ") + (names.length > MOST_NAMES ? ", …" : "");
  }
  if (matrixFormatOf(file) === null || isTableFile(file)) return "";
  const arrays = await knownArrays(file).catch(() => []);
  const usable = arrays.filter(({ unusable }) => unusable === null);
  if (usable.length === 1) return arrayDetail(usable[0]);
  return arrays.length === 0 ? "" : `${arrays.length} arrays`;
}

export function arrayDetail({ shape, dtype }: FoundArray): string {
  return `${shape.map((length) => length.toLocaleString("en")).join(" x ")} ${dtype}`;
}

async function partsBeside(place: ManifestPlace, manifest: unknown, path: string): Promise<ManifestSuggestion[]> {
  const port = /^recommender\.(users|items|pairs|output)$/.exec(path);
  if (port !== null) {
    const model = valueAt(manifest, ["recommender", "model"]);
    if (typeof model !== "string") return [];
    const { inputs, outputs } = await knownPorts(await locatedPath(model, place));
    const [names, detail] = port[1] === "output" ? [outputs, "output"] : [inputs, "input"];
    return names.map((value) => ({ kind: "array", value, detail, likely: false }));
  }
  const part = /^(items|users)\.(embeddings|bias)\.(tensor|column|id|columns\.\*)$/.exec(path);
  if (part !== null) {
    const file = valueAt(manifest, [part[1], part[2], "file"]);
    if (typeof file !== "string") return [];
    const at = await locatedPath(file, place);
    if (part[3] !== "tensor") return columns(await knownTable(at));
    const arrays = await knownArrays(at);
    return arrays
      .filter(({ source }) => source.tensor !== undefined)
      .map((array) => ({
        kind: "array",
        value: array.source.tensor!,
        detail: array.unusable ?? arrayDetail(array),
        likely: array.unusable === null,
      }));
  }
  const table = tableOfColumn(path);
  if (table === null) return [];
  const source = tableSourceSchema.safeParse(valueAt(manifest, [table, "table"]));
  const known = source.success ? await tableKnown(place, source.data) : null;
  return known === null ? [] : columns(known);
}

/** Which table a key names a column of: the items', the users' or the interactions'; null where it names none. */
export function tableOfColumn(path: string): "items" | "users" | "interactions" | null {
  if (/^items\.(title|year|tags\.\*\.column|ids\.column)$/.test(path)) return "items";
  if (/^users\.(attributes\.\*|ids\.column)$/.test(path)) return "users";
  return /^interactions\.(user|item|timestamp|rating)$/.test(path) ? "interactions" : null;
}

/** Null for a query, which is not run for this. @throws RecPrismError as `knownTable` */
export async function tableKnown(place: ManifestPlace, source: TableSource): Promise<KnownTable | null> {
  if (typeof source !== "string" && "sql" in source) return null;
  return knownTable(await locate(source, place));
}

function columns({ columns: names, described }: KnownTable): ManifestSuggestion[] {
  return names.map((value, index) => ({
    kind: "column",
    value,
    detail: described === null ? "" : columnDetail(described.columns[index]),
    likely: false,
  }));
}

export function columnDetail({ type, smallest, largest, distinct }: TableColumn): string {
  const range = smallest === null ? "" : `, ${smallest} to ${largest}`;
  return `${type}${range}, ${distinct.toLocaleString("en")} different`;
}

export function valueAt(value: unknown, path: KeyPath): unknown {
  return path.reduce<unknown>(
    (inner, key) =>
      typeof inner === "object" && inner !== null && Object.hasOwn(inner, key) ? Reflect.get(inner, key) : undefined,
    value,
  );
}
