/** Steering: edits on neurons, recipes as the Lab holds them, and the steering config that is committed. */
import { z } from "zod";

const neuron = z.int().min(0).describe("Index of the neuron.");
const label = z.string().optional().describe("What the neuron stood for when the edit was made. For readers only.");
const value = z.number().refine(Number.isFinite, "must be a finite number");
const share = z.number().gt(0).max(1);

/** One edit on neuron k of a row, a user or an item: what z_k becomes. */
export const editSchema = z.discriminatedUnion("operation", [
  z.strictObject({ neuron, label, operation: z.literal("suppress") }).describe("z = 0"),
  z.strictObject({ neuron, label, operation: z.literal("scale"), value: value.describe("Factor c: z = c z") }),
  z.strictObject({ neuron, label, operation: z.literal("set"), value: value.describe("z = c") }),
  z.strictObject({ neuron, label, operation: z.literal("add"), value: value.describe("z = z + c") }),
]);
export type Edit = z.infer<typeof editSchema>;
export type EditOperation = Edit["operation"];

/** `delta` keeps what the SAE does not explain (the empty edit is the identity); `reconstruct` replaces x by decode(z'). */
export const steeringModeSchema = z.enum(["delta", "reconstruct"]);
export type SteeringMode = z.infer<typeof steeringModeSchema>;

// ---- who ----------------------------------------------------------------------------------------------------------

/** How many of those with the largest values: as many, or such a share of all. Ties go to the lower row. */
export const strongestSchema = z.union([
  z.strictObject({ count: z.int().min(1).describe("So many users.") }),
  z.strictObject({ share: share.describe("Such a share of all users, at least one: .05 is the top 5%.") }),
]);
export type Strongest = z.infer<typeof strongestSchema>;

/** Users: whom a rule is for. */
export const audienceSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("everyone") }).describe("Every user, those of the future too."),
  z.strictObject({ kind: z.literal("users"), users: z.array(z.string()).min(1).describe("Their ids.") }),
  z
    .strictObject({
      kind: z.literal("sql"),
      where: z.string().min(1).describe("A condition on the user table, such as age < 18 AND gender = 'F'."),
    })
    .describe("Users whose line in the user table meets a SQL condition."),
  z
    .strictObject({ kind: z.literal("neuron"), neuron, label, top: strongestSchema })
    .describe("Users that activate a neuron most. Those that do not activate it are never among them."),
  z
    .strictObject({
      kind: z.literal("history"),
      column: z.string().min(1).describe("One of the tag columns of the items."),
      tag: z.string().min(1).describe("A tag of that column."),
      atLeast: share.optional().describe("Users of whose interactions at least this share bears the tag."),
      top: strongestSchema.optional().describe("Users with the largest share."),
    })
    .describe("Users by the share of a tag in their interactions: give either atLeast or top."),
  z
    .strictObject({ kind: z.literal("random"), count: z.int().min(1), seed: z.int().min(0).default(0) })
    .describe("A random sample; the same seed gives the same users."),
]);
export type Audience = z.infer<typeof audienceSchema>;

/** An audience that a person named, to be used again. */
export interface NamedAudience {
  name: string;
  audience: Audience;
}

// ---- what ---------------------------------------------------------------------------------------------------------

/** Items that an edit is for. */
export const itemSelectionSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("items"), items: z.array(z.string()).min(1).describe("Their ids.") }),
  z
    .strictObject({ kind: z.literal("tag"), column: z.string().min(1), tag: z.string().min(1) })
    .describe("Items that bear a tag."),
]);
export type ItemSelection = z.infer<typeof itemSelectionSchema>;

/** Items pushed towards or away from neurons in the lists of the rule's audience; all others see them as they are. */
export const itemEditsSchema = z.strictObject({
  items: itemSelectionSchema,
  edits: z.array(editSchema).min(1).describe("Applied to the items' latent activations."),
});
export type ItemEdits = z.infer<typeof itemEditsSchema>;

/** Hides items by what they activate: a guarantee, which no edit is. The items' own embeddings count, whatever is edited. */
export const filterSchema = z.strictObject({
  neuron,
  label,
  above: z.number().min(0).describe("Items whose activation of the neuron is greater are hidden."),
});
export type Filter = z.infer<typeof filterSchema>;

const ruleName = z.string().min(1).describe("What this rule is for.");
const note = z.string().optional().describe("For readers.");
const audience = audienceSchema.default({ kind: "everyone" });
const edits = z.array(editSchema).default([]).describe("Applied in order to the users' latent activations.");
const items = z.array(itemEditsSchema).default([]).describe("Edits on items, seen by this audience alone.");
const filters = z.array(filterSchema).default([]).describe("Items hidden from this audience.");

/** What the Lab edits: one rule of a config before it is measured. */
export const recipeSchema = z.strictObject({
  name: ruleName,
  note,
  mode: steeringModeSchema.default("delta"),
  audience,
  edits,
  items,
  filters,
});
export type Recipe = z.infer<typeof recipeSchema>;

/** For everyone, and without any edit. */
export const EMPTY_RECIPE: Recipe = {
  name: "No change",
  mode: "delta",
  audience: { kind: "everyone" },
  edits: [],
  items: [],
  filters: [],
};

// ---- what it was measured to do -----------------------------------------------------------------------------------

const beforeAndAfter = z.strictObject({ before: z.number(), after: z.number() });
export type BeforeAndAfter = z.infer<typeof beforeAndAfter>;

/** The measured effect of a rule alone, recorded beside it. Figures are rounded to four decimals. */
export const effectRecordSchema = z.strictObject({
  measured: z.string().describe("When, ISO 8601 in UTC."),
  data: z.string().describe("Fingerprint of embeddings and interactions that it was measured on."),
  k: z.int().min(1).describe("Length of the lists."),
  users: z.int().min(0).describe("How many users the audience had."),
  sample: z.int().min(0).optional().describe("How many of them were measured, where it was not all."),
  concepts: z
    .array(
      z.strictObject({
        concept: z.string().describe("Key of the concept, such as tag:genres:Horror."),
        label: z.string(),
        before: z.number(),
        after: z.number(),
      }),
    )
    .describe("Shares of the lists that bear the concepts of the edited neurons."),
  rbo: z.number().describe("Extrapolated rank-biased overlap with the lists before: 1 is no change."),
  changed: z.number().describe("Share of users whose list is another."),
  ndcg20: beforeAndAfter.nullable().describe("On held-out interactions; null where there are none."),
  coverage: beforeAndAfter.describe("Share of the catalogue that is in any list."),
  exposure: z
    .array(z.strictObject({ items: z.int().min(1).describe("How many items."), before: z.number(), after: z.number() }))
    .optional()
    .describe("Of each entry of `items`: share of users with one of them in their list."),
});
export type EffectRecord = z.infer<typeof effectRecordSchema>;

/** What a rule may cost: `recprism check` fails beyond. */
export const limitsSchema = z.strictObject({
  ndcgLoss: z.number().min(0).max(1).optional().describe("Largest relative loss of NDCG@20: .01 is 1%."),
  rbo: z.number().min(0).max(1).optional().describe("Least overlap with the lists before."),
  tolerance: z
    .number()
    .min(0)
    .max(1)
    .optional()
    .describe("How far a recorded figure may drift before it no longer holds; default .02."),
});
export type Limits = z.infer<typeof limitsSchema>;

export const DEFAULT_TOLERANCE = 0.02;

// ---- the file -----------------------------------------------------------------------------------------------------

export const steeringRuleSchema = z.strictObject({
  name: ruleName,
  note,
  mode: steeringModeSchema.optional().describe("Where it is not the config's."),
  audience,
  edits,
  items,
  filters,
  limits: limitsSchema.optional(),
  effect: effectRecordSchema.optional(),
});
export type SteeringRule = z.infer<typeof steeringRuleSchema>;

export const CONFIG_VERSION = 1;

export const steeringConfigSchema = z
  .strictObject({
    $schema: z.string().optional(),
    version: z.literal(CONFIG_VERSION),
    sae: z.strictObject({
      path: z.string().min(1).describe("Folder of the SAE artifact, relative to the project."),
      hash: z.string().min(1).describe("Content hash of the SAE the edits were made on."),
      directions: z
        .record(z.string().regex(/^\d+$/), z.string())
        .optional()
        .describe("Decoder row of each neuron that is named, by its index, so that it can be found in another SAE."),
    }),
    mode: steeringModeSchema.default("delta"),
    rules: z
      .array(steeringRuleSchema)
      .describe(
        "Applied in order. A user in several audiences gets the edits and filters of all, and is reconstructed if one of them says so.",
      ),
  })
  .describe("RecPrism steering config");
export type SteeringConfig = z.infer<typeof steeringConfigSchema>;
