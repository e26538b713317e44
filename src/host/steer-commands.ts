/** Commands on the rules of a steering config: preview, open in the Lab, measure again, find its neurons again. */
import { type TextDocument, Uri, window, workspace } from "vscode";
import { RecPrismError } from "../protocol/error";
import type { Recipe, SteeringConfig } from "../protocol/steering";
import { configForm } from "./config-language";
import { asWritten, relabelled, ruleRecipe } from "./config-rules";
import { assertWritable, changeDocument, type DocumentState, nameOf, stateOf } from "./document-change";
import { LIST_LENGTH } from "./lab-config";
import type { LastEditor } from "./last-editor";
import { leastChange } from "./manifest-edit";
import { jsonValue, nodeAt } from "./manifest-tree";
import type { RulePreview } from "./rule-preview";
import type { Session } from "./session";
import { isConfig, languageOf } from "./steer-document";
import { type SteerInspector, treeOf } from "./steer-inspector";
import { valueEdits } from "./value-edits";
import { withTask } from "./with-task";
import { counted } from "./wording";

/** A rule as it stands in a document. */
interface DocumentRule {
  state: DocumentState;
  config: SteeringConfig;
  index: number;
  recipe: Recipe;
  /** Names of its neurons in the SAE of now. */
  labels: Map<number, string>;
}

export class SteerCommands {
  constructor(
    private readonly session: Session,
    private readonly inspector: SteerInspector,
    private readonly lastEditor: LastEditor,
    private readonly preview: RulePreview,
    private readonly showLab: () => void,
  ) {}

  async previewRule(uri: unknown, rule: unknown): Promise<void> {
    const { config, index, recipe } = await this.#rule(uri, rule);
    await this.preview.show(recipe, config.rules[index].effect?.k ?? LIST_LENGTH);
  }

  async openRule(uri: unknown, rule: unknown): Promise<void> {
    const { recipe, labels } = await this.#rule(uri, rule);
    this.session.replaceRecipe(relabelled(recipe, labels));
    this.session.showTab("steer");
    this.showLab();
  }

  /** Records the effect of a rule in place. */
  async measureRule(uri: unknown, rule: unknown): Promise<void> {
    const { state, config, index, recipe } = await this.#rule(uri, rule);
    await assertWritable(state.document);
    const k = config.rules[index].effect?.k ?? LIST_LENGTH;
    const { engine, project } = this.session;
    const measured = await withTask(this.session, `Measuring “${recipe.name}”`, (task) =>
      engine.configure(project.id, [recipe], { k, task }),
    );
    const path = ["rules", index, "effect"];
    const before = jsonValue(nodeAt(treeOf(state.document), path));
    await this.#write(state, valueEdits(before, measured.rules[0].effect, path));
  }

  /** Gives a config the numbers that its neurons have in the SAE of now. */
  async rematchConfig(uri: unknown): Promise<void> {
    const state = stateOf(await this.#document(uri));
    await assertWritable(state.document);
    const { engine, project } = this.session;
    const { config: matched, matches } = await engine.rematchConfig(
      project.id,
      (await this.#config(state.document)).config,
    );
    const lost = matches
      .filter(({ now }) => now === null)
      .map(({ neuron, label }) => `${neuron}${label ? ` (${label})` : ""}`);
    if (matched === null) {
      throw new RecPrismError(
        "not-found",
        `The SAE of ${project.name} has no neuron like ${lost.join(", ")} of ${nameOf(state.document)}: no decoder row is near enough. Choose others by hand. Nothing was changed.`,
      );
    }
    const text = jsonValue(treeOf(state.document));
    await this.#write(state, valueEdits(text, asWritten(text, matched)));
    const cosines = matches.map(({ now }) => now?.cosine ?? 0);
    void window.showInformationMessage(
      `Found ${counted(matches.length, "neuron")} of ${nameOf(state.document)} again by decoder rows (cosine ${Math.min(...cosines).toFixed(2)} at least). Effects that were recorded on the other SAE are gone: measure again.`,
    );
  }

  async #write({ document, version }: DocumentState, edits: ReturnType<typeof valueEdits>): Promise<void> {
    const change = leastChange(document.getText(), edits, configForm(languageOf(document)));
    if (change !== null) await changeDocument({ document, version }, change);
  }

  /** The rule that a lens is of, or else the one under the cursor. */
  async #rule(uri: unknown, rule: unknown): Promise<DocumentRule> {
    const document = await this.#document(uri);
    const state = stateOf(document);
    const { config, labels } = await this.#config(document);
    const index = typeof rule === "number" ? rule : this.#ruleAtCursor(document);
    const found = config.rules[index];
    if (found === undefined) {
      throw new RecPrismError(
        "not-found",
        `There is no rule at the cursor in ${nameOf(document)}. Put it into a rule.`,
      );
    }
    const { project } = this.session;
    if (project.sae !== null && project.sae.hash !== config.sae.hash) {
      throw new RecPrismError(
        "config-invalid",
        `${nameOf(document)} was made on another SAE than the one of ${project.name}, in which its numbers mean other things. Use the quick fix at "hash" to find its neurons again.`,
      );
    }
    return { state, config, index, recipe: ruleRecipe(config, found), labels };
  }

  async #document(uri: unknown): Promise<TextDocument> {
    if (typeof uri === "string") return workspace.openTextDocument(Uri.parse(uri));
    const document = (await this.lastEditor.find())?.document;
    if (document !== undefined && isConfig(document)) return document;
    throw new RecPrismError(
      "not-found",
      "Open a steering config (*.steer.json or *.steer.yaml) and put the cursor into a rule.",
    );
  }

  async #config(document: TextDocument): Promise<Pick<DocumentRule, "config" | "labels">> {
    const { config, faults, neurons } = await this.inspector.inspect(document);
    if (config !== null) {
      return { config, labels: new Map(neurons.flatMap(({ neuron, label }) => (label ? [[neuron, label]] : []))) };
    }
    const fault = faults.find(({ severity }) => severity === "error");
    throw new RecPrismError("config-invalid", fault?.message ?? `${nameOf(document)} is no steering config.`);
  }

  #ruleAtCursor(document: TextDocument): number {
    const editor = window.visibleTextEditors.find((one) => one.document === document);
    const rules = nodeAt(treeOf(document), ["rules"])?.elements ?? [];
    if (rules.length === 1 || editor === undefined) return rules.length - 1;
    const offset = document.offsetAt(editor.selection.active);
    return rules.findIndex(({ start, end }) => offset >= start && offset <= end);
  }
}
