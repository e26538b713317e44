/** `recprism.json`, the project manifest: which files of the workspace are the recommender, and what their columns mean. */
import { z } from "zod";

export const MANIFEST_FILE = "recprism.json";

const file = (what: string) => z.string().min(1).describe(`${what} Path relative to this file.`);
const column = (what: string) => z.string().min(1).describe(what);

/** Where a matrix is: a file, or a part of one. */
export const matrixSourceSchema = z.union([
  file(
    "Matrix, one row each: .npy, .npz, .safetensors, .pt, .onnx, .h5, .parquet, .arrow, .csv, .jsonl or word vectors.",
  ),
  z
    .strictObject({
      file: file("File that holds the matrix."),
      tensor: z
        .string()
        .min(1)
        .optional()
        .describe("Which array of the file: its name in .npz, .safetensors, .pt, .onnx and .h5."),
      column: column("Of a table: the column that holds each row's vector as a list.").optional(),
      columns: z
        .array(column("A column of numbers."))
        .min(1)
        .optional()
        .describe("Of a table: the columns of numbers that are the dimensions, in order."),
      id: column("Of a table: the column with the id of each row.").optional(),
      transposed: z.boolean().optional().describe("The file holds one column per row of the matrix, [d, n]."),
    })
    .describe("A matrix that is one of several in its file, or columns of a table."),
]);

/** A table file: its path, or its path with what the file does not say by itself. */
export const tableFileSchema = z.union([
  file("Table: .csv, .tsv, .dat, .parquet, .json, .jsonl (also of Python literals), .gz of these, or .sqlite."),
  z
    .strictObject({
      file: file("Table."),
      delimiter: z.string().min(1).optional().describe("What stands between columns, such as :: or |."),
      header: z
        .boolean()
        .optional()
        .describe("The first line names the columns; otherwise they are column0, column1, …"),
      encoding: z.string().min(1).optional().describe("Of the text, such as latin1. UTF-8 where nothing is said."),
      table: z.string().min(1).optional().describe("Which table of a .sqlite file."),
    })
    .describe("A table with what its file does not say by itself."),
]);

/** Where a table is: a file, or the answer of a query over files. */
export const tableSourceSchema = z.union([
  ...tableFileSchema.options,
  z
    .strictObject({
      sql: z
        .string()
        .min(1)
        .describe("A SELECT (DuckDB) over the tables named in `from`. Not run in a restricted workspace."),
      from: z
        .record(z.string().regex(/^[A-Za-z_]\w*$/), tableFileSchema)
        .describe("Name of each table in the query, and its file."),
    })
    .describe("Several tables joined by a query."),
]);

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
  z
    .strictObject({
      rule: z.literal("matrix"),
      column: column("Id column by which the table, if any, is joined.").optional(),
    })
    .describe("The file of the matrix names its rows: word vectors, or a table with `embeddings.id`."),
  z
    .strictObject({
      rule: z.literal("list"),
      file: file("Text file with one id a line, a .json list, or a .npy of ids."),
      column: column("Id column by which the table, if any, is joined.").optional(),
    })
    .describe("Entry n of a file is the id of row n."),
  z
    .strictObject({
      rule: z.literal("vocabulary"),
      file: file("JSON object that gives the row of each id."),
      first: z.int().min(0).optional().describe("The number that it gives to row 0, where that is not 0."),
      column: column("Id column by which the table, if any, is joined.").optional(),
    })
    .describe('A JSON object such as {"id": row} names the rows.'),
]);

const entityShape = {
  embeddings: matrixSourceSchema.describe("Matrix of embeddings, one row each."),
  bias: matrixSourceSchema.describe("Bias of each row, n or n x 1.").optional(),
  table: tableSourceSchema.describe("Table of metadata.").optional(),
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
  numbers: z
    .array(column("Column with a number."))
    .default([])
    .describe("Columns with numbers, such as a price; neurons are tested on their lowest and highest fifths."),
  texts: z
    .array(column("Column with text."))
    .default([])
    .describe("Columns with text, such as a description. Words of titles are looked at anyway."),
});

export const usersSchema = z.strictObject({
  ...entityShape,
  attributes: z
    .array(column("Column with an attribute."))
    .default([])
    .describe("Columns describing users, such as age."),
  protected: z
    .array(column("One of the attributes."))
    .optional()
    .describe("Attributes that the audit counts as protected. Without it, those called gender, age and the like."),
});

export const interactionsSchema = z.strictObject({
  table: tableSourceSchema.describe("Table of interactions, one user-item pair a line."),
  user: column("Column with the user's id."),
  item: column("Column with the item's id."),
  timestamp: column("Column with the time of the interaction: seconds, milliseconds or a date.").optional(),
  rating: column("Column with a rating; without `leastRating` every line counts.").optional(),
  leastRating: z.number().optional().describe("Lines rated lower are left out."),
});

export const recommenderSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("dot") }).describe("Score = user . item, plus the biases that are given."),
  z
    .strictObject({ kind: z.literal("cosine") })
    .describe("Score = cosine of user and item, plus the biases that are given."),
  z
    .strictObject({
      kind: z.literal("onnx"),
      model: file("ONNX model that scores user-item pairs (.onnx)."),
      users: z.string().min(1).describe("Name of the input that takes user vectors [B, d].").optional(),
      items: z.string().min(1).describe("Name of the input that takes item vectors [B, d].").optional(),
      pairs: z
        .string()
        .min(1)
        .describe("Name of the input that takes user and item vectors side by side [B, 2d], where there is one input.")
        .optional(),
      output: z.string().min(1).describe("Name of the output with one score per pair, [B] or [B, 1].").optional(),
    })
    .describe("Score = output of an ONNX model on the pair. Names that are left out are found in the model."),
]);

export const ACTIVATIONS = ["relu", "topk", "batchtopk", "jumprelu"] as const;
export const STANDARDISATIONS = ["none", "center", "layer"] as const;
export const PREDICTION_LOSSES = ["mse", "bce", "listwise"] as const;
export const REVIVALS = ["none", "aux-k", "resample"] as const;
export const PRESETS = ["default", "paper-mf", "paper-ncf"] as const;

const settingsShape = {
  latents: z.int().min(1).max(65_536).describe("m, the number of neurons."),
  activation: z.enum(ACTIVATIONS).describe("What turns pre-activations into activations."),
  k: z
    .int()
    .min(1)
    .max(65_536)
    .describe("Neurons active in a row: exactly for topk, on average for batchtopk; the others do not use it."),
  tied: z
    .boolean()
    .describe("The decoder is the transposed encoder; otherwise it has weights of its own, of unit norm."),
  standardisation: z
    .enum(STANDARDISATIONS)
    .describe("Of the embeddings: none, center (minus the mean row) or layer (each row minus its mean, over its std)."),
  epochs: z.int().min(1).max(10_000),
  // A step may score all users of a batch against all its items, so memory grows with the square.
  batch: z.int().min(2).max(8_192).describe("User-item pairs a step."),
  learningRate: z.number().positive().max(10).describe("Of Adam."),
  warmup: z.number().min(0).max(1).describe("Share of the steps, the first ones, over which the learning rate rises."),
  decay: z.number().min(0).max(1).describe("Share of the steps, the last ones, over which it falls to 0."),
  predictionLoss: z
    .enum(PREDICTION_LOSSES)
    .describe("How scores of reconstructed pairs are compared with the original ones."),
  candidates: z
    .int()
    .min(1)
    .max(1_024)
    .describe("Items of the batch that an ONNX model scores for each user; dot and cosine score all of them."),
  predictionWeight: z.number().min(0).describe("w_pred, weight of the score error through the frozen recommender."),
  reconstructionWeight: z.number().min(0).describe("w_rec, weight of the embedding error."),
  klWeight: z.number().min(0).describe("w_kl, weight of the KL sparsity penalty."),
  l1Weight: z.number().min(0).describe("w_l1, weight of the mean activation."),
  coherenceWeight: z
    .number()
    .min(0)
    .describe("w_coh, weight of how little the items that excite a neuron most resemble each other."),
  prefixes: z
    .array(z.int().min(1))
    .max(16)
    .describe(
      "Matryoshka: the first so many neurons must reconstruct alone, for each number; ascending, below latents.",
    ),
  revival: z.enum(REVIVALS).describe("What is done for neurons that are never active."),
  patience: z
    .int()
    .min(0)
    .describe("Stop after so many evaluations without a better agreement of held-out lists; 0: never."),
  seed: z.int().min(0).max(4_294_967_295),
};

/** Settings of one training run. Symbols as in arXiv 2511.18024. */
export const saeSettingsSchema = z.strictObject(settingsShape).check(({ value, issues }) => {
  const { latents, activation, k, prefixes, warmup, decay } = value;
  const refuse = (key: string, message: string) => issues.push({ code: "custom", message, path: [key], input: value });
  if ((activation === "topk" || activation === "batchtopk") && k > latents) {
    refuse("k", `${k} active neurons a row are more than the ${latents} there are`);
  }
  if (prefixes.some((prefix, index) => prefix >= latents || prefix <= (prefixes[index - 1] ?? 0))) {
    refuse("prefixes", `must rise and stay below the ${latents} latents, not ${prefixes.join(", ")}`);
  }
  if (warmup + decay > 1) refuse("decay", `warm-up and decay together are more than the whole run`);
});

/** What a person states; the rest follows from preset and data. */
export const partialSettingsSchema = z.strictObject(settingsShape).partial();

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
        preset: z.enum(PRESETS).default("default").describe("Settings to start from."),
        settings: partialSettingsSchema.default({}).describe("What differs from the preset."),
      })
      .default({ path: "sae", preset: "default", settings: {} }),
  })
  .describe("RecPrism project manifest");

export type MatrixSource = z.infer<typeof matrixSourceSchema>;
export type TableFile = z.infer<typeof tableFileSchema>;
export type TableSource = z.infer<typeof tableSourceSchema>;
export type IdRule = z.infer<typeof idRuleSchema>;
export type Manifest = z.infer<typeof manifestSchema>;
/** A manifest as a person writes it, before defaults are filled in. */
export type ManifestInput = z.input<typeof manifestSchema>;
export type RecommenderManifest = Manifest["recommender"];
export type SaeSettings = z.infer<typeof saeSettingsSchema>;
export type Standardisation = SaeSettings["standardisation"];
export type Preset = (typeof PRESETS)[number];

/** What messages call a matrix: its file, and the part of it. */
export function matrixName(source: MatrixSource): string {
  if (typeof source === "string") return source;
  const part = source.tensor ?? source.column;
  return part === undefined ? source.file : `${source.file} (${part})`;
}

/** What messages call a table. */
export function tableName(source: TableSource): string {
  if (typeof source === "string") return source;
  if ("file" in source) return source.file;
  return `the query over ${Object.values(source.from).map(tableName).join(", ")}`;
}
