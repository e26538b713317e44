/** The SAE artifact: the files beside `sae_weights.safetensors` and what they say. */
import { z } from "zod";
import { saeSettingsSchema } from "./manifest";

export const WEIGHTS_FILE = "sae_weights.safetensors";
export const CONFIG_FILE = "cfg.json";
export const LABELS_FILE = "labels.json";
export const REPORT_FILE = "report.json";
/** What each neuron does on the catalogue: top items, histogram. Made with the labels, of no use to SAELens. */
export const NEURONS_FILE = "neurons.safetensors";
/** How neurons relate to each other, and what they tell of users. Made with the labels. */
export const STRUCTURE_FILE = "structure.json";
export const AUDIT_FILE = "audit.json";

/**
 * `cfg.json` as SAELens keeps it: the keys of version 6 that say how the SAE computes, those of versions 3 to 5 that did,
 * and under `metadata.recprism` what only RecPrism knows.
 */
export const saeConfigSchema = z.looseObject({
  architecture: z.string().default("standard"),
  d_in: z.int().min(1),
  d_sae: z.int().min(1),
  apply_b_dec_to_input: z.boolean().default(true),
  /** Once true for what is called `expected_average_only_in` since. */
  normalize_activations: z.union([z.string(), z.boolean()]).nullish(),
  k: z.int().min(1).optional(),
  rescale_acts_by_decoder_norm: z.boolean().default(false),
  activation_fn: z.string().nullish(),
  activation_fn_str: z.string().nullish(),
  activation_fn_kwargs: z.looseObject({ k: z.int().min(1).optional() }).nullish(),
  finetuning_scaling_factor: z.boolean().nullish(),
  metadata: z
    .looseObject({
      /** Settings of another version's schema count as unknown. */
      recprism: z.looseObject({ settings: saeSettingsSchema.nullable().catch(null) }).optional(),
    })
    .nullish(),
});
export type SaeConfig = z.infer<typeof saeConfigSchema>;

export const CONCEPT_KINDS = [
  "tag",
  "popularity",
  "era",
  "trend",
  "audience",
  "text",
  "mixed",
  "unlabelled",
  "dead",
] as const;
export const conceptKindSchema = z.enum(CONCEPT_KINDS);
/**
 * What a neuron stands for. `tag`: a category or a band of a number; `trend`: items whose use rises or falls; `audience`:
 * users alike; `text`: words of titles and descriptions; `mixed`: two concepts at once.
 */
export type ConceptKind = z.infer<typeof conceptKindSchema>;

/** How sure a label is; the rule stands with `confidenceOf` in `src/concepts`. */
export const CONFIDENCES = ["high", "medium", "low", "none"] as const;
export const confidenceSchema = z.enum(CONFIDENCES);
export type Confidence = z.infer<typeof confidenceSchema>;

/** Lower and upper end of a 95% interval. */
export const intervalSchema = z.tuple([z.number(), z.number()]);
export type Interval = z.infer<typeof intervalSchema>;

/**
 * How well one concept describes one neuron. All but the selection AUC are of the half of the items (of the users, for
 * `audience`) that did not choose the label.
 */
export const conceptEvidenceSchema = z.strictObject({
  /** Stable key, for example `tag:genres:Horror`, `era:1990`, `popularity:head`, `tag:genres:Horror & era:1980`. */
  concept: z.string(),
  label: z.string(),
  kind: conceptKindSchema,
  /** Whose activations were tested. */
  of: z.enum(["items", "users"]),
  /** Area under the ROC curve on the half that chose the label. */
  selectionAuc: z.number(),
  /** The same on the other half. */
  heldOutAuc: z.number(),
  heldOutAucInterval: intervalSchema,
  averagePrecision: z.number(),
  /** Share of the half's ten most active rows that bear the concept; of 50 and of 200, null where the half has fewer. */
  precision10: z.number(),
  precision50: z.number().nullable(),
  precision200: z.number().nullable(),
  /** Share of all rows of the half that bear it. */
  baseRate: z.number(),
  /** precision10 / baseRate. */
  lift: z.number(),
  /** Share of the half's bearers that activate the neuron. */
  recall: z.number(),
  /** False discovery rate at which the concept holds, by Benjamini-Hochberg over all neuron x concept tests. */
  q: z.number(),
});
export type ConceptEvidence = z.infer<typeof conceptEvidenceSchema>;

/** A name that a language model proposed, and how it did when asked to tell items that activate the neuron from others. */
export const modelLabelSchema = z.strictObject({
  label: z.string().min(1),
  /** As the editor calls the model. */
  model: z.string(),
  /** ISO 8601. */
  at: z.string(),
  /** Held-out items asked about, half of which activate the neuron, and how many were told right. */
  asked: z.int().min(1),
  correct: z.int().min(0),
  /** correct / asked, with a Wilson interval; .5 is chance. */
  score: z.number(),
  interval: intervalSchema,
});
export type ModelLabel = z.infer<typeof modelLabelSchema>;

/** What a person said of a neuron. It outlives every relabelling. */
export const personalWordSchema = z.strictObject({
  /** The name that holds; null where the person gave none. */
  label: z.string().min(1).nullable(),
  /** Other neurons that the person said are the same, under the same name. */
  mergedWith: z.array(z.int().min(0)),
  /** The name that was found is wrong. */
  wrong: z.boolean(),
  pinned: z.boolean(),
  note: z.string(),
  /** Who said so, and when (ISO 8601). */
  by: z.string(),
  at: z.string(),
  /** Of an SAE that was here before, matched by its decoder row; null where it was said of this one. */
  carried: z.strictObject({ sae: z.string(), neuron: z.int().min(0), cosine: z.number() }).nullable(),
});
export type PersonalWord = z.infer<typeof personalWordSchema>;

export const neuronLabelSchema = z.strictObject({
  neuron: z.int().min(0),
  /** As statistics have it: a concept's name, or `like A, B` for an unlabelled neuron, or `dead`. */
  label: z.string(),
  kind: conceptKindSchema,
  confidence: confidenceSchema,
  /** Proof of the label; null for unlabelled and dead neurons. */
  evidence: conceptEvidenceSchema.nullable(),
  model: modelLabelSchema.nullable(),
  person: personalWordSchema.nullable(),
});
export type NeuronLabel = z.infer<typeof neuronLabelSchema>;

export const labelsFileSchema = z.strictObject({
  version: z.literal(2),
  /** Hash of the weights these labels speak of. */
  sae: z.string(),
  neurons: z.array(neuronLabelSchema),
});
export type LabelsFile = z.infer<typeof labelsFileSchema>;

/** A measure of a sample; the interval is null where the values are too few to tell their spread. */
export const estimateSchema = z.strictObject({ value: z.number(), interval: intervalSchema.nullable() });
export type Estimate = z.infer<typeof estimateSchema>;

const fraction = z.number().nullable();

/** What is measured of the SAE and of what it is compared with. */
const measuresShape = {
  /** Mean monosemanticity score over live neurons. */
  ms: fraction,
  /** Mean over labelled neurons of precision@10 on held-out items, and of the base rate of their concepts. */
  purity10: fraction,
  purity10BaseRate: fraction,
  /** Neurons with a label of high or medium confidence, and with any. */
  labelledSurely: z.int(),
  labelled: z.int(),
  /** Raw rank-biased overlap (p = .9) of top-30 lists, seen items left out; its ceiling at this depth is .958. */
  rbo30: fraction,
  /** The same extrapolated; its ceiling is 1. */
  rbo30Extrapolated: fraction,
  /** Kendall tau-b with the union rule; disjoint lists score -.674. */
  kendall30: fraction,
  /** How many users the three above were measured on. */
  rankedUsers: z.int(),
  /** Mean number of active latents per row: of items and users together, and of each alone. */
  l0: z.number(),
  l0Users: fraction,
  l0Items: fraction,
  /** Latents never active on any user or item measured. */
  dead: z.int(),
  /** 1 - sum |x - x^|^2 / sum |x - mean|^2, users and items together. */
  explainedVariance: fraction,
  /** Mean cosine of x and its reconstruction x^. */
  cosine: fraction,
  /**
   * Relative reconstruction bias E|x^|^2 / E[x . x^] of the embeddings as they are (arXiv 2404.16014): 1 is unbiased,
   * less means that reconstructions are too short.
   */
  shrinkage: fraction,
  /**
   * Bootstrap 95% intervals: of `ms` over neurons, of `purity10` over labelled neurons, of the others over users. The
   * remaining measures are of all rows measured, a sample only where `measuredUsers` or `measuredItems` says so.
   */
  intervals: z.strictObject({
    ms: intervalSchema.nullable(),
    purity10: intervalSchema.nullable(),
    rbo30: intervalSchema.nullable(),
    rbo30Extrapolated: intervalSchema.nullable(),
    kendall30: intervalSchema.nullable(),
  }),
};

/** The same measures of neurons that were not learned. */
export const baselineSchema = z.strictObject({
  ...measuresShape,
  /** How many neurons were scored and labelled. */
  neurons: z.int(),
  /** Relative change of NDCG@20, as under `accuracy`. */
  ndcg20Change: estimateSchema.nullable(),
});
export type Baseline = z.infer<typeof baselineSchema>;

/** Mean accuracy per user of lists of all unseen items. */
const listAccuracySchema = z.strictObject({
  /** Binary relevance; the ideal list has all held-out items on top. */
  ndcg20: estimateSchema,
  /** Share of users with at least one held-out item in their top 20. */
  hr20: estimateSchema,
  /** 1 / rank of the first held-out item, 0 where it is not in the top 20. */
  mrr20: estimateSchema,
  /** (rank - 1) / (unseen items - 1), mean over held-out items: 0 is the top, .5 is chance, and less is better. */
  percentileRank: estimateSchema,
});

/**
 * Accuracy on held-out interactions: of each ranked user a random fifth, at least one; the others are seen and left out
 * of the list. The recommender itself may have been trained on them: the change is to be trusted more than the values.
 */
export const accuracySchema = z.strictObject({
  /** Ranked users with at least 5 interactions. */
  users: z.int(),
  original: listAccuracySchema,
  reconstructed: listAccuracySchema,
  /** Reconstructed NDCG@20 over original, less 1, with a paired interval; null where the original is 0. */
  ndcg20Change: estimateSchema.nullable(),
});
export type Accuracy = z.infer<typeof accuracySchema>;

/** Pairs of live neurons that say the same. */
export const duplicatesSchema = z.strictObject({
  /** Decoder rows with a cosine above this count as one direction. */
  leastCosine: z.number(),
  /** Pairs alike by decoder or by label. */
  pairs: z.int(),
  byDecoder: z.int(),
  byLabel: z.int(),
  /** At most 20, by cosine. */
  strongest: z.array(
    z.strictObject({
      neurons: z.tuple([z.int().min(0), z.int().min(0)]),
      /** Of their decoder rows. */
      cosine: z.number(),
      sameLabel: z.boolean(),
    }),
  ),
});
export type Duplicates = z.infer<typeof duplicatesSchema>;

/** Best-match cosine of decoder rows across trainings that differ in their seed alone; of live neurons. */
export const seedStabilitySchema = z.strictObject({
  /** The first is this SAE's. */
  seeds: z.array(z.int()).min(2),
  /** Over neurons. */
  mean: estimateSchema,
  /** The same mean against as many random directions: what dimensions alone would give. */
  chance: z.number(),
  /** Per neuron; null where dead. */
  neurons: z.array(z.number().nullable()),
});
export type SeedStability = z.infer<typeof seedStabilitySchema>;

/** Measures of SCIENCE.md. Fractions are in [0, 1]; null where the data does not allow the measure. */
export const reportSchema = z.strictObject({
  version: z.literal(2),
  sae: z.string(),
  users: z.int(),
  items: z.int(),
  dimensions: z.int(),
  latents: z.int(),
  /** Null for an SAE that was trained elsewhere. */
  settings: saeSettingsSchema.nullable(),
  ...measuresShape,
  /** Whether SAE training had left the ranked users out. */
  rankedUsersHeldOut: z.boolean(),
  /** How many rows the measures of activations and embeddings are of: all, or a random sample of large data. */
  measuredUsers: z.int(),
  measuredItems: z.int(),
  /** How many items the compared lists were made of: all, or a random sample of a catalogue too large for memory. */
  rankedItems: z.int(),
  /** Null where no ranked user has enough interactions. */
  accuracy: accuracySchema.nullable(),
  duplicates: duplicatesSchema,
  /** Null until the same settings were trained from several seeds. */
  seedStability: seedStabilitySchema.nullable(),
  baselines: z.strictObject({
    /**
     * The embedding as its own SAE. MS is of each dimension as it is; labels are of each dimension's positive and
     * negative half, 2d neurons. Lists are the original ones by definition.
     */
    rawDimensions: baselineSchema,
    /** An SAE of the same shape, activation and normalisation with the random weights that training starts from. */
    randomSae: baselineSchema,
  }),
  trainSeconds: z.number(),
  msPerStep: z.number(),
  steps: z.int(),
  /** True when training was cancelled and these are the weights of its last checkpoint. */
  interrupted: z.boolean(),
  /** Per neuron, in neuron order. */
  neurons: z.array(
    z.strictObject({
      ms: z.number().nullable(),
      /** Share of all items that activate the neuron. */
      density: z.number(),
    }),
  ),
});
export type Report = z.infer<typeof reportSchema>;
