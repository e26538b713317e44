/** Marks what is wrong with a manifest while it is being written, and offers to put it right. */
import {
  CodeAction,
  CodeActionKind,
  type CodeActionProvider,
  Diagnostic,
  DiagnosticSeverity,
  type Disposable,
  type LogOutputChannel,
  languages,
  type Range,
  type TextDocument,
  WorkspaceEdit,
  workspace,
} from "vscode";
import type { ManifestFault } from "../protocol/engine";
import { errorData } from "../protocol/error";
import { isManifest, MANIFEST_SELECTOR, rangeOf } from "./manifest-document";
import { leastChange } from "./manifest-edit";
import { jsonTree, spanOf } from "./manifest-tree";
import type { Session } from "./session";

/** A pause in typing. */
const PAUSE_MS = 300;

interface Checked {
  version: number;
  /** As the engine gave them, to see whether anything changed. */
  faults: string;
  marked: { range: Range; fault: ManifestFault; diagnostic: Diagnostic }[];
}

export class ManifestDiagnostics implements CodeActionProvider, Disposable {
  readonly #collection = languages.createDiagnosticCollection("recprism");
  readonly #checked = new Map<string, Checked>();
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #subscriptions: Disposable[];

  constructor(
    private readonly session: Session,
    private readonly log: LogOutputChannel,
  ) {
    let { project, error } = session.state;
    this.#subscriptions = [
      this.#collection,
      languages.registerCodeActionsProvider(MANIFEST_SELECTOR, this, {
        providedCodeActionKinds: [CodeActionKind.QuickFix],
      }),
      workspace.onDidOpenTextDocument((document) => this.#checkSoon(document)),
      workspace.onDidChangeTextDocument(({ document }) => this.#checkSoon(document)),
      workspace.onDidCloseTextDocument((document) => this.#forget(document)),
      workspace.onDidGrantWorkspaceTrust(() => this.checkAll()),
      // Opening reads more than checking does, and what it ran into belongs to a line too.
      session.onChanged((state) => {
        if (state.project === project && state.error === error) return;
        ({ project, error } = state);
        this.checkAll();
      }),
    ];
    this.checkAll();
  }

  /** Files that manifests name may have changed. */
  checkAll(): void {
    for (const document of workspace.textDocuments) this.#checkSoon(document);
  }

  provideCodeActions(document: TextDocument, range: Range): CodeAction[] {
    const checked = this.#checked.get(document.uri.toString());
    if (checked === undefined || checked.version !== document.version) return [];
    const text = document.getText();
    return checked.marked
      .filter((one) => one.range.intersection(range) !== undefined)
      .flatMap(({ fault, diagnostic }) =>
        fault.fixes.flatMap(({ title, edits }, index) => {
          const change = leastChange(text, edits);
          if (change === null) return [];
          const action = new CodeAction(title, CodeActionKind.QuickFix);
          action.edit = new WorkspaceEdit();
          action.edit.replace(document.uri, rangeOf(document, change), change.text);
          action.diagnostics = [diagnostic];
          action.isPreferred = index === 0;
          return [action];
        }),
      );
  }

  dispose(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  #checkSoon(document: TextDocument): void {
    if (!isManifest(document)) return;
    const key = document.uri.toString();
    clearTimeout(this.#timers.get(key));
    this.#timers.set(
      key,
      setTimeout(() => void this.#check(document), PAUSE_MS),
    );
  }

  async #check(document: TextDocument): Promise<void> {
    const { version, uri } = document;
    const text = document.getText();
    try {
      const faults = await this.session.engine.checkManifest(uri.fsPath, text, !workspace.isTrusted);
      // A newer text is checked on its own.
      if (document.isClosed || document.version !== version) return;
      // Marks that are set again close the menu of fixes that a person has just opened.
      const before = this.#checked.get(uri.toString());
      const told = JSON.stringify(faults);
      if (before?.version === version && before.faults === told) return;
      const tree = jsonTree(text);
      const marked = faults.map((fault) => {
        const range = rangeOf(document, spanOf(tree, fault.path, fault.at));
        const severity = fault.severity === "error" ? DiagnosticSeverity.Error : DiagnosticSeverity.Warning;
        const diagnostic = new Diagnostic(range, fault.message, severity);
        diagnostic.source = "RecPrism";
        diagnostic.code = fault.reason;
        return { range, fault, diagnostic };
      });
      this.#checked.set(uri.toString(), { version, faults: told, marked });
      this.#collection.set(
        uri,
        marked.map(({ diagnostic }) => diagnostic),
      );
    } catch (thrown) {
      this.log.warn(`${uri.fsPath} could not be checked: ${errorData(thrown).message}`);
    }
  }

  #forget(document: TextDocument): void {
    const key = document.uri.toString();
    clearTimeout(this.#timers.get(key));
    this.#timers.delete(key);
    this.#checked.delete(key);
    this.#collection.delete(document.uri);
  }
}
