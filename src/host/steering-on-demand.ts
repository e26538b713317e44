/** Loads what steering configs need in the editor once there is one: activation does not wait for parsers and schemas. */
import { type Disposable, type TextDocument, workspace } from "vscode";
import { isConfig } from "./steer-document";
import type { SteeringEditor, SteeringParts } from "./steering-editor";

export class SteeringOnDemand implements Disposable {
  #editor: Promise<SteeringEditor> | null = null;
  readonly #subscription: Disposable;

  constructor(private readonly parts: SteeringParts) {
    const look = (document: TextDocument) => {
      if (isConfig(document)) void this.editor();
    };
    this.#subscription = workspace.onDidOpenTextDocument(look);
    workspace.textDocuments.forEach(look);
  }

  editor(): Promise<SteeringEditor> {
    this.#editor ??= import("./steering-editor").then(({ SteeringEditor }) => new SteeringEditor(this.parts));
    return this.#editor;
  }

  /** Files that configs speak of may have changed. */
  checkAll(): void {
    void this.#editor?.then((editor) => editor.checkAll());
  }

  dispose(): void {
    this.#subscription.dispose();
    void this.#editor?.then((editor) => editor.dispose());
  }
}
