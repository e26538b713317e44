/** `recprism mcp`: the tools of language models over the Model Context Protocol, on standard input and output. */
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { Server } from "@modelcontextprotocol/sdk/server/index.js";
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import {
  CallToolRequestSchema,
  type CallToolResult,
  ListToolsRequestSchema,
  type Tool,
} from "@modelcontextprotocol/sdk/types.js";
import { z } from "zod";
import { version } from "../../package.json";
import { AGENT_TOOLS, type AgentTool } from "../protocol/agent";
import { LABELS_FILE, REPORT_FILE, WEIGHTS_FILE } from "../protocol/artifact";
import type { ProjectSummary } from "../protocol/engine";
import { RecPrismError } from "../protocol/error";
import { type CommonOptions, type Context, log, withEngine } from "./context";
import { measureIfNeeded } from "./measure-sae";

const INSTRUCTIONS = `RecPrism opens up a recommender: neurons of a sparse autoencoder over its embeddings stand for concepts such as "Horror" or "1990s", and turning them up or down changes what is recommended.
Find the numbers of neurons with find_neurons first; several may stand for one concept and are then edited together. Try an edit with preview_steering: with a user to see one list, without a user to measure the effect on an audience and what it costs in accuracy. Prefer the weakest edit that does what is wanted; tell the cost beside the effect. Only then write it with write_steering_config.
Edits on a user's neuron: suppress (0), scale (times), set, add. To keep items out for certain use filters, which hide items above a threshold of a neuron.`;

/** A client that is gone may have asked for something that takes longer. */
const PATIENCE_MILLISECONDS = 5_000;

type McpOptions = Pick<CommonOptions, "project" | "sae">;

/** Serves until standard input ends. */
export async function serveAgents(options: McpOptions): Promise<void> {
  // Standard output belongs to the protocol, whatever a library wants to say.
  console.log = console.info = console.debug = console.error;
  await withEngine(async (engine, onJob) => {
    const project = new CurrentProject(engine, onJob, options);
    // The tools check their input themselves, with messages of our own: `McpServer` would do it in other words.
    const server = new Server(
      { name: "recprism", version },
      { capabilities: { tools: {} }, instructions: INSTRUCTIONS },
    );
    server.onerror = (fault) => log(`recprism mcp: ${fault.message}`);
    const running = new Set<Promise<unknown>>();
    server.setRequestHandler(ListToolsRequestSchema, () => ({ tools: TOOLS }));
    server.setRequestHandler(CallToolRequestSchema, ({ params }) => {
      const call = answered(async () =>
        engine.callTool((await project.opened()).id, params.name as AgentTool, params.arguments ?? {}),
      );
      running.add(call);
      return call.finally(() => running.delete(call));
    });
    const ended = new Promise<void>((resolve) => {
      process.stdin.once("end", resolve);
      process.stdin.once("close", resolve);
      server.onclose = resolve;
    });
    await server.connect(new StdioServerTransport());
    await ended;
    const impatient = new Promise((resolve) => setTimeout(resolve, PATIENCE_MILLISECONDS).unref());
    await Promise.race([Promise.allSettled(running), impatient]);
    // An answer is sent some turns after its call is done.
    await new Promise((resolve) => setImmediate(resolve));
    await server.close();
  });
  // Whatever still computes has nobody to answer any more. The last answers have a moment to leave.
  setTimeout(() => process.exit(), 1_000).unref();
}

const TOOLS: Tool[] = Object.entries(AGENT_TOOLS).map(([name, { title, description, writes, input }]) => ({
  name,
  title,
  description,
  inputSchema: z.toJSONSchema(input, { io: "input" }) as Tool["inputSchema"],
  annotations: { title, readOnlyHint: !writes, destructiveHint: writes, idempotentHint: !writes, openWorldHint: false },
}));

/** Faults are answers too: a model can act on them. */
async function answered(work: () => Promise<string>): Promise<CallToolResult> {
  try {
    return { content: [{ type: "text", text: await work() }] };
  } catch (thrown) {
    if (!(thrown instanceof RecPrismError)) log(`recprism mcp: ${thrown instanceof Error ? thrown.stack : thrown}`);
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    return { content: [{ type: "text", text: message }], isError: true };
  }
}

/** The project, opened when it is first asked for, and again once its manifest or its SAE are others. */
class CurrentProject {
  private open: { project: ProjectSummary; files: string } | null = null;
  private waiting: Promise<ProjectSummary> | null = null;

  constructor(
    private readonly engine: Context["engine"],
    private readonly onJob: Context["onJob"],
    private readonly options: McpOptions,
  ) {}

  /** Calls that come together open it once. */
  opened(): Promise<ProjectSummary> {
    this.waiting ??= this.current().finally(() => {
      this.waiting = null;
    });
    return this.waiting;
  }

  private async current(): Promise<ProjectSummary> {
    const { engine, onJob, options } = this;
    if (this.open !== null && (await timesOf(this.open.project, options)) === this.open.files) return this.open.project;
    const project = await engine.openProject(options.project, { sae: options.sae });
    await measureIfNeeded({ engine, project, onJob });
    this.open = { project, files: await timesOf(project, options) };
    return project;
  }
}

/** When the files that answers depend on were changed last. */
async function timesOf({ id, manifestPath, manifest, sources }: ProjectSummary, { sae }: McpOptions): Promise<string> {
  const folder = sae ?? join(id, manifest.sae.path);
  const artifact = [WEIGHTS_FILE, LABELS_FILE, REPORT_FILE].map((name) => join(folder, name));
  const times = [manifestPath, ...artifact, ...sources].map(async (file) => {
    const found = await stat(file).catch(() => null);
    return found === null ? "" : `${found.mtimeMs}:${found.size}`;
  });
  return (await Promise.all(times)).join();
}
