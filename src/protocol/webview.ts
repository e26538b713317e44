/** What the webviews and the host may ask of each other. A webview keeps navigation and UI state only; all else comes from here. */
import type { Answer } from "./answer";
import type {
  AudienceSummary,
  Control,
  DoseCurve,
  DoseGoal,
  Effect,
  FoundDose,
  ScoreExplanation,
  SteeringVocabulary,
  UserMatch,
} from "./effect";
import type {
  AskedSettings,
  ExportLanguage,
  Job,
  PreviewResult,
  ProjectSummary,
  RunSettings,
  TaskId,
  UserProfile,
} from "./engine";
import type { ErrorData } from "./error";
import type {
  ItemMap,
  ItemSummary,
  LabelChange,
  NeuronComparison,
  NeuronDetail,
  NeuronQuery,
  NeuronRow,
  Page,
} from "./neurons";
import type { RunRecord } from "./run";
import type { Audience, NamedAudience, Recipe } from "./steering";
import type { Audit, Structure } from "./structure";

export type LabTab = "neuron" | "steer" | "run" | "structure" | "audit";

/** What both webviews show when nothing else does. */
export interface SharedState {
  project: ProjectSummary | null;
  /** The running job, or the last one that ended in this session. */
  job: Job | null;
  /** Selection shared by side panel and Lab. */
  neuron: number | null;
  /** Neurons to look at side by side; fewer than two: none. */
  compared: number[];
  /** The tab of the Lab that a command asked for last, and when (ms since 1970); absent where none did. */
  tab?: { name: LabTab; asked: number };
  /** Rises with every change of labels: rows that were fetched before may be out of date. */
  labelsVersion: number;
  /** A fault that is not tied to one call: the project did not open, the engine stopped. */
  error: ErrorData | null;
  busy: string | null;
}

/** What the host offers to both. Calls answer instead of rejecting, so that a fault is shown where it happened. */
export interface SharedHost {
  /** The webview is ready; answers with the state, and `stateChanged` follows every change. */
  ready(): Promise<SharedState>;
  openEmbeddings(): void;
  openSample(): void;
  /** @param asked what differs from the settings in recprism.json, for this run alone */
  train(asked?: AskedSettings): void;
  /** Labels and measures an SAE that came without. */
  measure(): void;
  cancelTraining(): void;
  selectNeuron(neuron: number): void;
  /** Shows neurons side by side in the Lab; fewer than two end the comparison. */
  compareNeurons(neurons: number[]): void;
  neurons(query: NeuronQuery): Promise<Answer<Page<NeuronRow>>>;
  changeLabel(change: LabelChange): Promise<Answer<NeuronRow[]>>;
  /** Asks the person for the name, and what to do with it, in the editor's own dialogs. */
  askForName(neurons: number[]): void;
  /** Has a language model of the editor name neurons. */
  nameByModel(neurons: number[]): void;
}

/** A filter of the neuron list that a person named. */
export interface SavedFilter {
  name: string;
  search: string;
}

export interface SharedView {
  stateChanged(state: SharedState): void;
}

export interface NeuronsHost extends SharedHost {
  savedFilters(): Promise<SavedFilter[]>;
  /** Asks for a name in the editor; answers with all filters. */
  saveFilter(search: string): Promise<SavedFilter[]>;
  removeFilter(name: string): Promise<SavedFilter[]>;
}

export interface NeuronsView extends SharedView {}

export interface LabHost extends SharedHost {
  neuron(neuron: number): Promise<Answer<NeuronDetail>>;
  comparison(neurons: number[]): Promise<Answer<NeuronComparison>>;
  itemMap(): Promise<Answer<ItemMap>>;
  mapActivations(neuron: number): Promise<Answer<Float32Array>>;
  items(rows: number[]): Promise<Answer<ItemSummary[]>>;
  structure(): Promise<Answer<Structure>>;
  audit(): Promise<Answer<Audit>>;
  /** Lets the person choose a file for a chart, as PNG, or its table, as CSV. */
  saveChart(name: string, kind: "png" | "csv", content: Uint8Array): void;
  findUsers(text: string): Promise<Answer<UserMatch[]>>;
  findItems(text: string): Promise<Answer<ItemSummary[]>>;
  /** Runs that ended on the project, oldest first. */
  runs(): Promise<Answer<RunRecord[]>>;
  /** Settings that a run would get; the fault of a setting that makes no sense names its key. */
  trainSettings(asked: AskedSettings): Promise<Answer<RunSettings>>;
  user(user: string): Promise<Answer<UserProfile>>;
  preview(user: string, recipe: Recipe, k: number): Promise<Answer<PreviewResult>>;
  /** @param recipe null: the score as it is */
  explain(user: string, item: string, recipe: Recipe | null): Promise<Answer<ScoreExplanation>>;

  vocabulary(): Promise<Answer<SteeringVocabulary>>;
  audience(audience: Audience, task: TaskId): Promise<Answer<AudienceSummary>>;
  effect(recipe: Recipe, k: number, task: TaskId): Promise<Answer<Effect>>;
  controls(recipe: Recipe, k: number, task: TaskId): Promise<Answer<Control[]>>;
  doseCurve(recipe: Recipe, neurons: number[], k: number, task: TaskId): Promise<Answer<DoseCurve>>;
  findDose(recipe: Recipe, neurons: number[], goal: DoseGoal, k: number, task: TaskId): Promise<Answer<FoundDose>>;
  /** Its call then answers with "cancelled". */
  endTask(task: TaskId): void;

  /** Audiences that a person named, of the open project. */
  namedAudiences(): Promise<NamedAudience[]>;
  /** Asks for a name in the editor; answers with all. */
  nameAudience(audience: Audience): Promise<NamedAudience[]>;
  forgetAudience(name: string): Promise<NamedAudience[]>;

  /** The recipe the commands would export; kept by the host across reloads. */
  recipe(): Promise<Recipe>;
  recipeChanged(recipe: Recipe): void;
  insertConfig(): void;
  /** Puts the recipe in place of the config under the cursor of the editor that was used last. */
  updateConfig(): void;
  saveConfig(): void;
  /** Writes the recipe as code into a file that the person chooses, checked against the preview. */
  exportCode(language: ExportLanguage): void;
}

export interface LabView extends SharedView {
  /** Recipe replaced by the host, for example when a project was opened. */
  recipeReplaced(recipe: Recipe): void;
  /** @param share of the work that is done, in [0, 1] */
  taskProgress(task: TaskId, share: number): void;
}
