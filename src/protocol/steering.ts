/** Steering: edits on neurons, a recipe as the Lab holds it, and the steering config that is committed. */
import { z } from "zod";

const neuron = z.int().min(0).describe("Index of the neuron.");
const label = z.string().optional().describe("What the neuron stood for when the edit was made. For readers only.");
const value = z.number().refine(Number.isFinite, "must be a finite number");

/** One edit on neuron k of a user: what z_k becomes. */
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

/** What the Lab edits: at most one edit per neuron. */
export const recipeSchema = z.strictObject({
  name: z.string().min(1),
  mode: steeringModeSchema.default("delta"),
  edits: z.array(editSchema),
});
export type Recipe = z.infer<typeof recipeSchema>;

export const audienceSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("everyone") }),
  z.strictObject({ kind: z.literal("users"), users: z.array(z.string()).min(1) }),
]);
export type Audience = z.infer<typeof audienceSchema>;

export const steeringRuleSchema = z.strictObject({
  name: z.string().min(1).describe("What this rule is for."),
  audience: audienceSchema.default({ kind: "everyone" }),
  edits: z.array(editSchema).describe("Applied to the user's latent activations."),
});
export type SteeringRule = z.infer<typeof steeringRuleSchema>;

export const steeringConfigSchema = z
  .strictObject({
    $schema: z.string().optional(),
    version: z.literal(1),
    sae: z.strictObject({
      path: z.string().min(1).describe("Folder of the SAE artifact, relative to the project."),
      hash: z.string().min(1).describe("Content hash of the SAE the edits were made on."),
    }),
    mode: steeringModeSchema.default("delta"),
    rules: z.array(steeringRuleSchema).describe("Applied in order; a user in several audiences gets the edits of all."),
  })
  .describe("RecPrism steering config");
export type SteeringConfig = z.infer<typeof steeringConfigSchema>;
