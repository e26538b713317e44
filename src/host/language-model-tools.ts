/** Tools for language models of the editor: find neurons, preview steering, explain a recommendation, write a config. */
import { basename } from "node:path";
import {
  type Disposable,
  LanguageModelTextPart,
  type LanguageModelTool,
  type LanguageModelToolInvocationOptions,
  type LanguageModelToolInvocationPrepareOptions,
  LanguageModelToolResult,
  lm,
  MarkdownString,
  type PreparedToolInvocation,
  workspace,
} from "vscode";
import type { AgentTool } from "../protocol/agent";
import { RecPrismError } from "../protocol/error";
import type { Session } from "./session";
import type { WorkspaceProject } from "./workspace-project";

/** Names of tools are shared by all extensions. */
const PREFIX = "recprism_";

/** @param declared the tools of package.json */
export function languageModelTools(
  declared: readonly { name: string }[],
  session: Session,
  workspaceProject: WorkspaceProject,
): Disposable[] {
  // An editor without language models may lack the interface too.
  if (typeof lm?.registerTool !== "function") return [];
  return declared.map(({ name }) =>
    lm.registerTool(name, new Tool(name.slice(PREFIX.length) as AgentTool, session, workspaceProject)),
  );
}

class Tool implements LanguageModelTool<unknown> {
  constructor(
    private readonly tool: AgentTool,
    private readonly session: Session,
    private readonly workspaceProject: WorkspaceProject,
  ) {}

  async prepareInvocation({
    input,
  }: LanguageModelToolInvocationPrepareOptions<unknown>): Promise<PreparedToolInvocation> {
    const { title, writes } = await this.#described();
    if (!writes) return { invocationMessage: `RecPrism: ${title}` };
    const { writingQuestion } = await import("./tool-question");
    const { question, file } = writingQuestion(input);
    const message = new MarkdownString(question);
    return { invocationMessage: `Writing ${basename(file)}`, confirmationMessages: { title, message } };
  }

  async invoke({ input }: LanguageModelToolInvocationOptions<unknown>): Promise<LanguageModelToolResult> {
    await this.workspaceProject.ensureOpen();
    const { project, engine } = this.session;
    if ((await this.#described()).writes) await assertMayWrite(input, project.id);
    const answer = await engine.callTool(project.id, this.tool, input);
    return new LanguageModelToolResult([new LanguageModelTextPart(answer)]);
  }

  /** Schemas take a while to load, so they are when a tool is first used. */
  async #described() {
    const { AGENT_TOOLS } = await import("../protocol/agent");
    return AGENT_TOOLS[this.tool];
  }
}

async function assertMayWrite(input: unknown, project: string): Promise<void> {
  if (!workspace.isTrusted) {
    throw new RecPrismError(
      "workspace-restricted",
      "Nothing is written in a restricted workspace. The person has to trust the workspace first.",
    );
  }
  const { writtenFile } = await import("./tool-question");
  writtenFile(input, project, workspace.workspaceFolders?.map(({ uri }) => uri.fsPath) ?? []);
}
