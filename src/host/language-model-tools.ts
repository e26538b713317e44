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
import { AGENT_TOOLS, type AgentTool } from "../protocol/agent";
import { RecPrismError } from "../protocol/error";
import { TOOL_PREFIX } from "./described-tools";
import type { Session } from "./session";
import { writingQuestion, writtenFile } from "./tool-question";
import type { WorkspaceProject } from "./workspace-project";

export function languageModelTools(session: Session, workspaceProject: WorkspaceProject): Disposable[] {
  // An editor without language models may lack the interface too.
  if (typeof lm?.registerTool !== "function") return [];
  const tools = Object.keys(AGENT_TOOLS) as AgentTool[];
  return tools.map((tool) => lm.registerTool(TOOL_PREFIX + tool, new Tool(tool, session, workspaceProject)));
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
    const { title, writes } = AGENT_TOOLS[this.tool];
    if (!writes) return { invocationMessage: `RecPrism: ${title}` };
    const { question, file } = writingQuestion(input);
    const message = new MarkdownString(question);
    return { invocationMessage: `Writing ${basename(file)}`, confirmationMessages: { title, message } };
  }

  async invoke({ input }: LanguageModelToolInvocationOptions<unknown>): Promise<LanguageModelToolResult> {
    await this.workspaceProject.ensureOpen();
    const { project } = this.session;
    if (AGENT_TOOLS[this.tool].writes) {
      if (!workspace.isTrusted) {
        throw new RecPrismError(
          "workspace-restricted",
          "Nothing is written in a restricted workspace. The person has to trust the workspace first.",
        );
      }
      writtenFile(input, project.id, workspace.workspaceFolders?.map(({ uri }) => uri.fsPath) ?? []);
    }
    const answer = await this.session.engine.callTool(project.id, this.tool, input);
    return new LanguageModelToolResult([new LanguageModelTextPart(answer)]);
  }
}
