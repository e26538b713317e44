/** The tools for language models as package.json declares them; `scripts/describe-tools.mjs` writes it there. */
import { z } from "zod";
import { AGENT_TOOLS } from "../protocol/agent";

/** Names of tools are shared by all extensions. */
export const TOOL_PREFIX = "recprism_";

export interface DescribedTool {
  name: string;
  displayName: string;
  /** For people who look for it. */
  userDescription: string;
  modelDescription: string;
  /** What a person types behind # to have a tool used. */
  toolReferenceName: string;
  canBeReferencedInPrompt: boolean;
  icon: string;
  tags: string[];
  /** JSON Schema. */
  inputSchema: object;
}

export function describedTools(): DescribedTool[] {
  return Object.entries(AGENT_TOOLS).map(([name, { title, description, input }]) => {
    const { $schema: _, ...inputSchema } = z.toJSONSchema(input, { io: "input", target: "draft-7" });
    return {
      name: TOOL_PREFIX + name,
      displayName: title,
      userDescription: description.split(". ")[0].replace(/\.$/, ""),
      modelDescription: `${description} For the recommender that is open in RecPrism.`,
      toolReferenceName: `recprism-${name.replaceAll("_", "-")}`,
      canBeReferencedInPrompt: true,
      icon: "$(beaker)",
      tags: ["recommender"],
      inputSchema,
    };
  });
}
