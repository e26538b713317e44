/** Encodes a matrix into a file, block by block: of any number of rows, in the memory of a few thousand. */
import { type FileHandle, statfs } from "node:fs/promises";
import { dirname, extname, resolve } from "node:path";
import { removeAbandoned, replaceFileAtomically } from "../data/atomic-write";
import { readManifest } from "../data/manifest-file";
import { locate } from "../data/manifest-paths";
import { closeRows, type Rows } from "../data/matrix";
import { openMatrix } from "../data/matrix-file";
import { npyHeaderBytes } from "../data/npy";
import { safetensorsHeader } from "../data/safetensors";
import { RecPrismError } from "../protocol/error";
import { type MatrixSource, matrixName } from "../protocol/manifest";
import { type Encoder, openEncoder } from "../sae/encode";
import type { Sae } from "../sae/model";
import { readSae } from "../sae/saelens";
import type { PaceHooks } from "./pace";

export interface EncodeRequest {
  /** Folder of a project, or its manifest: what the matrix and the SAE are by default. */
  project: string;
  /** `users` or `items` of the project, or a file of embeddings. */
  matrix: string;
  /** Folder of the SAE; the manifest's where absent. */
  sae?: string;
  /** `.npy` for all activations [n, m]; `.safetensors` for `neurons` and `values` [n, k], the active ones of a top-k SAE. */
  out: string;
}

export interface EncodedFile {
  file: string;
  /** n */
  rows: number;
  /** m */
  latents: number;
  /** k, where only the active neurons of each row are in the file. */
  active: number | null;
  /** Hash of the SAE. */
  sae: string;
}

/**
 * The file appears whole or not at all.
 *
 * @param hooks told of progress, and asked between blocks of rows whether to go on
 * @throws RecPrismError "settings-invalid", "cancelled", or what is wrong with a file
 */
export async function encodeToFile(request: EncodeRequest, hooks: PaceHooks): Promise<EncodedFile> {
  const { source, saeFolder } = await inputsOf(request);
  const file = typeof source === "string" ? source : source.file;
  const out = resolve(request.out);
  if (out === file) throw invalid(`--out names ${file}, which is to be encoded. Name another file.`, "out");
  const { sae, hash } = await readSae(saeFolder);
  const write = writerOf(sae, hash, out);
  const { rows } = await openMatrix(source, 0);
  try {
    checkColumns(sae, saeFolder, rows, matrixName(source));
    await removeAbandoned(out);
    const encoder = await openEncoder(sae);
    try {
      const between = async (done: number) => {
        // Lets an interrupt in: encoding blocks the thread.
        await new Promise((go) => setImmediate(go));
        hooks.progress(done / Math.max(1, rows.rows));
        if (hooks.cancelled()) throw new RecPrismError("cancelled", `Encoding was cancelled; ${out} was not written.`);
      };
      await checkSpace(write.bytes(rows.rows), out);
      await replaceFileAtomically(out, (handle) => write.all(handle, encoder, rows, between));
    } finally {
      await encoder.release();
    }
    return { file: out, rows: rows.rows, latents: sae.encoderBias.length, active: write.active, sae: hash };
  } finally {
    await closeRows(rows);
  }
}

/** The manifest is read only where something is left to it. */
async function inputsOf({ project, matrix, sae }: EncodeRequest): Promise<{ source: MatrixSource; saeFolder: string }> {
  const ofProject = matrix === "users" || matrix === "items";
  if (!ofProject && sae !== undefined) return { source: resolve(matrix), saeFolder: resolve(sae) };
  const { manifest, folder } = await readManifest(project);
  return {
    source: ofProject ? await locate(manifest[matrix].embeddings, { folder, restricted: false }) : resolve(matrix),
    saeFolder: sae === undefined ? resolve(folder, manifest.sae.path) : resolve(sae),
  };
}

function checkColumns(sae: Sae, folder: string, { columns }: Rows, file: string): void {
  const dimensions = sae.encoderWeights.rows;
  if (columns === dimensions) return;
  throw invalid(
    `${file} has ${columns} columns, but the SAE in ${folder} is for ${dimensions} dimensions. Name a matrix of the embeddings it was trained on.`,
    "matrix",
  );
}

interface Writer {
  active: number | null;
  /** Size of the file. */
  bytes(rows: number): number;
  all(handle: FileHandle, encoder: Encoder, rows: Rows, between: (done: number) => Promise<void>): Promise<void>;
}

function writerOf(sae: Sae, hash: string, out: string): Writer {
  const extension = extname(out).toLowerCase();
  if (extension === ".npy") return denseWriter(sae);
  if (extension !== ".safetensors") throw invalid(`${out} is neither .npy nor .safetensors. Name one of these.`, "out");
  if (sae.activation.kind === "topk")
    return largestWriter(sae, Math.min(sae.activation.k, sae.encoderBias.length), hash);
  throw invalid(
    `${out}: a .safetensors file holds the k active neurons of each row, and this SAE (${sae.activation.kind}) has no k. Name a .npy file.`,
    "out",
  );
}

const VALUE_BYTES = Float32Array.BYTES_PER_ELEMENT;

/** All activations, [n, m]. */
function denseWriter(sae: Sae): Writer {
  const m = sae.encoderBias.length;
  return {
    active: null,
    bytes: (rows) => rows * m * VALUE_BYTES,
    async all(handle, encoder, rows, between) {
      const header = npyHeaderBytes(rows.rows, m);
      await writeAt(handle, header, 0);
      for await (const { start, activations } of encoder.blocks(sae, rows)) {
        await writeAt(handle, bytesOf(activations.values), header.length + start * m * VALUE_BYTES);
        await between(start + activations.rows);
      }
    },
  };
}

/** The k largest of each row, largest first, [n, k]; an activation of 0 says that fewer are active. */
function largestWriter(sae: Sae, k: number, hash: string): Writer {
  return {
    active: k,
    bytes: (rows) => 2 * rows * k * VALUE_BYTES,
    async all(handle, encoder, rows, between) {
      const shape = [rows.rows, k];
      const { bytes, starts } = safetensorsHeader(
        { neurons: { dtype: "I32", shape }, values: { dtype: "F32", shape } },
        { sae: hash, latents: String(sae.encoderBias.length) },
      );
      await writeAt(handle, bytes, 0);
      for await (const { start, rows: count, neurons, values } of encoder.largest(sae, rows)) {
        const at = start * k * VALUE_BYTES;
        await writeAt(handle, bytesOf(neurons), starts.get("neurons")! + at);
        await writeAt(handle, bytesOf(values), starts.get("values")! + at);
        await between(start + count);
      }
    },
  };
}

async function writeAt(handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let written = 0; written < bytes.length; ) {
    const { bytesWritten } = await handle.write(bytes, written, bytes.length - written, position + written);
    written += bytesWritten;
  }
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array | Int32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** Told before an hour's work rather than after it. */
async function checkSpace(bytes: number, out: string): Promise<void> {
  const disk = await statfs(dirname(out)).catch(() => null);
  // A folder that does not exist is found out when the file is opened.
  if (disk === null || bytes <= disk.bavail * disk.bsize) return;
  const megabytes = (count: number) => `${Math.round(count / 1e6).toLocaleString("en")} MB`;
  throw new RecPrismError(
    "disk-full",
    `${out} will have ${megabytes(bytes)}, but its disk has only ${megabytes(disk.bavail * disk.bsize)} left. Free some space, or name a file elsewhere.`,
    { file: out },
  );
}

function invalid(message: string, key: string): RecPrismError {
  return new RecPrismError("settings-invalid", message, { key });
}
