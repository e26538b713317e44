/** The text editor that a person used last: where a config goes when the Lab or a side panel has the focus. */
import { type Disposable, type TextDocument, type TextEditor, type ViewColumn, window } from "vscode";

export class LastEditor implements Disposable {
  #last: { document: TextDocument; viewColumn: ViewColumn | undefined } | null = null;
  readonly #subscription: Disposable;

  constructor() {
    this.#remember(window.activeTextEditor);
    this.#subscription = window.onDidChangeActiveTextEditor((editor) => this.#remember(editor));
  }

  /** The editor to insert into, brought to the front if it was hidden; null where none was used. */
  async find(): Promise<TextEditor | null> {
    if (window.activeTextEditor !== undefined && isFile(window.activeTextEditor.document))
      return window.activeTextEditor;
    if (this.#last === null || this.#last.document.isClosed) {
      return window.visibleTextEditors.find(({ document }) => isFile(document)) ?? null;
    }
    const { document, viewColumn } = this.#last;
    return (
      window.visibleTextEditors.find((editor) => editor.document === document) ??
      (await window.showTextDocument(document, { viewColumn, preview: false }))
    );
  }

  dispose(): void {
    this.#subscription.dispose();
  }

  #remember(editor: TextEditor | undefined): void {
    if (editor !== undefined && isFile(editor.document)) {
      this.#last = { document: editor.document, viewColumn: editor.viewColumn };
    }
  }
}

/** Output channels and the like are text editors too, to VS Code. */
function isFile(document: TextDocument): boolean {
  return ["file", "untitled", "vscode-notebook-cell", "vscode-remote"].includes(document.uri.scheme);
}
