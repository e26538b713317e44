/** An SAE on disk in the form of SAELens: how it computes in `cfg.json`, what it learned in `sae_weights.safetensors`. */
import { createHash } from "node:crypto";
import { access } from "node:fs/promises";
import { join } from "node:path";
import { recoverFolder, writeFileAtomically } from "../data/atomic-write";
import { readJsonFile } from "../data/json-file";
import { matrix } from "../data/matrix";
import { type NamedTensor, type Safetensors, safetensorsBytes, withSafetensors } from "../data/safetensors";
import { CONFIG_FILE, type SaeConfig, saeConfigSchema, WEIGHTS_FILE } from "../protocol/artifact";
import { RecPrismError } from "../protocol/error";
import type { Activation, Sae } from "./model";
import type { Normalisation } from "./standardise";

/**
 * The format followed, which SAELens tells by `metadata.sae_lens_version`. As read in its source at 6.49:
 *
 *  - `saes/sae.py`: tensors W_enc [d_in, d_sae], b_enc [d_sae], W_dec [d_sae, d_in], b_dec [d_in], no others;
 *    z = act((norm(x) - b_dec) W_enc + b_enc), where b_dec counts as 0 if `apply_b_dec_to_input` is false; normalisations
 *    `layer_norm` and `constant_norm_rescale`, which are our `layer` and `norm`.
 *  - `saes/topk_sae.py`: `k`; with `rescale_acts_by_decoder_norm`, pre-activations are multiplied by the norms of the
 *    decoder rows before the k largest are chosen, and decoder rows are divided by them.
 *  - `saes/jumprelu_sae.py`: one more tensor, threshold [d_sae]. Batch-top-k SAEs are saved in this form.
 *  - `loading/pretrained_sae_loaders.py`, of folders that versions 3 to 5 wrote: `activation_fn_str` (or `activation_fn`)
 *    with the k of `activation_fn_kwargs` in place of the architecture `topk`; normalisation null or a boolean; and, by
 *    `sae.py` of version 5, with `finetuning_scaling_factor` a tensor scaling_factor [d_sae] that decoder rows are
 *    multiplied by.
 */
const FORMAT_VERSION = "6.0.0";

const NORMALISATIONS: Record<Normalisation, string> = {
  none: "none",
  layer: "layer_norm",
  norm: "constant_norm_rescale",
};
const ARCHITECTURES: Record<Activation["kind"], string> = { relu: "standard", topk: "topk", jumprelu: "jumprelu" };

/** As SAELens does, lest a decoder row of zeros divide by zero. */
const LEAST_DECODER_NORM = 1e-8;
/** How far from 1 a scaling factor may be and still be none. */
const SCALING_TOLERANCE = 1e-5;

/** Writes both files into a folder that exists; the hash is that by which configs refer to the SAE. */
export async function writeSae(folder: string, sae: Sae): Promise<{ hash: string }> {
  const { bytes, hash } = weightsFile(sae);
  await writeFileAtomically(join(folder, WEIGHTS_FILE), bytes);
  await writeFileAtomically(join(folder, CONFIG_FILE), `${JSON.stringify(configOf(sae), null, 2)}\n`);
  return { hash };
}

/** The weights file of an SAE, and its hash: `sha256:` and the digest. */
export function weightsFile(sae: Sae): { bytes: Uint8Array; hash: string } {
  const { rows: d, columns: m } = sae.encoderWeights;
  const tensors: Record<string, NamedTensor> = {
    W_enc: { shape: [d, m], values: sae.encoderWeights.values },
    b_enc: { shape: [m], values: sae.encoderBias },
    W_dec: { shape: [m, d], values: sae.decoderWeights.values },
    b_dec: { shape: [d], values: sae.decoderBias },
  };
  if (sae.activation.kind === "jumprelu") tensors.threshold = { shape: [m], values: sae.activation.thresholds };
  // In the file so that the hash covers how the weights are to be used.
  const bytes = safetensorsBytes(
    tensors,
    Object.fromEntries(Object.entries(usage(sae)).map(([key, value]) => [key, String(value)])),
  );
  return { bytes, hash: `sha256:${createHash("sha256").update(bytes).digest("hex")}` };
}

function configOf(sae: Sae) {
  return {
    ...usage(sae),
    d_in: sae.encoderWeights.rows,
    d_sae: sae.encoderWeights.columns,
    dtype: "float32",
    device: "cpu",
    reshape_activations: "none",
    metadata: {
      sae_lens_version: FORMAT_VERSION,
      ...(sae.settings === null ? {} : { recprism: { settings: sae.settings } }),
    },
  };
}

/** What decides how an SAE computes, besides its weights. */
function usage({ activation, normalisation }: Sae): Partial<SaeConfig> {
  return {
    architecture: ARCHITECTURES[activation.kind],
    ...(activation.kind === "topk" ? { k: activation.k } : {}),
    apply_b_dec_to_input: true,
    normalize_activations: NORMALISATIONS[normalisation],
  };
}

/**
 * An SAE that RecPrism or SAELens saved. What the model has no place for is folded into the weights.
 *
 * @throws RecPrismError "artifact-missing" where there is none, "artifact-invalid" or a file's fault, naming file and key
 */
export async function readSae(folder: string): Promise<{ sae: Sae; hash: string }> {
  // Only where the folder is gone: elsewhere recovery tidies up beside it, and this one may not be ours.
  if (!(await exists(folder))) await recoverFolder(folder);
  const config = await readConfig(folder);
  const normalisation = normalisationOf(config, folder);
  const kind = activationKindOf(config, folder);
  return withSafetensors(join(folder, WEIGHTS_FILE), async (stored) => {
    checkUsage(stored.metadata, config, folder);
    const { tensors, activation } = await readTensors(stored, kind, config, folder);
    fold(tensors, kind, config, folder);
    const { d_in: d, d_sae: m } = config;
    const sae: Sae = {
      encoderWeights: matrix(d, m, tensors.W_enc),
      encoderBias: tensors.b_enc,
      decoderWeights: matrix(m, d, tensors.W_dec),
      decoderBias: tensors.b_dec,
      activation,
      normalisation,
      settings: config.metadata?.recprism?.settings ?? null,
    };
    return { sae, hash: `sha256:${await stored.sha256()}` };
  });
}

async function readConfig(folder: string): Promise<SaeConfig> {
  try {
    return await readJsonFile(join(folder, CONFIG_FILE), saeConfigSchema, "artifact-invalid");
  } catch (thrown) {
    if (!(thrown instanceof RecPrismError) || thrown.reason !== "file-missing") throw thrown;
    if (await exists(join(folder, WEIGHTS_FILE))) {
      throw invalid(join(folder, CONFIG_FILE), "", "it is missing, though weights are there");
    }
    throw new RecPrismError("artifact-missing", `There is no SAE in ${folder}. Train one, or name another folder.`, {
      file: folder,
    });
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

function normalisationOf({ normalize_activations: found }: SaeConfig, folder: string): Normalisation {
  const file = join(folder, CONFIG_FILE);
  if (found === undefined || found === null || found === false || found === "none") return "none";
  if (found === "layer_norm") return "layer";
  if (found === "constant_norm_rescale") return "norm";
  if (found === true || found === "expected_average_only_in") {
    throw unsupported(
      file,
      "normalize_activations",
      `${JSON.stringify(found)} needs a factor that is not in the folder. Load the SAE with SAELens, call fold_activation_norm_scaling_factor with its factor, and save it again`,
    );
  }
  throw unsupported(
    file,
    "normalize_activations",
    `${JSON.stringify(found)} is not known; ${Object.values(NORMALISATIONS).join(", ")} are read`,
  );
}

function activationKindOf(config: SaeConfig, folder: string): Activation["kind"] {
  const file = join(folder, CONFIG_FILE);
  const { architecture } = config;
  if (architecture === "batchtopk" || architecture === "matryoshka_batchtopk") {
    throw unsupported(
      file,
      "architecture",
      `"${architecture}" is a training checkpoint. Save it with save_inference_model, which makes a jumprelu SAE of it`,
    );
  }
  const kind = (Object.keys(ARCHITECTURES) as Activation["kind"][]).find(
    (candidate) => ARCHITECTURES[candidate] === architecture,
  );
  if (kind === undefined) {
    throw unsupported(
      file,
      "architecture",
      `"${architecture}" is not read; ${Object.values(ARCHITECTURES).join(", ")} are`,
    );
  }
  const named = config.activation_fn_str ?? config.activation_fn ?? "relu";
  if (named === "relu") return kind;
  if (named === "topk" && kind !== "jumprelu") return "topk";
  throw unsupported(file, "activation_fn_str", `"${named}" is not read with the architecture ${architecture}`);
}

/** Our weights files say how they are to be used; a `cfg.json` that says otherwise would be another SAE of the same hash. */
function checkUsage(stated: Record<string, string>, config: SaeConfig, folder: string): void {
  for (const key of ["architecture", "k", "apply_b_dec_to_input", "normalize_activations"] as const) {
    if (stated[key] === undefined || stated[key] === String(config[key])) continue;
    throw invalid(
      join(folder, CONFIG_FILE),
      key,
      `${key} is ${JSON.stringify(config[key])}, but the weights were saved for ${JSON.stringify(stated[key])}`,
    );
  }
}

interface Tensors {
  W_enc: Float32Array;
  b_enc: Float32Array;
  W_dec: Float32Array;
  b_dec: Float32Array;
  /** Decoder rows are to be multiplied by it, where there is one. */
  scaling: Float32Array | null;
}

async function readTensors(
  stored: Safetensors,
  kind: Activation["kind"],
  config: SaeConfig,
  folder: string,
): Promise<{ tensors: Tensors; activation: Activation }> {
  const { d_in: d, d_sae: m } = config;
  const file = join(folder, WEIGHTS_FILE);
  const scalingName = ["scaling_factor", "finetuning_scaling_factor"].find((name) => stored.shapes.has(name));
  const expected: Record<string, number[]> = {
    W_enc: [d, m],
    b_enc: [m],
    W_dec: [m, d],
    b_dec: [d],
    ...(kind === "jumprelu" ? { threshold: [m] } : {}),
    ...(scalingName === undefined ? {} : { [scalingName]: [m] }),
  };
  for (const [name, shape] of Object.entries(expected)) {
    const found = stored.shapes.get(name);
    if (found?.join() === shape.join()) continue;
    const what = found === undefined ? "is missing" : `has shape [${found.join(", ")}]`;
    throw invalid(file, name, `tensor ${name} ${what}; ${CONFIG_FILE} asks for [${shape.join(", ")}]`);
  }
  const unexpected = [...stored.shapes.keys()].find((name) => !Object.hasOwn(expected, name));
  if (unexpected !== undefined) {
    throw invalid(file, unexpected, `tensor ${unexpected} has no place in the architecture that ${CONFIG_FILE} names`);
  }
  const read = async (name: string) => {
    const values = await stored.values(name);
    const bad = values.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0) throw invalid(file, name, `tensor ${name} has ${values[bad]} at ${bad}`);
    return values;
  };
  const activation = await activationOf(kind, config, folder, read);
  const tensors = {
    W_enc: await read("W_enc"),
    b_enc: await read("b_enc"),
    W_dec: await read("W_dec"),
    b_dec: await read("b_dec"),
    scaling: scalingName === undefined ? null : await read(scalingName),
  };
  return { tensors, activation };
}

async function activationOf(
  kind: Activation["kind"],
  config: SaeConfig,
  folder: string,
  read: (name: string) => Promise<Float32Array>,
): Promise<Activation> {
  if (kind === "relu") return { kind };
  if (kind === "jumprelu") return { kind, thresholds: await read("threshold") };
  const file = join(folder, CONFIG_FILE);
  const k = config.k ?? config.activation_fn_kwargs?.k;
  if (k === undefined) throw invalid(file, "k", "a top-k SAE needs k, the number of active neurons, and it is missing");
  if (k > config.d_sae) throw invalid(file, "k", `k is ${k}, more than the ${config.d_sae} neurons of d_sae`);
  return { kind, k };
}

/** Makes the weights, in place, those of an SAE that subtracts b_dec and rescales nothing. */
function fold(tensors: Tensors, kind: Activation["kind"], config: SaeConfig, folder: string): void {
  const { W_enc, b_enc, W_dec, b_dec, scaling } = tensors;
  const { d_in: d, d_sae: m } = config;
  if (!config.apply_b_dec_to_input) {
    for (let k = 0; k < m; k++) {
      let shift = 0;
      for (let c = 0; c < d; c++) shift += b_dec[c] * W_enc[c * m + k];
      b_enc[k] += shift;
    }
  }
  // The other architectures do not know this setting, and SAELens passes over it there.
  if (kind === "topk" && config.rescale_acts_by_decoder_norm) {
    for (let k = 0; k < m; k++) {
      const decoderRow = W_dec.subarray(k * d, (k + 1) * d);
      const norm = Math.max(LEAST_DECODER_NORM, Math.sqrt(decoderRow.reduce((sum, value) => sum + value * value, 0)));
      for (let c = 0; c < d; c++) {
        W_enc[c * m + k] *= norm;
        decoderRow[c] /= norm;
      }
      b_enc[k] *= norm;
    }
  }
  if (scaling?.some((factor) => Math.abs(factor - 1) > SCALING_TOLERANCE)) {
    if (!config.finetuning_scaling_factor) {
      throw invalid(
        join(folder, CONFIG_FILE),
        "finetuning_scaling_factor",
        `finetuning_scaling_factor is not true, though ${WEIGHTS_FILE} has scaling factors`,
      );
    }
    for (let i = 0; i < W_dec.length; i++) W_dec[i] *= scaling[Math.floor(i / d)];
  }
}

function invalid(file: string, key: string, what: string): RecPrismError {
  return new RecPrismError("artifact-invalid", `${file} cannot be used: ${what}. Restore the folder, or train again.`, {
    file,
    key,
  });
}

/** @param what a sentence without its full stop that names the remedy or what is read instead */
function unsupported(file: string, key: string, what: string): RecPrismError {
  return new RecPrismError("artifact-invalid", `${file}: ${key} ${what}.`, { file, key });
}
