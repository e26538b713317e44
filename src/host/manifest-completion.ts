/** While a manifest is written: completes files, columns and arrays, and tells what those that it names hold. */
import {
  CompletionItem,
  CompletionItemKind,
  type CompletionItemProvider,
  type Disposable,
  Hover,
  type HoverProvider,
  languages,
  MarkdownString,
  type Position,
  Range,
  type TextDocument,
  workspace,
} from "vscode";
import type { ManifestSuggestion } from "../protocol/engine";
import { MANIFEST_SELECTOR, rangeOf } from "./manifest-document";
import { type JsonPlace, jsonTree, jsonValue, placeAt } from "./manifest-tree";
import type { Session } from "./session";

const ICONS: Record<ManifestSuggestion["kind"], CompletionItemKind> = {
  file: CompletionItemKind.File,
  column: CompletionItemKind.Field,
  array: CompletionItemKind.Variable,
};

export class ManifestCompletion implements CompletionItemProvider, HoverProvider {
  constructor(private readonly session: Session) {}

  register(): Disposable[] {
    return [
      languages.registerCompletionItemProvider(MANIFEST_SELECTOR, this, '"', "/"),
      languages.registerHoverProvider(MANIFEST_SELECTOR, this),
    ];
  }

  async provideCompletionItems(document: TextDocument, position: Position): Promise<CompletionItem[]> {
    const asked = this.#asked(document, position);
    if (asked === null) return [];
    const { place, suggestions } = asked;
    const range = place.node === null ? new Range(position, position) : rangeOf(document, place.node);
    return (await suggestions).map(({ kind, value, detail }, index) => {
      const item = new CompletionItem({ label: value, description: detail }, ICONS[kind]);
      const text = JSON.stringify(value);
      item.range = range;
      item.insertText = text;
      // What is typed already begins with the quote.
      item.filterText = text;
      item.sortText = `0${String(index).padStart(5, "0")}`;
      return item;
    });
  }

  async provideHover(document: TextDocument, position: Position): Promise<Hover | null> {
    const asked = this.#asked(document, position);
    if (asked === null || asked.place.node === null) return null;
    const range = rangeOf(document, asked.place.node);
    const text = document.getText(range);
    const found = (await asked.suggestions).find(({ value }) => JSON.stringify(value) === text);
    if (found === undefined || found.detail === "") return null;
    return new Hover(new MarkdownString().appendText(`${found.value}: ${found.detail}`), range);
  }

  /** What could stand where the cursor is; null where that is no value. */
  #asked(
    document: TextDocument,
    position: Position,
  ): { place: JsonPlace; suggestions: Promise<ManifestSuggestion[]> } | null {
    const tree = jsonTree(document.getText());
    const place = placeAt(tree, document.offsetAt(position));
    if (place === null || place.at === "key") return null;
    const { engine } = this.session;
    return {
      place,
      suggestions: engine.suggestValues(document.uri.fsPath, jsonValue(tree), place.path, !workspace.isTrusted),
    };
  }
}
