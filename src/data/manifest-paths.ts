/** Where the files are that a manifest names: its paths are relative to its folder, and may be kept inside it. */
import { realpath } from "node:fs/promises";
import { isAbsolute, relative, resolve, sep } from "node:path";
import { RecPrismError } from "../protocol/error";
import type { MatrixSource, TableFile, TableSource } from "../protocol/manifest";

export interface ManifestPlace {
  /** Absolute folder of the manifest. */
  folder: string;
  /** The workspace is not trusted: no file outside the folder is read, and no query is run. */
  restricted: boolean;
}

/** A matrix or table of the manifest with its files as absolute paths. */
export async function locate(source: MatrixSource, place: ManifestPlace): Promise<MatrixSource>;
export async function locate(source: TableFile, place: ManifestPlace): Promise<TableFile>;
export async function locate(source: TableSource, place: ManifestPlace): Promise<TableSource>;
export async function locate(source: MatrixSource | TableSource, place: ManifestPlace): Promise<unknown> {
  if (typeof source === "string") return locatedPath(source, place);
  if ("file" in source) return { ...source, file: await locatedPath(source.file, place) };
  const from: Record<string, TableFile> = {};
  for (const [name, table] of Object.entries(source.from)) from[name] = await locate(table, place);
  return { ...source, from };
}

/**
 * The absolute path of a file that the manifest names.
 *
 * @throws RecPrismError "workspace-restricted" where the path, or a link on it, leads out of the folder and that is not allowed
 */
export async function locatedPath(path: string, { folder, restricted }: ManifestPlace): Promise<string> {
  const file = resolve(folder, path);
  if (!restricted) return file;
  // What does not exist is left to its reader to say.
  const real = await realpath(file).catch(() => null);
  if (liesWithin(folder, file) && (real === null || liesWithin(await realpath(folder), real))) return file;
  throw new RecPrismError(
    "workspace-restricted",
    `${path} leads out of ${folder}, and a restricted workspace reads only files within it. Trust the workspace, or copy the file there.`,
    { file },
  );
}

/** Whether a path is a folder or lies in it, by its text alone: links are followed before. */
export function liesWithin(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

/** The file of a matrix or table, absolute, for an error to name; a query has none of its own. */
export function placeOf(source: MatrixSource | TableSource, { folder }: ManifestPlace): { file?: string } {
  if (typeof source === "string") return { file: resolve(folder, source) };
  return "file" in source ? { file: resolve(folder, source.file) } : {};
}
