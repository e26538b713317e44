/** Above each rule of a steering config: its recorded effect, and what can be done with the rule. */
import { CodeLens, type CodeLensProvider, type Disposable, languages, type TextDocument } from "vscode";
import { rangeOf } from "./manifest-document";
import { nodeAt } from "./manifest-tree";
import { CONFIG_SELECTOR } from "./steer-document";
import { type SteerInspector, treeOf } from "./steer-inspector";

const ACTIONS = [
  ["$(eye) Preview", "recprism.previewRule", "Measure the rule and show its effect beside this file"],
  ["$(beaker) Open in Lab", "recprism.openRule", "Put the rule into the Lab, where it can be tried and changed"],
  ["$(refresh) Measure again", "recprism.measureRule", "Measure the rule and record its effect here"],
] as const;

export class SteerLenses implements CodeLensProvider {
  readonly onDidChangeCodeLenses;

  constructor(private readonly inspector: SteerInspector) {
    this.onDidChangeCodeLenses = inspector.onDidChange;
  }

  register(): Disposable {
    return languages.registerCodeLensProvider(CONFIG_SELECTOR, this);
  }

  provideCodeLenses(document: TextDocument): CodeLens[] {
    const known = this.inspector.known(document);
    const rules = nodeAt(treeOf(document), ["rules"])?.elements ?? [];
    if (known?.config == null) return [];
    return rules.flatMap((rule, index) => {
      const range = rangeOf(document, { start: rule.start, end: rule.start + 1 });
      const said = known.rules[index];
      // Without a command a lens is plain text.
      const effect = said === undefined ? [] : [new CodeLens(range, { title: said, command: "" })];
      const actions = ACTIONS.map(
        ([title, command, tooltip]) =>
          new CodeLens(range, { title, tooltip, command, arguments: [document.uri.toString(), index] }),
      );
      return [...effect, ...actions];
    });
  }
}
