/** Tools of language models: their input checked, their answers in Markdown. */
import { lstat, realpath } from "node:fs/promises";
import { dirname, isAbsolute, join, relative, resolve } from "node:path";
import { type Dataset, titleOf } from "../data/dataset";
import { faultCode, readFault } from "../data/file-fault";
import { liesWithin } from "../data/manifest-paths";
import { schemaFaults } from "../data/schema-faults";
import { AGENT_TOOLS, type AgentTool } from "../protocol/agent";
import type { Engine, ProjectId } from "../protocol/engine";
import { RecPrismError } from "../protocol/error";
import type { Recipe } from "../protocol/steering";
import { itemRow } from "../steering/item-selection";
import { effectAnswer, explanationAnswer, neuronsAnswer, previewAnswer, writtenAnswer } from "./agent-answers";
import { USUAL_K } from "./config-effect";
import { writeConfigFile } from "./config-files";

/** What tools use of the engine. */
export type AgentEngine = Pick<Engine, "exportNeurons" | "preview" | "effect" | "explain" | "configure">;

export interface AgentProject {
  id: ProjectId;
  dataset: Dataset;
}

/**
 * @throws RecPrismError "not-found" for a tool that does not exist, "query-invalid" for an input that is not the tool's,
 *   and what the work throws; messages are for the model too
 */
export async function calledTool(
  engine: AgentEngine,
  project: AgentProject,
  tool: AgentTool,
  input: unknown,
): Promise<string> {
  switch (tool) {
    case "find_neurons":
      return found(engine, project, inputOf(tool, input));
    case "preview_steering":
      return previewed(engine, project, inputOf(tool, input));
    case "explain_recommendation":
      return explained(engine, project, inputOf(tool, input));
    case "write_steering_config":
      return written(engine, project, inputOf(tool, input));
    default:
      throw new RecPrismError(
        "not-found",
        `There is no tool "${tool}". The tools are ${Object.keys(AGENT_TOOLS).join(", ")}.`,
      );
  }
}

type Input<Tool extends AgentTool> = ReturnType<(typeof AGENT_TOOLS)[Tool]["input"]["parse"]>;

function inputOf<Tool extends AgentTool>(tool: Tool, input: unknown): Input<Tool> {
  const schema = AGENT_TOOLS[tool].input;
  const value = input ?? {};
  const read = schema.safeParse(value);
  if (read.success) return read.data as Input<Tool>;
  const faults = schemaFaults(schema, value, read.error.issues).slice(0, 5);
  const told = faults.map(({ key, message }) => (key === "" ? message : `${key}: ${message}`)).join(" ");
  throw new RecPrismError("query-invalid", `The input of ${tool} is not valid. ${told}`, { key: faults[0].key });
}

async function found(
  engine: AgentEngine,
  { id }: AgentProject,
  { query, limit }: Input<"find_neurons">,
): Promise<string> {
  return neuronsAnswer(await engine.exportNeurons(id, query), query, limit);
}

async function previewed(
  engine: AgentEngine,
  { id }: AgentProject,
  { recipe: asked, user, k }: Input<"preview_steering">,
): Promise<string> {
  const recipe: Recipe = { ...asked, name: asked.name ?? "This recipe" };
  if (user === undefined) return effectAnswer(recipe, await engine.effect({ project: id, recipe, k }));
  return previewAnswer(recipe, await engine.preview({ project: id, user, recipe, k }));
}

async function explained(
  engine: AgentEngine,
  { id, dataset }: AgentProject,
  { user, item }: Input<"explain_recommendation">,
): Promise<string> {
  return explanationAnswer(await engine.explain(id, user, itemId(dataset, item), null));
}

/** @param wanted an id, or a title, in any case of letters */
function itemId({ items }: Dataset, wanted: string): string {
  if (items.ids.rowOf(wanted) !== undefined) return wanted;
  const title = wanted.trim().toLowerCase();
  const rows = (items.titles ?? []).flatMap((other, row) => (other.trim().toLowerCase() === title ? [row] : []));
  if (rows.length > 1) {
    const which = rows.slice(0, 5).map((row) => `${items.ids.at(row)} (${titleOf(items, row)})`);
    throw new RecPrismError(
      "id-unknown",
      `${rows.length} items are called "${wanted}". Give the id of one: ${which.join(", ")}.`,
      { key: "item" },
    );
  }
  return items.ids.at(rows.length === 1 ? rows[0] : itemRow(items, wanted));
}

async function written(
  engine: AgentEngine,
  { id, dataset }: AgentProject,
  { recipe, file, replace }: Input<"write_steering_config">,
): Promise<string> {
  if (recipe.edits.length + recipe.items.length + recipe.filters.length === 0) {
    throw new RecPrismError("config-invalid", "The recipe does nothing. Give it edits, items or filters.", {
      key: "recipe",
    });
  }
  const path = await pathWithin(dataset.folder, file, replace);
  const config = await engine.configure(id, [recipe], { k: USUAL_K });
  await writeConfigFile(path, config);
  return writtenAnswer(relative(dataset.folder, path), config);
}

/**
 * The absolute path of a config to be written, which lies in the project whatever links there are on the way.
 *
 * @throws RecPrismError "file-unwritable"
 */
async function pathWithin(folder: string, file: string, replace: boolean): Promise<string> {
  const refused = (why: string) => new RecPrismError("file-unwritable", `${file} is not written: ${why}`, { file });
  if (!/\.steer\.(json|yaml)$/.test(file)) throw refused("the name must end in .steer.json or .steer.yaml.");
  if (isAbsolute(file) || /^[A-Za-z]:/.test(file)) throw refused("give a path relative to the project.");
  const path = resolve(folder, file);
  const outside = refused("it would lie outside of the project. Give a path within it.");
  if (!liesWithin(resolve(folder), path)) throw outside;
  if (!liesWithin(await realpath(folder), await realOf(path))) throw outside;
  if (!replace && (await exists(path)))
    throw refused('there is such a file already. Say "replace": true to replace it.');
  return path;
}

/** Where a path leads, of which the last parts may not exist yet. */
async function realOf(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (thrown) {
    // A link to nowhere exists, and writing would follow it.
    if (faultCode(thrown) !== "ENOENT" || (await exists(path))) throw readFault(thrown, path);
    const parent = dirname(path);
    return parent === path ? path : join(await realOf(parent), relative(parent, path));
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (thrown) {
    if (["ENOENT", "ENOTDIR"].includes(faultCode(thrown) ?? "")) return false;
    throw readFault(thrown, path);
  }
}
