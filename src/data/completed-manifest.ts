/** The manifest of a project that lacked nothing but embeddings, once these were made. */
import { isAbsolute, relative, resolve, sep } from "node:path";
import type { ProjectWithoutEmbeddings } from "../protocol/engine";
import {
  type Manifest,
  manifestSchema,
  type RecommenderManifest,
  type TableFile,
  type TableSource,
} from "../protocol/manifest";

/** Files that were made, relative to the manifest. */
export interface MadeFiles {
  items: string;
  users: string;
  itemBias: string | null;
  userBias: string | null;
  /** Ids of the rows, one a line. */
  itemIds: string;
  userIds: string;
  recommender: RecommenderManifest;
}

/**
 * @param from absolute folder that the project's paths are relative to
 * @param to   absolute folder of the manifest
 */
export function completedManifest(
  project: ProjectWithoutEmbeddings,
  from: string,
  to: string,
  made: MadeFiles,
): Manifest {
  const { id: itemId, ...items } = project.items;
  const { id: userId, ...users } = project.users;
  return manifestSchema.parse({
    version: 1,
    name: project.name,
    items: {
      embeddings: made.items,
      bias: made.itemBias ?? undefined,
      ids: { rule: "list", file: made.itemIds, column: itemId },
      // Without ids its lines cannot be told from each other.
      ...(itemId === undefined || items.table === undefined ? {} : { ...items, table: moved(items.table, from, to) }),
    },
    users: {
      embeddings: made.users,
      bias: made.userBias ?? undefined,
      ids: { rule: "list", file: made.userIds, column: userId },
      ...(userId === undefined || users.table === undefined ? {} : { ...users, table: moved(users.table, from, to) }),
    },
    interactions: { ...project.interactions, table: moved(project.interactions.table, from, to) },
    recommender: made.recommender,
  });
}

/** The same table, by paths relative to another folder. */
export function moved(source: TableFile, from: string, to: string): TableFile;
export function moved(source: TableSource, from: string, to: string): TableSource;
export function moved(source: TableSource, from: string, to: string): TableSource {
  if (typeof source === "string") return movedPath(source, from, to);
  if ("file" in source) return { ...source, file: movedPath(source.file, from, to) };
  const tables = Object.entries(source.from).map(([name, table]) => [name, moved(table, from, to)]);
  return { ...source, from: Object.fromEntries(tables) };
}

function movedPath(path: string, from: string, to: string): string {
  if (isAbsolute(path)) return path;
  return relative(to, resolve(from, path)).split(sep).join("/");
}
