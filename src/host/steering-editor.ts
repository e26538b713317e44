/** Everything that is done with steering configs in text editors, together with the parsers and schemas that it needs. */
import { Disposable, type LogOutputChannel, type Uri } from "vscode";
import { insertConfig } from "./insert-config";
import type { LastEditor } from "./last-editor";
import { RulePreview } from "./rule-preview";
import type { Session } from "./session";
import { SteerCommands } from "./steer-commands";
import { SteerCompletion } from "./steer-completion";
import { SteerHints } from "./steer-hints";
import { SteerHover } from "./steer-hover";
import { SteerInspector } from "./steer-inspector";
import { SteerLenses } from "./steer-lenses";
import { updateConfig } from "./update-config";
import type { WorkspaceProject } from "./workspace-project";

export interface SteeringParts {
  session: Session;
  workspaceProject: WorkspaceProject;
  lastEditor: LastEditor;
  log: LogOutputChannel;
  /** JSON Schema of steering configs. */
  schemaFile: Uri;
  showLab(): void;
}

export class SteeringEditor extends Disposable {
  readonly rules: SteerCommands;
  readonly #inspector: SteerInspector;

  constructor(private readonly parts: SteeringParts) {
    const { session, workspaceProject, lastEditor, log, schemaFile, showLab } = parts;
    const inspector = new SteerInspector(session, workspaceProject, log);
    const preview = new RulePreview(session);
    const subscriptions = [
      inspector,
      preview,
      new SteerCompletion(session, schemaFile).register(),
      new SteerHints(inspector).register(),
      new SteerHover(session, inspector).register(),
      new SteerLenses(inspector).register(),
    ];
    super(() => {
      for (const subscription of subscriptions) subscription.dispose();
    });
    this.#inspector = inspector;
    this.rules = new SteerCommands(session, inspector, lastEditor, preview, showLab);
  }

  insertConfig(): Promise<void> {
    return insertConfig(this.parts.session, this.parts.lastEditor);
  }

  updateConfig(): Promise<void> {
    return updateConfig(this.parts.session, this.parts.lastEditor);
  }

  /** Files that configs speak of may have changed. */
  checkAll(): void {
    this.#inspector.checkAll();
  }
}
