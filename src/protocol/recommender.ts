/** Making a recommender from interactions: what is asked for, what it is trained with, and what came of it. */
import { z } from "zod";
import { estimateSchema } from "./artifact";
import type { ProjectWithoutEmbeddings } from "./engine";
import { interactionsSchema } from "./manifest";

/** Beside the embeddings: how they were made and how good they are. */
export const RECOMMENDER_FILE = "recommender.json";

export const RECOMMENDER_KINDS = ["mf", "bpr", "ncf"] as const;
export const NEGATIVES = ["uniform", "popularity"] as const;

export const recommenderSettingsSchema = z.strictObject({
  kind: z
    .enum(RECOMMENDER_KINDS)
    .describe("Logistic matrix factorisation, Bayesian personalised ranking, or neural collaborative filtering."),
  dimensions: z.int().min(1).max(4_096).describe("d, the width of the embeddings."),
  negatives: z.enum(NEGATIVES).describe("How items a user did not choose are drawn: all alike, or by popularity."),
  negativesPerPair: z.int().min(1).max(256).describe("How many of them for each pair."),
  epochs: z.int().min(1).max(10_000),
  batch: z.int().min(1).max(65_536).describe("User-item pairs a step."),
  learningRate: z.number().positive().max(10).describe("Of Adagrad."),
  l2: z.number().min(0).max(10).describe("Weight of the squared embeddings and biases of each pair."),
  holdOut: z.number().min(0).max(0.9).describe("Share of the pairs that is kept from training, to measure with."),
  seed: z.int().min(0).max(4_294_967_295),
});

/** Measures of ranked lists, means over the users that have held-out items; see `ListAccuracy`. */
export const rankingMeasuresSchema = z.strictObject({
  hr20: estimateSchema,
  ndcg20: estimateSchema,
  mrr20: estimateSchema,
  percentileRank: estimateSchema,
});

/** `recommender.json` */
export const recommenderReportSchema = z.strictObject({
  version: z.literal(1),
  made: z.string().describe("ISO time."),
  settings: recommenderSettingsSchema,
  interactions: interactionsSchema.describe("What it was trained on. Paths are relative to this file."),
  data: z.strictObject({
    fingerprint: z.string().describe("Content hash of all pairs."),
    users: z.int(),
    items: z.int(),
    pairs: z.int().describe("Distinct."),
    lines: z.int(),
    /** Lines without a user or an item, and lines rated below the least rating. */
    incompleteLines: z.int(),
    lowRatedLines: z.int(),
  }),
  split: z.strictObject({
    by: z.enum(["time", "random"]).describe("The last pairs of each user, or any."),
    trainPairs: z.int(),
    heldOutPairs: z.int(),
  }),
  training: z.strictObject({ seconds: z.number(), steps: z.int(), loss: z.number().nullable() }),
  /** Null where nothing was held out. */
  measures: z
    .strictObject({
      measuredUsers: z.int().describe("Users with held-out items, or a sample of them."),
      usersWithHeldOut: z.int(),
      recommender: rankingMeasuresSchema,
      popularity: rankingMeasuresSchema.describe("The same of a list of the most popular items, for comparison."),
    })
    .nullable(),
});

export type RecommenderKind = (typeof RECOMMENDER_KINDS)[number];
export type RecommenderSettings = z.infer<typeof recommenderSettingsSchema>;
export type RankingMeasures = z.infer<typeof rankingMeasuresSchema>;
export type RecommenderReport = z.infer<typeof recommenderReportSchema>;

/** What a person asks for; settings that are left out follow from the kind and the data. */
export interface RecommenderRequest {
  /** Absolute folder that the project's paths are relative to. */
  folder: string;
  /** Interactions to train on, and the tables that the new manifest will name beside them. */
  project: ProjectWithoutEmbeddings;
  settings: Pick<RecommenderSettings, "kind"> & Partial<RecommenderSettings>;
  /** Folder that the files go to; made if it is not there. */
  out: string;
}
