/** What an SAE's sources were when it was made: a small file beside it, by which a change of any of them is noticed. */
import { createHash } from "node:crypto";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { writeFileAtomically } from "../data/atomic-write";
import { readJsonFile } from "../data/json-file";
import { describeMatrixFile } from "../data/matrix-file";
import { bytesAt, withOpenedFile } from "../data/opened-file";
import type { Manifest, MatrixSource } from "../protocol/manifest";
import { type SourceFile, sourceFiles, statements } from "./source-files";

/** Of no use to SAELens. */
const SOURCES_FILE = "sources.json";

const sourceSchema = z.strictObject({
  key: z.string(),
  name: z.string(),
  affects: z.enum(["train", "measure"]),
  bytes: z.number(),
  /** Milliseconds since 1970. While size and time are the same, the file counts as the same, and nothing is read. */
  modified: z.number(),
  hash: z.string(),
  /** Of a matrix. */
  rows: z.int().nullable(),
  columns: z.int().nullable(),
});
export type SourceRecord = z.infer<typeof sourceSchema>;

/** What there was at one time. */
const sourcesSchema = z.strictObject({
  files: z.array(sourceSchema),
  statements: z.array(z.strictObject({ key: z.string(), says: z.string(), affects: z.enum(["train", "measure"]) })),
});
export type Sources = z.infer<typeof sourcesSchema>;

const recordSchema = z.strictObject({
  version: z.literal(1),
  /** Hash of the weights this speaks of. */
  sae: z.string(),
  /** Null for an SAE that was trained elsewhere. */
  trained: sourcesSchema.nullable(),
  measured: sourcesSchema,
});
export type SaeSources = z.infer<typeof recordSchema>;

export async function writeSources(artifact: string, sources: Omit<SaeSources, "version">): Promise<void> {
  await writeFileAtomically(join(artifact, SOURCES_FILE), `${JSON.stringify({ version: 1, ...sources }, null, 2)}\n`);
}

/** Null where nothing is known of these weights. */
export async function readSources(artifact: string, sae: string): Promise<SaeSources | null> {
  const read = await readJsonFile(join(artifact, SOURCES_FILE), recordSchema, "artifact-invalid").catch(() => null);
  return read?.sae === sae ? read : null;
}

/** The sources as they are; a file that cannot be read is left out, since whoever needs it will say so. */
export async function recordedSources(folder: string, manifest: Manifest): Promise<Sources> {
  const records = await Promise.all(sourceFiles(folder, manifest).map((source) => recorded(source).catch(() => null)));
  return { files: records.filter((record) => record !== null), statements: statements(manifest) };
}

async function recorded({ key, name, affects, file, matrix }: SourceFile): Promise<SourceRecord> {
  const { size, mtimeMs } = await stat(file);
  const shape = matrix === undefined ? null : await shapeOf(file, matrix);
  return {
    key,
    name,
    affects,
    bytes: size,
    modified: mtimeMs,
    hash: await contentHash(file),
    rows: shape?.[0] ?? null,
    columns: shape?.[1] ?? null,
  };
}

/** Rows and columns by the file's header; null where it does not say. @throws RecPrismError as `describeMatrixFile` */
export async function shapeOf(file: string, source: MatrixSource): Promise<[number, number] | null> {
  const arrays = await describeMatrixFile(file);
  const stated: Exclude<MatrixSource, string> = typeof source === "string" ? { file: source } : source;
  const named = arrays.filter(({ source: { tensor, column, columns } }) => {
    if (stated.tensor !== undefined) return tensor === stated.tensor;
    if (stated.column !== undefined) return column === stated.column;
    return stated.columns === undefined || String(columns) === String(stated.columns);
  });
  const usable = named.filter(({ unusable }) => unusable === null);
  const found = usable.length === 1 ? usable[0] : named.length === 1 ? named[0] : undefined;
  if (found === undefined) return null;
  const [rows, columns = 1] = found.shape;
  return stated.transposed ? [columns, rows] : [rows, columns];
}

/** A larger file is known by samples, so that noticing a change takes a moment. */
const LARGEST_WHOLE = 256 * 2 ** 20;
const BLOCK_BYTES = 2 ** 20;
const SAMPLE_BYTES = 4_096;
const SAMPLES = 1_024;

const known = new Map<string, string>();
const MOST_KNOWN = 1_000;

/**
 * Of a file's bytes: all of them, or samples of a large file.
 *
 * @throws RecPrismError file-missing, file-unreadable
 */
export async function contentHash(file: string): Promise<string> {
  const { size, mtimeMs } = await stat(file);
  const identity = `${file}|${size}|${mtimeMs}`;
  const before = known.get(identity);
  if (before !== undefined) return before;
  const hash = createHash("sha256").update(`${size};`);
  await withOpenedFile(file, async (handle) => {
    const [blocks, bytes] =
      size <= LARGEST_WHOLE ? [Math.ceil(size / BLOCK_BYTES), BLOCK_BYTES] : [SAMPLES, SAMPLE_BYTES];
    for (let block = 0; block < blocks; block++) {
      const whole = size <= LARGEST_WHOLE;
      const position = whole ? block * bytes : Math.floor((block * (size - bytes)) / (blocks - 1));
      hash.update(await bytesAt(handle, position, bytes));
    }
  });
  const digest = hash.digest("hex");
  if (known.size >= MOST_KNOWN) known.clear();
  known.set(identity, digest);
  return digest;
}
