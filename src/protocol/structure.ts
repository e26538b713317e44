/** What is found of an SAE's neurons together: `structure.json` and `audit.json` in the artifact. */
import { z } from "zod";
import { estimateSchema, intervalSchema } from "./artifact";

const neuron = z.int().min(0);

export const structureSchema = z.strictObject({
  version: z.literal(1),
  sae: z.string(),
  /** Sizes of the nested prefixes, the last being all neurons; one entry without Matryoshka. */
  levels: z.array(z.int().min(1)),
  /** One entry a live neuron, in neuron order. */
  tree: z.array(
    z.strictObject({
      neuron,
      /** Index into `levels` of the first prefix that holds it. */
      level: z.int().min(0),
      /** The neuron of an earlier level, or without Matryoshka a broader one, within whose items most of its own lie. */
      parent: neuron.nullable(),
      /** Share of its activation that is on items which activate the parent too; 0 without a parent. */
      share: z.number(),
    }),
  ),
  /** A concept that several neurons share, each with a part of its items. */
  splitting: z.array(
    z.strictObject({
      concept: z.string(),
      label: z.string(),
      neurons: z.array(neuron).min(2),
      /** Share of the concept's items that the best of them finds alone, and that all find together, at the same precision. */
      recallOfBest: z.number(),
      recallTogether: z.number(),
    }),
  ),
  /** A neuron that is silent on items which bear its label because a narrower one took them over. */
  absorption: z.array(
    z.strictObject({
      concept: z.string(),
      label: z.string(),
      general: neuron,
      narrow: neuron,
      /** Of the concept's items on which `general` is silent, the share on which `narrow` is active. */
      share: z.number(),
      /** How many items of the concept `general` is silent on. */
      items: z.int(),
    }),
  ),
  /** Pairs that are active on the same items far more often than chance has it: the strongest of each neuron. */
  coactivation: z.array(
    z.strictObject({
      neurons: z.tuple([neuron, neuron]),
      /** Items that activate both, over items that activate either. */
      jaccard: z.number(),
      /** Items that activate both, over as many as independence would give. */
      lift: z.number(),
    }),
  ),
  /** Neurons by what they stand for, the largest cluster first; every live neuron is in one. */
  clusters: z.array(z.strictObject({ name: z.string(), neurons: z.array(neuron).min(1) })),
});
export type Structure = z.infer<typeof structureSchema>;

/** A neuron whose activation on users tells of a trait. */
const audienceEffectSchema = z.strictObject({
  neuron,
  /** The value that the neuron favours: `F`, `under 18`. */
  value: z.string(),
  users: z.int(),
  /** Chance that a user with the value activates it more than one without, and its 95% interval. */
  auc: z.number(),
  interval: intervalSchema,
  /** Standardised difference of means. */
  cohensD: z.number(),
  /** False discovery rate, by Benjamini-Hochberg over all tests of the audit. */
  q: z.number(),
});
export type AudienceEffect = z.infer<typeof audienceEffectSchema>;

/** How much of the ranking runs through a set of neurons: what lists become when all of them are suppressed. */
const rankingShareSchema = z.strictObject({
  neurons: z.int(),
  users: z.int(),
  /** 1 - extrapolated RBO (p = .9) of top-30 lists without and with them. */
  change: estimateSchema,
  /** The same for as many random live neurons. */
  changeOfRandom: estimateSchema,
});
export type RankingShare = z.infer<typeof rankingShareSchema>;

export const auditSchema = z.strictObject({
  version: z.literal(1),
  sae: z.string(),
  attributes: z.array(
    z.strictObject({
      column: z.string(),
      /** Recognised or stated as one that law or ethics protect. */
      protected: z.boolean(),
      /** Users with a value, and each value with its share of them. */
      users: z.int(),
      values: z.array(z.strictObject({ value: z.string(), share: z.number() })),
      /** Neurons that tell of it (q < .05 and AUC of at least .6), the strongest first. */
      neurons: z.array(audienceEffectSchema),
      /** Null where no neuron does, or there are no lists. */
      ranking: rankingShareSchema.nullable(),
    }),
  ),
  /** Null without interactions. */
  popularity: z
    .strictObject({
      /** Neurons that follow how often items are used rather than anything else. */
      neurons: z.array(
        z.strictObject({
          neuron,
          /** Spearman correlation of activation and interactions over items, and its 95% interval. */
          correlation: z.number(),
          interval: intervalSchema,
          q: z.number(),
        }),
      ),
      ranking: rankingShareSchema.nullable(),
    })
    .nullable(),
});
export type Audit = z.infer<typeof auditSchema>;
