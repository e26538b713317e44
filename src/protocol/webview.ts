/** What the webviews and the host may ask of each other. A webview keeps navigation and UI state only; all else comes from here. */
import type { Answer } from "./answer";
import type {
  AskedSettings,
  Job,
  NeuronDetail,
  NeuronQuery,
  NeuronRow,
  Page,
  PreviewResult,
  ProjectSummary,
  RunSettings,
  UserMatch,
  UserProfile,
} from "./engine";
import type { ErrorData } from "./error";
import type { RunRecord } from "./run";
import type { Recipe } from "./steering";

/** What both webviews show when nothing else does. */
export interface SharedState {
  project: ProjectSummary | null;
  /** The running job, or the last one that ended in this session. */
  job: Job | null;
  /** Selection shared by side panel and Lab. */
  neuron: number | null;
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
}

export interface SharedView {
  stateChanged(state: SharedState): void;
}

export interface NeuronsHost extends SharedHost {
  neurons(query: NeuronQuery): Promise<Answer<Page<NeuronRow>>>;
}

export interface NeuronsView extends SharedView {}

export interface LabHost extends SharedHost {
  neurons(query: NeuronQuery): Promise<Answer<Page<NeuronRow>>>;
  neuron(neuron: number): Promise<Answer<NeuronDetail>>;
  findUsers(text: string): Promise<Answer<UserMatch[]>>;
  /** Runs that ended on the project, oldest first. */
  runs(): Promise<Answer<RunRecord[]>>;
  /** Settings that a run would get; the fault of a setting that makes no sense names its key. */
  trainSettings(asked: AskedSettings): Promise<Answer<RunSettings>>;
  user(user: string): Promise<Answer<UserProfile>>;
  preview(user: string, recipe: Recipe, k: number): Promise<Answer<PreviewResult>>;
  /** The recipe the commands would export; kept by the host across reloads. */
  recipe(): Promise<Recipe>;
  recipeChanged(recipe: Recipe): void;
  insertConfig(): void;
  saveConfig(): void;
}

export interface LabView extends SharedView {
  /** Recipe replaced by the host, for example when a project was opened. */
  recipeReplaced(recipe: Recipe): void;
}
