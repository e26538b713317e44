/** Preview of a rule: what it does to its audience, measured now, on a page beside the config. */
import { commands, type Disposable, EventEmitter, type TextDocumentContentProvider, Uri, workspace } from "vscode";
import type { Recipe } from "../protocol/steering";
import { previewMarkdown } from "./preview-markdown";
import type { Session } from "./session";
import { withTask } from "./with-task";

const SCHEME = "recprism-preview";
/** Length of the list that is shown of one user. */
const SHOWN = 10;

export class RulePreview implements TextDocumentContentProvider, Disposable {
  readonly #changed = new EventEmitter<Uri>();
  readonly onDidChange = this.#changed.event;
  readonly #subscription = workspace.registerTextDocumentContentProvider(SCHEME, this);
  #text = "";

  constructor(private readonly session: Session) {}

  /** @param k length of the lists that are measured */
  async show(recipe: Recipe, k: number): Promise<void> {
    const { engine, project } = this.session;
    this.#text = await withTask(this.session, `Measuring “${recipe.name}”`, async (task) => {
      const effect = await engine.effect({ project: project.id, recipe, k, task });
      // Whoever loses most says most; else anybody of the audience.
      const examples =
        effect.worstDecile?.examples ?? (await engine.audience(project.id, recipe.audience, task)).examples;
      const [user] = examples;
      const lists =
        user === undefined ? null : await engine.preview({ project: project.id, user: user.id, recipe, k: SHOWN });
      return previewMarkdown(recipe, effect, user ?? null, lists);
    });
    const uri = Uri.from({ scheme: SCHEME, path: "/Rule.md" });
    this.#changed.fire(uri);
    await commands.executeCommand("markdown.showPreviewToSide", uri);
  }

  provideTextDocumentContent(): string {
    return this.#text;
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#changed.dispose();
  }
}
