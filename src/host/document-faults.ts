/** Marks what is wrong with a document while it is being written, and offers to put it right. */
import {
  CodeAction,
  CodeActionKind,
  type CodeActionProvider,
  Diagnostic,
  DiagnosticSeverity,
  type Disposable,
  type DocumentSelector,
  type LogOutputChannel,
  languages,
  type Range,
  type TextDocument,
  WorkspaceEdit,
  workspace,
} from "vscode";
import { errorData } from "../protocol/error";
import type { QuickFix } from "../protocol/manifest-edit";
import { rangeOf } from "./manifest-document";
import { leastChange, type TextForm } from "./manifest-edit";
import type { Span } from "./manifest-tree";
import type { Session } from "./session";

/** A pause in typing. */
const PAUSE_MS = 300;

export interface DocumentFault {
  severity: "error" | "warning";
  reason: string;
  message: string;
  /** Likeliest first. */
  fixes: QuickFix[];
}

/** A kind of document, and what the engine says of one. */
export interface CheckedKind<Fault extends DocumentFault> {
  selector: DocumentSelector;
  isOne(document: TextDocument): boolean;
  /** What is wrong with a text. Work for every pause in typing. */
  check(document: TextDocument, text: string): Promise<Fault[]>;
  /** Where that stands in the text. */
  place(document: TextDocument, text: string, fault: Fault): Span;
  form(document: TextDocument): TextForm | undefined;
  /** Remedies that are no change of the text by key. */
  remedies?(document: TextDocument, fault: Fault, span: Span): CodeAction[];
}

interface Checked<Fault> {
  version: number;
  /** As the engine gave them, to see whether anything changed. */
  faults: string;
  marked: { range: Range; span: Span; fault: Fault; diagnostic: Diagnostic }[];
}

export class DocumentFaults<Fault extends DocumentFault> implements CodeActionProvider, Disposable {
  readonly #collection = languages.createDiagnosticCollection("recprism");
  readonly #checked = new Map<string, Checked<Fault>>();
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #subscriptions: Disposable[];

  constructor(
    private readonly kind: CheckedKind<Fault>,
    session: Session,
    private readonly log: LogOutputChannel,
  ) {
    let { project, error, labelsVersion } = session.state;
    this.#subscriptions = [
      this.#collection,
      languages.registerCodeActionsProvider(kind.selector, this, {
        providedCodeActionKinds: [CodeActionKind.QuickFix],
      }),
      workspace.onDidOpenTextDocument((document) => this.#checkSoon(document)),
      workspace.onDidChangeTextDocument(({ document }) => this.#checkSoon(document)),
      workspace.onDidCloseTextDocument((document) => this.#forget(document)),
      workspace.onDidGrantWorkspaceTrust(() => this.checkAll()),
      // Opening reads more than checking does, and what it ran into belongs to a line too.
      session.onChanged((state) => {
        if (state.project === project && state.error === error && state.labelsVersion === labelsVersion) return;
        ({ project, error, labelsVersion } = state);
        this.checkAll();
      }),
    ];
    this.checkAll();
  }

  /** Files that documents name may have changed. */
  checkAll(): void {
    for (const document of workspace.textDocuments) this.#checkSoon(document);
  }

  provideCodeActions(document: TextDocument, range: Range): CodeAction[] {
    const checked = this.#checked.get(document.uri.toString());
    if (checked === undefined || checked.version !== document.version) return [];
    return checked.marked
      .filter((one) => one.range.intersection(range) !== undefined)
      .flatMap(({ fault, span, diagnostic }) => {
        const changes = fault.fixes.flatMap((fix) => this.#fixOf(document, fix) ?? []);
        const actions = [...changes, ...(this.kind.remedies?.(document, fault, span) ?? [])];
        for (const [index, action] of actions.entries()) {
          action.diagnostics = [diagnostic];
          action.isPreferred = index === 0;
        }
        return actions;
      });
  }

  dispose(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  #fixOf(document: TextDocument, { title, edits }: QuickFix): CodeAction | null {
    const change = leastChange(document.getText(), edits, this.kind.form(document));
    if (change === null) return null;
    const action = new CodeAction(title, CodeActionKind.QuickFix);
    action.edit = new WorkspaceEdit();
    action.edit.replace(document.uri, rangeOf(document, change), change.text);
    return action;
  }

  #checkSoon(document: TextDocument): void {
    if (!this.kind.isOne(document)) return;
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
      const faults = await this.kind.check(document, text);
      // A newer text is checked on its own.
      if (document.isClosed || document.version !== version) return;
      // Marks that are set again close the menu of fixes that a person has just opened.
      const before = this.#checked.get(uri.toString());
      const told = JSON.stringify(faults);
      if (before?.version === version && before.faults === told) return;
      const marked = faults.map((fault) => {
        const span = this.kind.place(document, text, fault);
        const range = rangeOf(document, span);
        const severity = fault.severity === "error" ? DiagnosticSeverity.Error : DiagnosticSeverity.Warning;
        const diagnostic = new Diagnostic(range, fault.message, severity);
        diagnostic.source = "RecPrism";
        diagnostic.code = fault.reason;
        return { range, span, fault, diagnostic };
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
