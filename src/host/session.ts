/** The one place of the host's state: open project, job, selected neuron and recipe. Views and commands read it here. */
import { EventEmitter } from "node:events";
import { basename } from "node:path";
import type { Engine, Job, ProjectId, ProjectSummary, Staleness, TaskId } from "../protocol/engine";
import { type ErrorData, errorData, RecPrismError } from "../protocol/error";
import { type NamedAudience, type Recipe, recipeSchema } from "../protocol/steering";
import type { LabTab, SavedFilter, SharedState } from "../protocol/webview";

/** Where state outlives a reload; VS Code's `Memento` is one. */
export interface Memory {
  get<Value>(key: string): Value | undefined;
  update(key: string, value: unknown): PromiseLike<void>;
}

/** A recipe speaks of the neurons of one SAE, so it is kept with that SAE's hash. */
interface KeptRecipe {
  sae: string | null;
  /** Of whatever version kept it. */
  recipe: unknown;
}

/** An audience by a neuron belongs to that neuron's SAE; any other one to the project. */
interface KeptAudience extends NamedAudience {
  sae: string | null;
}

const LAST_PROJECT = "project";
const recipeKey = (project: string) => `recipe:${project}`;
const filtersKey = (project: string) => `filters:${project}`;
const audiencesKey = (project: string) => `audiences:${project}`;
/** A slider changes the recipe many times a second; it is kept once it rests. */
const KEEP_RECIPE_AFTER_MS = 300;

export class Session {
  readonly #events = new EventEmitter<{
    changed: [SharedState];
    recipeReplaced: [Recipe];
    taskProgress: [TaskId, number];
  }>();
  #state: SharedState = {
    project: null,
    job: null,
    neuron: null,
    compared: [],
    labelsVersion: 0,
    error: null,
    busy: null,
  };
  #recipe: Recipe = emptyRecipe();
  #recipeTimer: NodeJS.Timeout | null = null;
  #openings = 0;
  #readAt = 0;
  #labelsReadAt = 0;
  #faulty: string | null = null;

  /** @param restricted whether the workspace is not trusted, asked at every opening */
  constructor(
    readonly engine: Engine,
    private readonly memory: Memory,
    private readonly restricted: () => boolean,
  ) {
    this.#events.setMaxListeners(50);
  }

  get state(): SharedState {
    return this.#state;
  }

  get recipe(): Recipe {
    return this.#recipe;
  }

  /** Manifest of the project that was open last in this workspace, if any. */
  get lastProject(): string | undefined {
    return this.memory.get<string>(LAST_PROJECT);
  }

  /** What could not be opened when it was tried last: a manifest, or its folder. */
  get faulty(): string | null {
    return this.#faulty;
  }

  /** When reading the open project's files began, in ms since 1970: what changed later was not read. */
  get readAt(): number {
    return this.#readAt;
  }

  /** The same of labels, which the engine reads whenever somebody says something of neurons. */
  get labelsReadAt(): number {
    return Math.max(this.#readAt, this.#labelsReadAt);
  }

  /** The open project; throws where there is none. */
  get project(): ProjectSummary {
    if (this.#state.project !== null) return this.#state.project;
    throw new RecPrismError(
      "not-found",
      "No RecPrism project is open. Run “RecPrism: Open Embeddings…” on your files, or “RecPrism: Open Sample Project”.",
    );
  }

  onChanged(listener: (state: SharedState) => void): { dispose(): void } {
    this.#events.on("changed", listener);
    return { dispose: () => this.#events.off("changed", listener) };
  }

  onRecipeReplaced(listener: (recipe: Recipe) => void): { dispose(): void } {
    this.#events.on("recipeReplaced", listener);
    return { dispose: () => this.#events.off("recipeReplaced", listener) };
  }

  /** How far work is that somebody asked the engine for under an id of their own. */
  onTaskProgress(listener: (task: TaskId, share: number) => void): { dispose(): void } {
    this.#events.on("taskProgress", listener);
    return { dispose: () => this.#events.off("taskProgress", listener) };
  }

  taskProgress(task: TaskId, share: number): void {
    this.#events.emit("taskProgress", task, share);
  }

  /**
   * Opens a project by its folder or manifest, or reads the open one anew.
   * A fault is thrown and shown in the views too; the project of before stays open then.
   */
  async open(path: string): Promise<ProjectSummary> {
    const opening = ++this.#openings;
    const startedAt = Date.now();
    this.#change({ busy: `Opening ${basename(path)}…`, error: null });
    try {
      const project = await this.engine.openProject(path, { restricted: this.restricted() });
      if (opening === this.#openings) {
        this.#readAt = startedAt;
        this.#faulty = null;
        this.show(project);
      }
      return project;
    } catch (thrown) {
      if (opening === this.#openings) {
        this.#faulty = path;
        this.#change({ busy: null, error: errorData(thrown) });
      }
      throw thrown;
    }
  }

  /** Takes a project that the engine has opened as the open one. */
  show(project: ProjectSummary): void {
    const before = this.#state.project;
    const sameSae = before?.id === project.id && before.sae?.hash === project.sae?.hash;
    const { neuron, compared } = sameSae ? this.#state : { neuron: null, compared: [] };
    if (!sameSae) this.#keepRecipe();
    const labelsVersion = this.#state.labelsVersion + 1;
    this.#change({ project, neuron, compared, labelsVersion, busy: null, error: null });
    void this.memory.update(LAST_PROJECT, project.manifestPath);
    if (!sameSae) this.#restoreRecipe(project);
  }

  /** The open project's files were looked at anew; what was read of them stays. */
  markStale(project: ProjectId, stale: Staleness | null): void {
    const open = this.#state.project;
    if (open?.id !== project || JSON.stringify(open.stale) === JSON.stringify(stale)) return;
    this.#change({ project: { ...open, stale } });
  }

  select(neuron: number | null): void {
    if (neuron !== this.#state.neuron) this.#change({ neuron });
  }

  /** Neurons to look at side by side; fewer than two: none. */
  compare(neurons: readonly number[]): void {
    const compared = [...new Set(neurons)];
    this.#change({ compared: compared.length < 2 ? [] : compared });
  }

  /** The Lab shows this tab, at once or as soon as it is open. */
  showTab(name: LabTab): void {
    this.#change({ tab: { name, asked: Date.now() } });
  }

  /** Somebody said something of neurons: rows that views hold may be out of date. */
  labelsChanged(): void {
    this.#labelsReadAt = Date.now() + 1;
    this.#change({ labelsVersion: this.#state.labelsVersion + 1 });
  }

  /** Filters that a person named, of the open project, by name. */
  get filters(): SavedFilter[] {
    const { project } = this.#state;
    return project === null ? [] : (this.memory.get<SavedFilter[]>(filtersKey(project.id)) ?? []);
  }

  /** Keeps a filter in place of one of the same name. */
  async keepFilter(filter: SavedFilter): Promise<void> {
    await this.#keepFilters([...this.filters.filter(({ name }) => name !== filter.name), filter]);
  }

  async removeFilter(name: string): Promise<void> {
    await this.#keepFilters(this.filters.filter((filter) => filter.name !== name));
  }

  /** Audiences that a person named, of the open project, by name; those of another SAE's neurons are left out. */
  get audiences(): NamedAudience[] {
    const sae = this.#state.project?.sae?.hash ?? null;
    return this.#keptAudiences
      .filter((kept) => kept.audience.kind !== "neuron" || kept.sae === sae)
      .map(({ name, audience }) => ({ name, audience }));
  }

  /** Keeps an audience in place of one of the same name. */
  async keepAudience({ name, audience }: NamedAudience): Promise<void> {
    const sae = this.project.sae?.hash ?? null;
    await this.#keepAudiences([...this.#keptAudiences.filter((kept) => kept.name !== name), { name, audience, sae }]);
  }

  async forgetAudience(name: string): Promise<void> {
    await this.#keepAudiences(this.#keptAudiences.filter((kept) => kept.name !== name));
  }

  fail(error: ErrorData): void {
    this.#change({ error, busy: null });
  }

  jobChanged(job: Job): void {
    this.#change({ job });
  }

  /** The engine runs again: what was said of its end is over. */
  engineStarted(): void {
    if (this.#state.error?.reason === "engine-stopped") this.#change({ error: null });
  }

  /** The engine is gone and its jobs with it. */
  engineStopped(error: ErrorData): void {
    const { job } = this.#state;
    const lost = job?.state === "running" ? { ...job, state: "failed" as const, error } : job;
    this.#change({ job: lost, error, busy: null });
  }

  /** The Lab edited the recipe. */
  changeRecipe(recipe: Recipe): void {
    this.#recipe = recipe;
    if (this.#recipeTimer !== null) clearTimeout(this.#recipeTimer);
    this.#recipeTimer = setTimeout(() => this.#keepRecipe(), KEEP_RECIPE_AFTER_MS);
    this.#events.emit("changed", this.#state);
  }

  /** Puts a recipe from elsewhere, such as a config file, into the Lab. */
  replaceRecipe(recipe: Recipe): void {
    this.changeRecipe(recipe);
    this.#events.emit("recipeReplaced", recipe);
  }

  dispose(): void {
    this.#keepRecipe();
    this.#events.removeAllListeners();
  }

  async #keepFilters(filters: SavedFilter[]): Promise<void> {
    const sorted = filters.sort((a, b) => a.name.localeCompare(b.name));
    await this.memory.update(filtersKey(this.project.id), sorted);
  }

  get #keptAudiences(): KeptAudience[] {
    const { project } = this.#state;
    return project === null ? [] : (this.memory.get<KeptAudience[]>(audiencesKey(project.id)) ?? []);
  }

  async #keepAudiences(audiences: KeptAudience[]): Promise<void> {
    const sorted = audiences.sort((a, b) => a.name.localeCompare(b.name));
    await this.memory.update(audiencesKey(this.project.id), sorted);
  }

  #keepRecipe(): void {
    if (this.#recipeTimer === null) return;
    clearTimeout(this.#recipeTimer);
    this.#recipeTimer = null;
    const { project } = this.#state;
    if (project === null) return;
    const kept: KeptRecipe = { sae: project.sae?.hash ?? null, recipe: this.#recipe };
    void this.memory.update(recipeKey(project.id), kept);
  }

  #restoreRecipe(project: ProjectSummary): void {
    const kept = this.memory.get<KeptRecipe>(recipeKey(project.id));
    const fits = kept !== undefined && kept.sae === (project.sae?.hash ?? null);
    const read = recipeSchema.safeParse(fits ? kept.recipe : null);
    this.#recipe = read.success ? read.data : emptyRecipe();
    this.#events.emit("recipeReplaced", this.#recipe);
    this.#events.emit("changed", this.#state);
  }

  #change(part: Partial<SharedState>): void {
    this.#state = { ...this.#state, ...part };
    this.#events.emit("changed", this.#state);
  }
}

/** Named as the Lab names a recipe without edits, so that it goes on naming it after its edits. */
export function emptyRecipe(): Recipe {
  return { name: "No change", mode: "delta", audience: { kind: "everyone" }, edits: [], items: [], filters: [] };
}
