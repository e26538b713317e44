/** `recprism.json`, the project manifest: which files of the workspace are the recommender, and what their columns mean. */
import { z } from "zod";

export const MANIFEST_FILE = "recprism.json";

const file = (what: string) => z.string().min(1).describe(`${what} Path relative to this file.`);
const column = (what: string) => z.string().min(1).describe(what);

/** How row n of an embedding matrix is named. Never guessed at run time: the manifest states it. */
export const idRuleSchema = z.discriminatedUnion("rule", [
  z
    .strictObject({ rule: z.literal("table-order"), column: column("Id column of the table; line n names row n.") })
    .describe("Row n of the matrix is line n of the table."),
  z
    .strictObject({
      rule: z.literal("row-number"),
      first: z.int().min(0).default(0).describe("The id of row 0."),
      column: column("Id column by which the table, if any, is joined.").optional(),
    })
    .describe("The id of row n is n plus `first`."),
]);

const entityShape = {
  embeddings: file("Matrix of embeddings, one row each (.npy, float32 or float64)."),
  bias: file("Bias of each row (.npy, n or n x 1).").optional(),
  table: file("Table of metadata (.csv or .tsv with a header).").optional(),
  ids: idRuleSchema,
};

export const itemsSchema = z.strictObject({
  ...entityShape,
  title: column("Column with the title.").optional(),
  year: column("Column with the year. Without it, a year such as (1995) at the end of the title is used.").optional(),
  tags: z
    .array(
      z.strictObject({
        column: column("Column with one or more tags."),
        separator: z.string().min(1).optional().describe("What stands between tags of one item, for example |."),
      }),
    )
    .default([])
    .describe("Columns whose values are concepts, such as genres."),
});

export const usersSchema = z.strictObject({
  ...entityShape,
  attributes: z
    .array(column("Column with an attribute."))
    .default([])
    .describe("Columns describing users, such as age."),
});

export const interactionsSchema = z.strictObject({
  table: file("Table of interactions, one user-item pair a line (.csv or .tsv with a header)."),
  user: column("Column with the user's id."),
  item: column("Column with the item's id."),
});

export const recommenderSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("dot") }).describe("Score = user . item, plus the biases that are given."),
]);

/** Settings of one training run. Symbols as in arXiv 2511.18024. */
export const saeSettingsSchema = z.strictObject({
  latents: z.int().min(1).max(65_536).describe("m, the number of neurons."),
  epochs: z.int().min(1).max(10_000),
  // A step scores all users of a batch against all its items, so memory grows with the square.
  batch: z.int().min(2).max(8_192).describe("User-item pairs a step."),
  learningRate: z.number().positive().max(10).describe("Of Adam."),
  predictionWeight: z.number().min(0).describe("w_pred, weight of the score error through the frozen recommender."),
  reconstructionWeight: z.number().min(0).describe("w_rec, weight of the embedding error."),
  klWeight: z.number().min(0).describe("w_kl, weight of the KL sparsity penalty."),
  seed: z.int().min(0).max(4_294_967_295),
});

export const manifestSchema = z
  .strictObject({
    $schema: z.string().optional(),
    version: z.literal(1),
    name: z.string().min(1).describe("What this project is called in lists and titles."),
    items: itemsSchema,
    users: usersSchema,
    interactions: interactionsSchema.optional(),
    recommender: recommenderSchema.default({ kind: "dot" }),
    sae: z
      .strictObject({
        path: z.string().min(1).default("sae").describe("Folder of the SAE artifact, relative to this file."),
        settings: saeSettingsSchema.partial().default({}).describe("What differs from the default settings."),
      })
      .default({ path: "sae", settings: {} }),
  })
  .describe("RecPrism project manifest");

export type IdRule = z.infer<typeof idRuleSchema>;
export type Manifest = z.infer<typeof manifestSchema>;
/** A manifest as a person writes it, before defaults are filled in. */
export type ManifestInput = z.input<typeof manifestSchema>;
export type SaeSettings = z.infer<typeof saeSettingsSchema>;
