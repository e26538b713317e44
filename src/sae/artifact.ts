/** The SAE artifact on disk: a folder that SAELens can read, with our labels and measures beside the weights. */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { recoverFolder, replaceFolderAtomically, writeFileAtomically } from "../data/atomic-write";
import { faultCode } from "../data/file-fault";
import { matrix } from "../data/matrix";
import { type NamedTensor, readSafetensors, safetensorsBytes } from "../data/safetensors";
import {
  CONFIG_FILE,
  LABELS_FILE,
  type LabelsFile,
  labelsFileSchema,
  REPORT_FILE,
  type Report,
  reportSchema,
  type SaeConfig,
  saeConfigSchema,
  WEIGHTS_FILE,
} from "../protocol/artifact";
import { RecPrismError } from "../protocol/error";
import type { Sae } from "./model";

export interface Artifact {
  sae: Sae;
  /** `sha256:` and the digest of the weights file. */
  hash: string;
  labels: LabelsFile;
  report: Report;
}

/** The weights file of an SAE, and the hash by which configs refer to it. */
export function weightsFile(sae: Sae): { bytes: Uint8Array; hash: string } {
  const { rows: d, columns: m } = sae.encoderWeights;
  const bytes = safetensorsBytes(
    {
      W_enc: { shape: [d, m], values: sae.encoderWeights.values },
      b_enc: { shape: [m], values: sae.encoderBias },
      W_dec: { shape: [m, d], values: sae.decoderWeights.values },
      b_dec: { shape: [d], values: sae.decoderBias },
    },
    // In the file so that the hash covers how the weights are to be used.
    { architecture: "standard", normalize_activations: "layer_norm", apply_b_dec_to_input: "true" },
  );
  return { bytes, hash: hashOf(bytes) };
}

/** Writes the whole folder or nothing. */
export async function writeArtifact(
  folder: string,
  sae: Sae,
  measured: (hash: string) => { labels: LabelsFile; report: Report },
): Promise<{ hash: string }> {
  const { bytes, hash } = weightsFile(sae);
  const { labels, report } = measured(hash);
  await replaceFolderAtomically(folder, async (temporary) => {
    await writeFileAtomically(join(temporary, WEIGHTS_FILE), bytes);
    await writeJson(join(temporary, CONFIG_FILE), configOf(sae));
    await writeJson(join(temporary, LABELS_FILE), labels);
    await writeJson(join(temporary, REPORT_FILE), report);
  });
  return { hash };
}

/** Weights of a run that is not over, with how far it got. */
export interface Checkpoint {
  sae: Sae;
  steps: number;
  seconds: number;
}

const PROGRESS_FILE = "progress.json";
const progressSchema = z.strictObject({ steps: z.int().min(0), seconds: z.number().min(0) });

export async function writeCheckpoint(folder: string, { sae, steps, seconds }: Checkpoint): Promise<void> {
  await replaceFolderAtomically(folder, async (temporary) => {
    await writeFileAtomically(join(temporary, WEIGHTS_FILE), weightsFile(sae).bytes);
    await writeJson(join(temporary, CONFIG_FILE), configOf(sae));
    await writeJson(join(temporary, PROGRESS_FILE), { steps, seconds });
  });
}

export async function readCheckpoint(folder: string): Promise<Checkpoint> {
  const { sae } = await readSae(folder);
  return { sae, ...(await readJson(folder, PROGRESS_FILE, progressSchema)) };
}

/** @throws RecPrismError "artifact-missing" when there is none, "artifact-invalid" naming file and key */
export async function readArtifact(folder: string): Promise<Artifact> {
  const { sae, hash } = await readSae(folder);
  const labels = await readJson(folder, LABELS_FILE, labelsFileSchema);
  const report = await readJson(folder, REPORT_FILE, reportSchema);
  for (const [name, content] of Object.entries({ [LABELS_FILE]: labels, [REPORT_FILE]: report })) {
    if (content.sae !== hash) {
      throw invalid(join(folder, name), "sae", `it describes ${content.sae}, but the weights beside it are ${hash}`);
    }
  }
  const m = sae.encoderBias.length;
  if (labels.neurons.length !== m || report.neurons.length !== m) {
    throw invalid(join(folder, LABELS_FILE), "neurons", `labels and measures must be of ${m} neurons`);
  }
  return { sae, hash, labels, report };
}

async function readSae(folder: string): Promise<{ sae: Sae; hash: string }> {
  await recoverFolder(folder);
  const config = await readJson(folder, CONFIG_FILE, saeConfigSchema);
  const { tensors, bytes } = await readSafetensors(join(folder, WEIGHTS_FILE));
  return { sae: saeOf(folder, config, tensors), hash: hashOf(bytes) };
}

function configOf(sae: Sae): SaeConfig {
  return {
    architecture: "standard",
    d_in: sae.encoderWeights.rows,
    d_sae: sae.encoderWeights.columns,
    dtype: "float32",
    device: "cpu",
    apply_b_dec_to_input: true,
    normalize_activations: "layer_norm",
    reshape_activations: "none",
    metadata: { recprism: { tied: true, settings: sae.settings } },
  };
}

function saeOf(folder: string, config: SaeConfig, tensors: Record<string, NamedTensor>): Sae {
  const { d_in: d, d_sae: m } = config;
  const values = (name: string, shape: number[]) => {
    const tensor = tensors[name];
    if (!tensor || tensor.shape.join() !== shape.join()) {
      const found = tensor ? `has shape [${tensor.shape}]` : "is missing";
      throw invalid(join(folder, WEIGHTS_FILE), name, `tensor ${name} ${found}; cfg.json asks for [${shape}]`);
    }
    const bad = tensor.values.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0) throw invalid(join(folder, WEIGHTS_FILE), name, `tensor ${name} has ${tensor.values[bad]} at ${bad}`);
    return tensor.values;
  };
  return {
    encoderWeights: matrix(d, m, values("W_enc", [d, m])),
    encoderBias: values("b_enc", [m]),
    decoderWeights: matrix(m, d, values("W_dec", [m, d])),
    decoderBias: values("b_dec", [d]),
    settings: config.metadata.recprism.settings,
  };
}

async function readJson<Schema extends z.ZodType>(
  folder: string,
  name: string,
  schema: Schema,
): Promise<z.output<Schema>> {
  const file = join(folder, name);
  let content: unknown;
  try {
    content = JSON.parse(await readFile(file, "utf8"));
  } catch (thrown) {
    if (faultCode(thrown) === "ENOENT" && name === CONFIG_FILE) {
      throw new RecPrismError("artifact-missing", `There is no SAE in ${folder}. Train one, or name another folder.`, {
        file: folder,
      });
    }
    throw invalid(file, "", thrown instanceof Error ? thrown.message : String(thrown));
  }
  const parsed = schema.safeParse(content);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw invalid(file, issue.path.join("."), `${issue.path.join(".") || "the file"}: ${issue.message}`);
}

function invalid(file: string, key: string, what: string): RecPrismError {
  return new RecPrismError("artifact-invalid", `${file} cannot be used: ${what}. Train again, or restore the folder.`, {
    file,
    key,
  });
}

async function writeJson(file: string, content: unknown): Promise<void> {
  await writeFileAtomically(file, `${JSON.stringify(content, null, 2)}\n`);
}

function hashOf(bytes: Uint8Array): string {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}
