/** The SAE artifact: the files beside `sae_weights.safetensors` and what they say. */
import { z } from "zod";
import { saeSettingsSchema } from "./manifest";

export const WEIGHTS_FILE = "sae_weights.safetensors";
export const CONFIG_FILE = "cfg.json";
export const LABELS_FILE = "labels.json";
export const REPORT_FILE = "report.json";

/** `cfg.json` in the form SAELens reads; what SAELens does not know stands under `metadata`. */
export const saeConfigSchema = z.looseObject({
  architecture: z.literal("standard"),
  d_in: z.int().min(1),
  d_sae: z.int().min(1),
  dtype: z.literal("float32"),
  device: z.string(),
  apply_b_dec_to_input: z.literal(true),
  normalize_activations: z.literal("layer_norm"),
  metadata: z.looseObject({
    recprism: z.looseObject({ tied: z.boolean(), settings: saeSettingsSchema }),
  }),
});
export type SaeConfig = z.infer<typeof saeConfigSchema>;

export const CONCEPT_KINDS = ["tag", "popularity", "era", "unlabelled", "dead"] as const;
export const conceptKindSchema = z.enum(CONCEPT_KINDS);
export type ConceptKind = z.infer<typeof conceptKindSchema>;

/** How well one concept describes one neuron. Shares and AUC are of the half of the items that did not choose the label. */
export const conceptEvidenceSchema = z.strictObject({
  /** Stable key, for example `tag:genres:Horror`, `era:1990`, `popularity:head`. */
  concept: z.string(),
  label: z.string(),
  kind: conceptKindSchema,
  /** Area under the ROC curve on the half that chose the label. */
  selectionAuc: z.number(),
  /** The same on the other half. */
  heldOutAuc: z.number(),
  /** Share of the held-out half's ten most active items that bear the concept. */
  precision10: z.number(),
  /** Share of all held-out items that bear it. */
  baseRate: z.number(),
  /** precision10 / baseRate. */
  lift: z.number(),
});
export type ConceptEvidence = z.infer<typeof conceptEvidenceSchema>;

export const neuronLabelSchema = z.strictObject({
  neuron: z.int().min(0),
  /** A concept's name, or `like A, B` for an unlabelled neuron, or `dead`. */
  label: z.string(),
  kind: conceptKindSchema,
  /** Proof of the label; null for unlabelled and dead neurons. */
  evidence: conceptEvidenceSchema.nullable(),
});
export type NeuronLabel = z.infer<typeof neuronLabelSchema>;

export const labelsFileSchema = z.strictObject({
  version: z.literal(1),
  /** Hash of the weights these labels speak of. */
  sae: z.string(),
  neurons: z.array(neuronLabelSchema),
});
export type LabelsFile = z.infer<typeof labelsFileSchema>;

/** Measures of SCIENCE.md. Fractions are in [0, 1]; null where the data does not allow the measure. */
export const reportSchema = z.strictObject({
  version: z.literal(1),
  sae: z.string(),
  users: z.int(),
  items: z.int(),
  dimensions: z.int(),
  latents: z.int(),
  settings: saeSettingsSchema,
  /** Mean monosemanticity score over live neurons. */
  ms: z.number().nullable(),
  /** Mean over labelled neurons of precision@10 on held-out items, and of the base rate of their concepts. */
  purity10: z.number().nullable(),
  purity10BaseRate: z.number().nullable(),
  labelled: z.int(),
  /** Raw rank-biased overlap (p = .9) of top-30 lists; its ceiling at this depth is .958. */
  rbo30: z.number().nullable(),
  /** The same extrapolated; its ceiling is 1. */
  rbo30Extrapolated: z.number().nullable(),
  /** Kendall tau-b with the union rule; disjoint lists score -.674. */
  kendall30: z.number().nullable(),
  /** How many users the three above were measured on, and whether SAE training had left them out. */
  rankedUsers: z.int(),
  rankedUsersHeldOut: z.boolean(),
  /** Mean number of active latents per row, items and users. */
  l0: z.number(),
  /** Latents never active on any user or item. */
  dead: z.int(),
  explainedVariance: z.number(),
  trainSeconds: z.number(),
  msPerStep: z.number(),
  steps: z.int(),
  /** True when training was cancelled and these are the weights of its last checkpoint. */
  interrupted: z.boolean(),
  /** Per neuron, in neuron order. */
  neurons: z.array(
    z.strictObject({
      ms: z.number().nullable(),
      /** Share of items that activate the neuron. */
      density: z.number(),
    }),
  ),
});
export type Report = z.infer<typeof reportSchema>;
