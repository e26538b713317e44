/** SAE folders beside SAELens' format as its source has it, and beside its arithmetic in NumPy. */
import { createHash } from "node:crypto";
import { mkdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { row } from "../../src/data/matrix";
import { seededRandom } from "../../src/data/random";
import { decode, encode, type Sae } from "../../src/sae/model";
import { readSae, weightsFile, writeSae } from "../../src/sae/saelens";
import { standardised } from "../../src/sae/standardise";
import { failure, scratchFolder } from "../data/scratch";
import { PYTHON, runPython } from "../python-run";
import { randomMatrix, randomSae, SAE_VARIANTS, variantName } from "./fixtures";
import { type SaeLensFolder, writeSaeLensFolder } from "./saelens-folder";

const [D, M] = [6, 9];

/** Fields and tensors of each architecture: the dataclasses and `initialize_weights` of SAELens 6.49. */
const BASE_FIELDS = {
  architecture: ["standard", "topk", "jumprelu"],
  d_in: [D],
  d_sae: [M],
  dtype: ["float32", "float64", "float16", "bfloat16"],
  device: ["cpu"],
  apply_b_dec_to_input: [true, false],
  normalize_activations: ["none", "expected_average_only_in", "constant_norm_rescale", "layer_norm"],
  reshape_activations: ["none", "hook_z"],
};
const BASE_TENSORS = { W_enc: [D, M], b_enc: [M], W_dec: [M, D], b_dec: [D] };
const FORMAT: Record<string, { fields: Record<string, unknown[]>; tensors: Record<string, number[]> }> = {
  standard: { fields: BASE_FIELDS, tensors: BASE_TENSORS },
  topk: {
    fields: {
      ...BASE_FIELDS,
      k: Array.from({ length: M }, (_, i) => i + 1),
      rescale_acts_by_decoder_norm: [true, false],
    },
    tensors: BASE_TENSORS,
  },
  jumprelu: { fields: BASE_FIELDS, tensors: { ...BASE_TENSORS, threshold: [M] } },
};
const ARCHITECTURE_OF = { relu: "standard", topk: "topk", jumprelu: "jumprelu" };
const NORMALISATION_OF = { none: "none", layer: "layer_norm", norm: "constant_norm_rescale" };

async function written(sae: Sae): Promise<{ folder: string; config: Record<string, unknown>; header: object }> {
  const folder = await scratchFolder();
  await writeSae(folder, sae);
  const config = JSON.parse(await readFile(join(folder, "cfg.json"), "utf8"));
  const bytes = await readFile(join(folder, "sae_weights.safetensors"));
  const { __metadata__, ...header } = JSON.parse(bytes.toString("utf8", 8, 8 + Number(bytes.readBigUInt64LE(0))));
  return { folder, config, header };
}

describe.each(SAE_VARIANTS.map((variant) => [variantName(variant), variant] as const))("a %s SAE", (_, variant) => {
  const sae = randomSae(D, M, 1, variant);

  it("is written with the fields and tensors that SAELens documents", async () => {
    const { config, header } = await written(sae);
    const { metadata, ...fields } = config;
    const format = FORMAT[ARCHITECTURE_OF[variant.activation]];
    for (const [key, value] of Object.entries(fields)) expect(format.fields[key], key).toContain(value);
    expect(fields).toMatchObject({
      architecture: ARCHITECTURE_OF[variant.activation],
      normalize_activations: NORMALISATION_OF[variant.normalisation],
      apply_b_dec_to_input: true,
      ...(sae.activation.kind === "topk" ? { k: sae.activation.k } : {}),
    });
    // Without a version SAELens takes the folder for one older than 6.
    expect(metadata).toMatchObject({ sae_lens_version: "6.0.0", recprism: { settings: sae.settings } });
    expect(Object.keys(header).sort()).toEqual(Object.keys(format.tensors).sort());
    for (const [name, shape] of Object.entries(format.tensors)) {
      expect(header).toHaveProperty(name, expect.objectContaining({ dtype: "F32", shape }));
    }
  });

  it("comes back as it was written, under the hash of its weights file", async () => {
    const { folder } = await written(sae);
    const bytes = await readFile(join(folder, "sae_weights.safetensors"));
    const hash = `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
    expect(await readSae(folder)).toEqual({ sae, hash });
    expect(weightsFile(sae).hash).toBe(hash);
  });
});

it("an SAE of unknown settings comes back as such, without a word of ours in cfg.json", async () => {
  const sae: Sae = { ...randomSae(D, M), settings: null };
  const { folder, config } = await written(sae);
  expect((await readSae(folder)).sae).toEqual(sae);
  expect(config.metadata).toEqual({ sae_lens_version: "6.0.0" });
});

it("the hash covers how the weights are to be used", () => {
  const sae = randomSae(D, M);
  const uses: Sae[] = [
    sae,
    { ...sae, normalisation: "none" },
    { ...sae, activation: { kind: "topk", k: 3 } },
    { ...sae, activation: { kind: "topk", k: 4 } },
  ];
  expect(new Set(uses.map((use) => weightsFile(use).hash)).size).toBe(uses.length);
});

const random = seededRandom(5);
const values = (count: number, deviation = 0.6) => randomMatrix(1, count, random, deviation).values;
const tensors = () => ({
  W_enc: { shape: [D, M], values: values(D * M) },
  b_enc: { shape: [M], values: values(M) },
  W_dec: { shape: [M, D], values: values(D * M) },
  b_dec: { shape: [D], values: values(D) },
});
const threshold = { shape: [M], values: values(M, 0.4) };
const version6 = {
  d_in: D,
  d_sae: M,
  dtype: "float32",
  device: "cuda:0",
  apply_b_dec_to_input: true,
  normalize_activations: "none",
  reshape_activations: "none",
  metadata: { sae_lens_version: "6.22.1", sae_lens_training_version: "6.22.1", model_name: "mf", hook_name: "users" },
};
const version5 = {
  d_in: D,
  d_sae: M,
  dtype: "torch.float32",
  device: "cuda",
  activation_fn_kwargs: {},
  apply_b_dec_to_input: true,
  finetuning_scaling_factor: false,
  sae_lens_training_version: "5.10.0",
  prepend_bos: false,
  dataset_path: "none",
  context_size: 1,
  hook_name: "users",
  hook_layer: 0,
  hook_head_index: null,
  model_from_pretrained_kwargs: {},
  seqpos_slice: [null],
  neuronpedia_id: null,
};

/** What SAELens of various versions saved, in various number formats. */
const FOREIGN: Record<string, SaeLensFolder> = {
  "6, standard": { config: { ...version6, architecture: "standard" }, tensors: tensors() },
  "6, standard, b_dec not subtracted, float16": {
    config: { ...version6, architecture: "standard", apply_b_dec_to_input: false, dtype: "float16" },
    tensors: tensors(),
    type: "F16",
  },
  "6, topk": {
    config: { ...version6, architecture: "topk", k: 3, rescale_acts_by_decoder_norm: false },
    tensors: tensors(),
  },
  "6, topk by decoder norms, bfloat16": {
    config: { ...version6, architecture: "topk", k: 4, rescale_acts_by_decoder_norm: true, dtype: "bfloat16" },
    tensors: tensors(),
    type: "BF16",
  },
  "6, topk by decoder norms, b_dec not subtracted, layer_norm, float64": {
    config: {
      ...version6,
      architecture: "topk",
      k: 2,
      rescale_acts_by_decoder_norm: true,
      apply_b_dec_to_input: false,
      normalize_activations: "layer_norm",
      dtype: "float64",
    },
    tensors: tensors(),
    type: "F64",
  },
  "6, jumprelu, constant_norm_rescale, float16": {
    config: { ...version6, architecture: "jumprelu", normalize_activations: "constant_norm_rescale" },
    tensors: { ...tensors(), threshold },
    type: "F16",
  },
  "6, jumprelu with a setting of topk that does not concern it": {
    config: { ...version6, architecture: "jumprelu", rescale_acts_by_decoder_norm: true },
    tensors: { ...tensors(), threshold },
  },
  "5, standard, scaled": {
    config: {
      ...version5,
      architecture: "standard",
      activation_fn_str: "relu",
      normalize_activations: "layer_norm",
      finetuning_scaling_factor: true,
    },
    tensors: { ...tensors(), scaling_factor: { shape: [M], values: values(M) } },
  },
  "5, topk": {
    config: {
      ...version5,
      architecture: "topk",
      activation_fn_str: "topk",
      activation_fn_kwargs: { k: 3 },
      normalize_activations: "none",
    },
    tensors: tensors(),
  },
  "5, topk that calls itself standard": {
    config: {
      ...version5,
      architecture: "standard",
      activation_fn_str: "topk",
      activation_fn_kwargs: { k: 5 },
      normalize_activations: null,
      apply_b_dec_to_input: false,
    },
    tensors: tensors(),
  },
  "5, jumprelu": {
    config: { ...version5, architecture: "jumprelu", activation_fn_str: "relu", normalize_activations: "none" },
    tensors: { ...tensors(), threshold },
  },
  "3, with a scaling factor of ones": {
    config: {
      d_in: D,
      d_sae: M,
      dtype: "float32",
      hook_point: "users",
      activation_fn: "relu",
      normalize_activations: false,
    },
    tensors: { ...tensors(), scaling_factor: { shape: [M], values: new Float32Array(M).fill(1) } },
  },
};

const rows = randomMatrix(12, D, random);
const x = Array.from({ length: rows.rows }, (_, r) => Array.from(row(rows, r)));

describe.skipIf(PYTHON === null)("encoding and decoding", () => {
  interface Computed {
    z: number[][];
    decoded: number[][];
  }

  /** SAELens' arithmetic on each folder. */
  async function computed(folders: string[]): Promise<Computed[]> {
    const reference = await readFile(fileURLToPath(new URL("./saelens_numpy.py", import.meta.url)), "utf8");
    const script = `
from saelens_numpy import Sae
result = []
for folder in given["folders"]:
    sae = Sae(folder)
    z = sae.encode(np.array(given["x"]))
    result.append({"z": z.tolist(), "decoded": sae.decode(z).tolist()})
`;
    return runPython({ saelens_numpy: reference }, script, { folders, x }) as Computed[];
  }

  function expectSame(sae: Sae, { z, decoded }: Computed, name: string): void {
    let active = 0;
    x.forEach((embedding, r) => {
      const ours = encode(sae, embedding);
      active += ours.filter((activation) => activation > 0).length;
      expectClose(ours, z[r], name);
      expectClose(decode(sae, ours, standardised(embedding, sae.normalisation)), decoded[r], name);
    });
    expect(active, name).toBeGreaterThan(x.length);
  }

  it("what we write, SAELens computes as we do", async () => {
    const saes = SAE_VARIANTS.map((variant, seed) => randomSae(D, M, seed, variant));
    const folders: string[] = [];
    for (const sae of saes) folders.push((await written(sae)).folder);
    (await computed(folders)).forEach((found, i) => {
      expectSame(saes[i], found, variantName(SAE_VARIANTS[i]));
    });
  });

  it("what SAELens wrote, in any of its versions and number formats, we compute as it does", async () => {
    const parent = await scratchFolder();
    const folders = Object.values(FOREIGN).map((_, i) => join(parent, String(i)));
    for (const [i, foreign] of Object.values(FOREIGN).entries()) await writeSaeLensFolder(folders[i], foreign);
    const found = await computed(folders);
    for (const [i, name] of Object.keys(FOREIGN).entries()) {
      const { sae } = await readSae(folders[i]);
      expect(sae.settings).toBeNull();
      expectSame(sae, found[i], name);
    }
  });
});

function expectClose(found: ArrayLike<number>, expected: ArrayLike<number>, name: string): void {
  expect(found.length).toBe(expected.length);
  const gap = Math.max(...Array.from(expected, (value, i) => Math.abs(value - found[i]) / (1 + Math.abs(value))));
  expect(gap, name).toBeLessThan(2e-6);
}

describe("a folder that cannot be used", () => {
  const standard = FOREIGN["6, standard"];
  const topk = FOREIGN["6, topk"];
  const jumprelu = FOREIGN["6, jumprelu, constant_norm_rescale, float16"];

  /** How reading fails once `config` and `tensors` are changed. */
  async function refusal(
    of: SaeLensFolder,
    changed: { config?: Record<string, unknown>; tensors?: SaeLensFolder["tensors"] },
    key: string,
    ...fragments: string[]
  ): Promise<void> {
    const folder = await scratchFolder();
    await writeSaeLensFolder(folder, {
      ...of,
      config: { ...of.config, ...changed.config },
      tensors: { ...of.tensors, ...changed.tensors },
    });
    const { where } = await failure(readSae(folder), "artifact-invalid", folder, ...fragments);
    expect(where.key).toBe(key);
  }

  it("is told from a folder where there is none", async () => {
    const folder = await scratchFolder();
    await failure(readSae(join(folder, "nothing")), "artifact-missing", "There is no SAE in");
    await failure(readSae(folder), "artifact-missing", folder);
  });

  it("names the architecture, and those that are read", async () => {
    await refusal(
      standard,
      { config: { architecture: "gated" } },
      "architecture",
      '"gated"',
      "standard, topk, jumprelu",
    );
    await refusal(standard, { config: { architecture: "transcoder" } }, "architecture", '"transcoder"');
    await refusal(
      standard,
      { config: { architecture: "matryoshka_batchtopk" } },
      "architecture",
      '"matryoshka_batchtopk"',
      "save_inference_model",
    );
    await refusal(standard, { config: { activation_fn_str: "tanh-relu" } }, "activation_fn_str", '"tanh-relu"');
    await refusal(jumprelu, { config: { activation_fn_str: "topk" } }, "activation_fn_str", "jumprelu");
  });

  it("names the normalisation, and how to be rid of the one that needs a factor", async () => {
    for (const normalize_activations of ["expected_average_only_in", true]) {
      await refusal(
        standard,
        { config: { normalize_activations } },
        "normalize_activations",
        "fold_activation_norm_scaling_factor",
      );
    }
    await refusal(standard, { config: { normalize_activations: "batch" } }, "normalize_activations", '"batch"');
  });

  it("names what cfg.json lacks or has wrong", async () => {
    await refusal(standard, { config: { d_in: undefined } }, "d_in", "cfg.json", "missing");
    await refusal(standard, { config: { d_sae: "many" } }, "d_sae", "cfg.json");
    await refusal(topk, { config: { k: undefined } }, "k", "k, the number of active neurons");
    await refusal(topk, { config: { k: 0 } }, "k", "cfg.json");
    await refusal(topk, { config: { k: M + 1 } }, "k", "k is 10, more than the 9 neurons");
    const { folder } = await written(randomSae(D, M));
    await writeFile(join(folder, "cfg.json"), '{"architecture": "standard", "d_in"');
    await failure(readSae(folder), "artifact-invalid", "cfg.json is not JSON");
  });

  it("names the tensor that is missing, short, foreign or not of numbers", async () => {
    const { W_dec: _, ...others } = standard.tensors;
    const folder = await scratchFolder();
    await writeSaeLensFolder(folder, { ...standard, tensors: others });
    await failure(readSae(folder), "artifact-invalid", "sae_weights.safetensors", "W_dec is missing", "[9, 6]");
    const short = { shape: [M - 1], values: values(M - 1) };
    await refusal(jumprelu, { tensors: { threshold: short } }, "threshold", "has shape [8]", "[9]");
    await refusal(standard, { config: { architecture: "jumprelu" } }, "threshold", "threshold is missing");
    await refusal(standard, { tensors: { threshold } }, "threshold", "has no place");
    await refusal(standard, { tensors: { W_enc: standard.tensors.W_dec } }, "W_enc", "has shape [9, 6]");
    const broken = values(M);
    broken[1] = Number.NaN;
    await refusal(standard, { tensors: { b_enc: { shape: [M], values: broken } } }, "b_enc", "b_enc has NaN at 1");
    await refusal(
      standard,
      { tensors: { scaling_factor: { shape: [M], values: values(M) } } },
      "finetuning_scaling_factor",
      "scaling factors",
    );
  });

  it("was left half-written, and says what is missing or cut short", async () => {
    const sae = randomSae(D, M);
    const withoutConfig = (await written(sae)).folder;
    await rm(join(withoutConfig, "cfg.json"));
    await failure(readSae(withoutConfig), "artifact-invalid", "cfg.json", "missing, though weights are there");
    const withoutWeights = (await written(sae)).folder;
    await rm(join(withoutWeights, "sae_weights.safetensors"));
    await failure(readSae(withoutWeights), "file-missing", "sae_weights.safetensors");
    const cut = (await written(sae)).folder;
    await truncate(join(cut, "sae_weights.safetensors"), 600);
    await failure(readSae(cut), "file-truncated", "sae_weights.safetensors");
  });

  it("has a cfg.json that was changed under weights of ours", async () => {
    const { folder, config } = await written(randomSae(D, M, 1, { activation: "topk" }));
    await writeFile(join(folder, "cfg.json"), JSON.stringify({ ...config, k: 4 }));
    const { where } = await failure(readSae(folder), "artifact-invalid", 'k is 4, but the weights were saved for "3"');
    expect(where.key).toBe("k");
  });

  it("leaves what lies beside it alone", async () => {
    const parent = await scratchFolder();
    await mkdir(join(parent, "sae.previous"));
    await writeSaeLensFolder(join(parent, "sae"), standard);
    await writeFile(join(parent, "sae.previous", "notes.txt"), "mine");
    await readSae(join(parent, "sae"));
    expect(await readFile(join(parent, "sae.previous", "notes.txt"), "utf8")).toBe("mine");
  });
});
