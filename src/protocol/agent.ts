/** Tools for language models: the same four in VS Code and over the Model Context Protocol. */
import { z } from "zod";
import { editSchema, recipeSchema } from "./steering";

const user = z.string().describe("Id of a user.");
const k = z.int().min(1).max(100).default(10).describe("Length of the lists.");
/** What an agent writes is a recipe of which only edits are needed. */
const recipe = recipeSchema.partial({ name: true }).extend({
  edits: z.array(editSchema).default([]).describe("Edits on the users' neurons; find their numbers with find_neurons."),
});

export const AGENT_TOOLS = {
  find_neurons: {
    title: "Find neurons",
    description:
      "Finds neurons of the recommender's sparse autoencoder by what they stand for, with number, label, kind, confidence and typical items. Use it before any other tool to learn the numbers.",
    writes: false,
    input: z.strictObject({
      query: z
        .string()
        .default("")
        .describe("Words of the label, or terms such as kind:era ms>0.6 confidence>=medium; empty: all."),
      limit: z.int().min(1).max(100).default(20),
    }),
  },
  preview_steering: {
    title: "Preview steering",
    description:
      "Measures what edits on neurons do: with a user, that user's list before and after; without, the effect on the recipe's audience with its cost in accuracy. Changes nothing.",
    writes: false,
    input: z.strictObject({ recipe, user: user.optional(), k }),
  },
  explain_recommendation: {
    title: "Explain a recommendation",
    description: "Takes the score of an item for a user apart into contributions of neurons.",
    writes: false,
    input: z.strictObject({ user, item: z.string().describe("Id or exact title of an item.") }),
  },
  write_steering_config: {
    title: "Write a steering config",
    description:
      "Measures a recipe and writes it as a steering config file (*.steer.json or *.steer.yaml) into the project. Preview it first.",
    writes: true,
    input: z.strictObject({
      recipe: recipe.required({ name: true }),
      file: z.string().min(1).describe("Path relative to the project, such as steering/less-horror.steer.json."),
      replace: z.boolean().default(false).describe("Whether a file of that name may be replaced."),
    }),
  },
} as const;
export type AgentTool = keyof typeof AGENT_TOOLS;
