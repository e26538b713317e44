/** Which files a manifest names, and what is to be done again when one of them changes. */
import { resolve } from "node:path";
import type { Manifest, MatrixSource, TableSource } from "../protocol/manifest";

export interface SourceFile {
  /** In the manifest: `items.embeddings`. */
  key: string;
  /** As the manifest says it. */
  name: string;
  /** Absolute. */
  file: string;
  /** Set where the file holds a matrix. */
  matrix?: MatrixSource;
  /** What depends on it: the SAE, or only the names and measures of its neurons. */
  affects: "train" | "measure";
}

export function sourceFiles(folder: string, manifest: Manifest): SourceFile[] {
  const { items, users, interactions, recommender } = manifest;
  const found: SourceFile[] = [];
  const add = (key: string, name: string, affects: SourceFile["affects"], matrix?: MatrixSource) =>
    found.push({ key, name, file: resolve(folder, name), affects, ...(matrix === undefined ? {} : { matrix }) });
  for (const [side, { embeddings, bias, ids }] of [
    ["items", items],
    ["users", users],
  ] as const) {
    add(`${side}.embeddings`, fileOf(embeddings), "train", embeddings);
    if (bias !== undefined) add(`${side}.bias`, fileOf(bias), "train", bias);
    // Without interactions ids are names; with them they say which pairs there are to train on.
    if ("file" in ids) add(`${side}.ids`, ids.file, interactions === undefined ? "measure" : "train");
  }
  if (items.table !== undefined) for (const file of filesOf(items.table)) add("items.table", file, "measure");
  if (users.table !== undefined) for (const file of filesOf(users.table)) add("users.table", file, "measure");
  if (interactions !== undefined) for (const file of filesOf(interactions.table)) add("interactions", file, "train");
  if (recommender.kind === "onnx") add("recommender.model", recommender.model, "train");
  return found;
}

export interface Statement {
  /** In the manifest. */
  key: string;
  /** As JSON. */
  says: string;
  affects: SourceFile["affects"];
}

/** What a manifest says of its files that goes into an SAE or its labels as much as the files do. */
export function statements({ items, users, interactions, recommender }: Manifest): Statement[] {
  const { table: _, ...columns } = interactions ?? { table: "" };
  const statement = (key: string, said: unknown, affects: SourceFile["affects"]) => ({
    key,
    says: JSON.stringify(said ?? null),
    affects,
  });
  const ids = interactions === undefined ? "measure" : "train";
  return [
    statement("items.ids", items.ids, ids),
    statement("users.ids", users.ids, ids),
    statement("interactions", columns, "train"),
    statement("recommender", recommender.kind, "train"),
    statement("items.title", items.title, "measure"),
    statement("items.year", items.year, "measure"),
    statement("items.tags", items.tags, "measure"),
    statement("items.numbers", items.numbers, "measure"),
    statement("items.texts", items.texts, "measure"),
    statement("users.attributes", users.attributes, "measure"),
    statement("users.protected", users.protected, "measure"),
  ];
}

function fileOf(source: MatrixSource): string {
  return typeof source === "string" ? source : source.file;
}

/** A query may be over several. */
export function filesOf(source: TableSource): string[] {
  if (typeof source === "string") return [source];
  return "file" in source ? [source.file] : Object.values(source.from).flatMap(filesOf);
}
