/** Names each neuron of a steering config behind its number. */
import {
  type Disposable,
  InlayHint,
  InlayHintKind,
  type InlayHintsProvider,
  languages,
  type Range,
  type TextDocument,
} from "vscode";
import { CONFIG_SELECTOR } from "./steer-document";
import { namedNeurons, type SteerInspector, treeOf } from "./steer-inspector";

export class SteerHints implements InlayHintsProvider {
  readonly onDidChangeInlayHints;

  constructor(private readonly inspector: SteerInspector) {
    this.onDidChangeInlayHints = inspector.onDidChange;
  }

  register(): Disposable {
    return languages.registerInlayHintsProvider(CONFIG_SELECTOR, this);
  }

  provideInlayHints(document: TextDocument, range: Range): InlayHint[] {
    return namedNeurons(treeOf(document), this.inspector.known(document)?.neurons ?? []).flatMap(({ named, span }) => {
      const end = document.positionAt(span.end);
      if (!range.contains(end) || named.label === null) return [];
      const hint = new InlayHint(end, named.label === "" ? "(no name)" : named.label, InlayHintKind.Type);
      hint.paddingLeft = true;
      return [hint];
    });
  }
}
