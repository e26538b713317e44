/** What the engine says of each open steering config: faults, names of neurons, a sentence on each rule. */
import {
  CodeAction,
  CodeActionKind,
  type Disposable,
  type Event,
  EventEmitter,
  type LogOutputChannel,
  type TextDocument,
  WorkspaceEdit,
  workspace,
} from "vscode";
import type { ConfigFault, ConfigInspection, NamedNeuron } from "../protocol/config-check";
import { configFaultSpan, trailingComma } from "./config-fault-place";
import { configForm, configTree } from "./config-language";
import { DocumentFaults } from "./document-faults";
import { rangeOf } from "./manifest-document";
import { type JsonNode, nodeAt, type Span } from "./manifest-tree";
import type { Session } from "./session";
import { CONFIG_SELECTOR, isConfig, languageOf } from "./steer-document";
import type { WorkspaceProject } from "./workspace-project";

export class SteerInspector implements Disposable {
  readonly #changed = new EventEmitter<void>();
  /** Something else is known of a config than before. */
  readonly onDidChange: Event<void> = this.#changed.event;
  readonly #inspections = new Map<string, ConfigInspection>();
  readonly #faults: DocumentFaults<ConfigFault>;
  readonly #subscriptions: Disposable[];

  constructor(
    private readonly session: Session,
    private readonly workspaceProject: WorkspaceProject,
    log: LogOutputChannel,
  ) {
    this.#faults = new DocumentFaults<ConfigFault>(
      {
        selector: CONFIG_SELECTOR,
        isOne: isConfig,
        check: async (document, text) => {
          const version = document.version;
          const inspection = await this.inspect(document, text);
          if (!document.isClosed && document.version === version) {
            this.#inspections.set(document.uri.toString(), inspection);
            this.#changed.fire();
          }
          return inspection.faults;
        },
        place: (document, text, fault) => configFaultSpan(text, languageOf(document), fault),
        form: (document) => configForm(languageOf(document)),
        remedies,
      },
      session,
      log,
    );
    this.#subscriptions = [
      this.#changed,
      this.#faults,
      workspace.onDidCloseTextDocument(({ uri }) => this.#inspections.delete(uri.toString())),
    ];
  }

  /** What is known of a document, be it of the text before the last few keys; null before anything is. */
  known(document: TextDocument): ConfigInspection | null {
    return this.#inspections.get(document.uri.toString()) ?? null;
  }

  /** A document as it is now. */
  async inspect(document: TextDocument, text = document.getText()): Promise<ConfigInspection> {
    // A fault of opening is told in the views; without a project the schema is checked.
    const project = await this.workspaceProject.ensureOpen().catch(() => null);
    return this.session.engine.inspectConfig(project?.id ?? null, document.uri.fsPath, text);
  }

  checkAll(): void {
    this.#faults.checkAll();
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
  }
}

/** The neurons that are named in a text, and where, as far as what is known still holds for it. */
export function namedNeurons(
  tree: JsonNode | null,
  neurons: readonly NamedNeuron[],
): { named: NamedNeuron; span: Span }[] {
  return neurons.flatMap((named) => {
    const node = nodeAt(tree, named.path);
    return node?.value === named.neuron ? [{ named, span: node }] : [];
  });
}

export function treeOf(document: TextDocument): JsonNode | null {
  return configTree(document.getText(), languageOf(document));
}

function remedies(document: TextDocument, { remedy, path }: ConfigFault, span: Span): CodeAction[] {
  const comma = trailingComma(document.getText(), span);
  if (comma !== null) {
    const action = new CodeAction("Remove the comma", CodeActionKind.QuickFix);
    action.edit = new WorkspaceEdit();
    action.edit.delete(document.uri, rangeOf(document, comma));
    return [action];
  }
  if (remedy === null) return [];
  const [title, command, more] =
    remedy === "rematch"
      ? (["Find the neurons again by their decoder rows", "recprism.rematchConfig", []] as const)
      : (["Measure again", "recprism.measureRule", path[0] === "rules" ? [path[1]] : []] as const);
  const action = new CodeAction(title, CodeActionKind.QuickFix);
  action.command = { title, command, arguments: [document.uri.toString(), ...more] };
  return [action];
}
