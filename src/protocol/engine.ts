/** The engine's whole contract: host and command line see nothing else of it. All values cross a process border. */
import type { AgentTool } from "./agent";
import type { ConceptKind, Report } from "./artifact";
import type { CheckedConfig, ConfigInspection, RematchedConfig, RuleEffect } from "./config-check";
import type {
  AudienceSummary,
  Control,
  DoseCurve,
  DoseGoal,
  Effect,
  FoundDose,
  ScoreChange,
  ScoreExplanation,
  SteeringVocabulary,
  UserMatch,
} from "./effect";
import type { ErrorData, ManifestFix } from "./error";
import type { Manifest, Preset, SaeSettings } from "./manifest";
import type { DocumentFault, KeyPath, ManifestEdit } from "./manifest-edit";
import type {
  ItemMap,
  ItemSummary,
  LabelChange,
  ModelQuestion,
  ModelTest,
  NeuronComparison,
  NeuronDetail,
  NeuronExport,
  NeuronQuery,
  NeuronRow,
  Page,
} from "./neurons";
import type { RecommenderReport, RecommenderRequest } from "./recommender";
import type { CurvePoint, RunRecord } from "./run";
import type { Audience, Recipe, SteeringConfig } from "./steering";
import type { Audit, Structure } from "./structure";

/** Absolute path of the project's folder; identifies an open project. */
export type ProjectId = string;
export type JobId = string;

// ---- finding and making projects ----------------------------------------------------------------------------------

/** A choice the manifest needs. File roles hold paths relative to the folder; column roles hold column names. */
export type ProposalRole =
  | "item-embeddings"
  | "user-embeddings"
  | "item-bias"
  | "user-bias"
  | "item-table"
  | "item-id"
  | "item-ids"
  | "item-title"
  | "item-year"
  | "item-tags"
  | "item-numbers"
  | "item-texts"
  | "user-table"
  | "user-id"
  | "user-ids"
  | "interactions"
  | "interaction-user"
  | "interaction-item"
  | "interaction-timestamp"
  | "interaction-rating";

export interface ProposalChoice {
  role: ProposalRole;
  /** For people: `Item embeddings`. */
  name: string;
  chosen: string | null;
  /** For people: `3,018 x 20 float32`, or why nothing was found. */
  detail: string;
  candidates: { value: string; detail: string }[];
  required: boolean;
}

export interface Proposal {
  folder: string;
  choices: ProposalChoice[];
  /** What stands in the way of a project, each a sentence with its remedy; empty when `manifest` is complete. */
  problems: string[];
  /** What a person should know but need not act on. */
  notes: string[];
  manifest: Manifest | null;
  /** The first rows of items and users as the manifest names them, once there is one. */
  preview: PreviewRow[];
  /** Which row is which by that manifest; of interactions that are too many to be read for a look, nothing is counted. */
  identity: IdentitySummary | null;
  /** Corrections that would most likely do away with a problem or a note. */
  fixes: ProposalFix[];
  /** Where there are interactions but no embeddings: what training a recommender on them starts from. */
  withoutEmbeddings: ProjectWithoutEmbeddings | null;
}

/** A choice to be made otherwise. */
export interface ProposalFix {
  role: ProposalRole;
  value: string;
  /** For people: `Which row is which item: row numbers from 1`. */
  title: string;
}

/** A row of embeddings, its id and what it is called. */
export interface PreviewRow {
  side: "items" | "users";
  row: number;
  id: string;
  /** Null where nothing says it. */
  title: string | null;
  /** The first values of the row. */
  values: number[];
  /** How many it has. */
  dimensions: number;
}

/**
 * A project that lacks nothing but embeddings: given to the training of a recommender, whose manifest then names these
 * tables beside the embeddings that it writes (`completedManifest`). Paths are relative to the proposal's folder.
 */
export interface ProjectWithoutEmbeddings {
  name: string;
  interactions: NonNullable<Manifest["interactions"]>;
  /** `id`: the column of the table whose values the interactions speak of; set where there is a table. */
  items: Pick<Manifest["items"], "table" | "title" | "year" | "tags"> &
    Partial<Pick<Manifest["items"], "numbers" | "texts">> & { id?: string };
  users: Pick<Manifest["users"], "table" | "attributes"> & { id?: string };
}

/** A person's corrections of a proposal; null means "none". */
export type ProposalOverrides = Partial<Record<ProposalRole, string | null>>;

// ---- a manifest in the editor --------------------------------------------------------------------------------------

export type ManifestFault = DocumentFault;

/** What could stand at a key of a manifest. */
export interface ManifestSuggestion {
  kind: "file" | "column" | "array";
  value: string;
  /** For people: `3,018 x 20 float32`; may be empty. */
  detail: string;
  /** By its name it is what the key is about; such ones come first. */
  likely: boolean;
}

/** What may be added to a manifest: each comes with a file. */
export type AdditionKind = "interactions" | "items" | "users" | "head";

/** A choice of an addition, by its key in the manifest: `interactions.user`. */
export interface AdditionChoice {
  key: string;
  /** For people: `User of an interaction`. */
  name: string;
  chosen: string | null;
  detail: string;
  candidates: { value: string; detail: string }[];
  required: boolean;
}

export interface Addition {
  choices: AdditionChoice[];
  /** What stands in the way, each a sentence with its remedy. */
  problems: string[];
  notes: string[];
  /** What to write into the manifest; null while there are problems. */
  edits: ManifestEdit[] | null;
}

// ---- open projects ------------------------------------------------------------------------------------------------

export interface OpenOptions {
  /** Folder of the SAE to use instead of the manifest's `sae.path`. */
  sae?: string;
  /** The workspace is not trusted: a project that scores by an ONNX model is refused, with "workspace-restricted". */
  restricted?: boolean;
}

export interface SaeSummary {
  /** Absolute folder of the artifact. */
  path: string;
  hash: string;
  latents: number;
  labelled: number;
  report: Report;
}

/** Which row is which, to be looked at before anything is trained. */
export interface IdentitySummary {
  items: RowIdentity;
  users: RowIdentity;
}

export interface RowIdentity {
  /** In words: `row n is line n of items.csv, by its column iid`. */
  rule: string;
  rows: number;
  /** Rows of which the id has a line in the table; null where there is no table. */
  inTable: number | null;
  /** Rows with at least one interaction; null where there are no interactions. */
  inInteractions: number | null;
  /** Different ids in the interactions that name no row; null where there are no interactions. */
  unknownIds: number | null;
  /** Up to five rows from the first to the last; `title` is what the table says of the row, null where it says nothing. */
  samples: { row: number; id: string; title: string | null }[];
}

export interface ProjectSummary {
  id: ProjectId;
  name: string;
  manifestPath: string;
  manifest: Manifest;
  users: number;
  items: number;
  dimensions: number;
  interactions: number | null;
  /** Settings training would use: the manifest's preset, scaled to the data, with its settings on top. */
  preset: Preset;
  settings: SaeSettings;
  sae: SaeSummary | null;
  /** There is an SAE, but it came without labels and measures; `measure` adds them. */
  unmeasured: boolean;
  identity: IdentitySummary;
  /** Why an artifact that exists could not be opened, or other things worth saying. */
  warnings: string[];
  /** Changes of the manifest that would most likely do away with a warning. */
  fixes: ManifestFix[];
  /** What the SAE was made from and is no longer; null while everything is as it was, or nothing is known of it. */
  stale: Staleness | null;
  /** Absolute paths of the files whose change may make results stale. */
  sources: string[];
}

/** Results that were made from other files than there are now. They stay and can be used. */
export interface Staleness {
  /** What makes them fit again: to train anew, or, where only names of neurons depend on the change, to measure anew. */
  remedy: "train" | "measure";
  /** `Embeddings changed since training` */
  title: string;
  /** What changed, a sentence each: `items.npy changed since this SAE was trained: 3,018 -> 3,050 rows.` */
  changes: string[];
}

// ---- jobs ---------------------------------------------------------------------------------------------------------

/** What a person asks of a run; the rest follows from preset and data. */
export interface AskedSettings {
  /** Default: the manifest's, whose settings then hold too. */
  preset?: Preset;
  settings: Partial<SaeSettings>;
}

/** What a run then gets. */
export interface RunSettings {
  preset: Preset;
  settings: SaeSettings;
}

export interface TrainRequest extends AskedSettings {
  /** Begin anew even where an interrupted run of the same settings could go on. */
  restart?: boolean;
  /** Folder of the artifact; default: the manifest's `sae.path`. */
  out?: string;
  /** Trains several times, with other weights and sizes, and keeps the best. */
  search?: SearchRequest;
}

export interface SearchRequest {
  /** How many runs, 1 to 1000. */
  trials: number;
  /** In [0, 1]: what MS counts for, against agreement of held-out lists, in a trial's score. */
  tradeOff: number;
}

export interface TrainProgress {
  phase: "preparing" | "training" | "measuring";
  /** 1-based. */
  epoch: number;
  epochs: number;
  step: number;
  steps: number;
  /** Mean of the last chunk of steps; null before the first. */
  loss: number | null;
  secondsLeft: number | null;
  /** The step at which an interrupted run was taken up again; null for a run that began at the start. */
  resumedAt: number | null;
  /** Share of the measuring that is done, in [0, 1]; null before it begins. */
  measuredShare: number | null;
  /** Which of several runs this is of, for a search or for several seeds; 1-based. */
  trial: { number: number; of: number } | null;
  curve: CurvePoint[];
}

/** A trial of a search and how it ranks. */
export interface RankedTrial {
  /** 1-based; the first has the preset's settings. */
  number: number;
  /** Id of its `RunRecord`. */
  run: string;
  /** (MS)^w (RBO / .958)^(1 - w), w being the trade-off; null for a trial that lacks a measure or failed. */
  score: number | null;
}

export interface Job {
  id: JobId;
  /**
   * `search`: trains with several settings and keeps the best. `measure`: labels and measures an SAE that came without. `label`: names
   * neurons anew, where tables changed, and leaves the other measures.
   * `seeds`: trains an SAE's settings from other seeds, to see whether its neurons are found again. `recommender`: makes
   * embeddings from interactions.
   */
  kind: "train" | "search" | "measure" | "label" | "seeds" | "recommender";
  /** Of a recommender: the folder that it goes to. */
  project: ProjectId;
  state: "running" | "done" | "cancelled" | "failed";
  progress: TrainProgress;
  /** Set once `failed`. */
  error: ErrorData | null;
  /** Set once an artifact was written: its folder. After a cancel, null when there was no checkpoint to keep. */
  artifact: string | null;
  /** Set once a search is over: the trials that ended, best first. */
  trials?: RankedTrial[];
  /** Set once a recommender was made. */
  recommender?: RecommenderReport;
}

// ---- steering -----------------------------------------------------------------------------------------------------

export interface UserProfile {
  id: string;
  detail: string;
  /** The user's active neurons, strongest first. */
  neurons: { neuron: number; label: string; kind: ConceptKind; activation: number }[];
}

export interface PreviewRequest {
  project: ProjectId;
  user: string;
  recipe: Recipe;
  /** Length of the lists; seen items are left out. */
  k: number;
}

export interface RankedItem extends ItemSummary {
  score: number;
}

export interface PreviewResult {
  user: string;
  before: RankedItem[];
  /** `previousRank` is the 1-based rank before the edit within the whole catalogue; `why` the largest changes first. */
  after: (RankedItem & { previousRank: number; why: ScoreChange[] })[];
  /** 1-based rank after the edit of each item of `before`, in order; null for one that a filter hides. */
  newRanks: (number | null)[];
  /** Why each item of `before` rose or fell, in order. */
  whyBefore: ScoreChange[][];
  /** Extrapolated rank-biased overlap (p = .9) of the two lists: 1 when they are the same. */
  rbo: number;
  /** Share of the list that bears the concept of each edited, labelled neuron. */
  shares: { neuron: number; label: string; before: number; after: number; baseRate: number }[];
  /** Latent activation of the user on each edited neuron, before and after. */
  activations: { neuron: number; before: number; after: number }[];
  /** Items that filters hide, of the whole catalogue. */
  hidden: number;
}

export interface Recommendation {
  user: string;
  before: { id: string; title: string; score: number }[];
  after: { id: string; title: string; score: number }[];
}

/** Chosen by whoever asks for work that may take a while: progress is told by it, and it is what `endTask` ends. */
export type TaskId = string;

/** What is asked of a cohort. */
export interface CohortRequest {
  project: ProjectId;
  /** Its audience is the cohort. */
  recipe: Recipe;
  /** Length of the lists; seen items are left out. */
  k: number;
  task?: TaskId;
}

export interface DoseRequest extends CohortRequest {
  /** Neurons of the recipe's edits on users, or else on items, whose strength is varied, all alike. */
  neurons: number[];
}

// ---- config as code -----------------------------------------------------------------------------------------------

export const EXPORT_LANGUAGES = ["json", "yaml", "python", "typescript", "onnx"] as const;
export type ExportLanguage = (typeof EXPORT_LANGUAGES)[number];

/** A config in a language: the first file is the one that was asked for, others lie beside it. */
export interface GeneratedCode {
  language: ExportLanguage;
  files: { name: string; content: string | Uint8Array }[];
  /** Content hash of the config, which the code carries. */
  hash: string;
}

/** Whether generated code gave the lists of the preview when it was run. */
export interface Verification {
  /** Null where it could not be run here; `message` says why. */
  passed: boolean | null;
  users: number;
  /** Users whose top k is identical. */
  identical: number;
  /** Greatest difference of a score. */
  largestDifference: number | null;
  message: string;
}

export interface ExportedCode {
  /** Absolute paths, in the order of `GeneratedCode.files`. */
  files: string[];
  verification: Verification;
}

// ---- the interface ------------------------------------------------------------------------------------------------

export interface Engine {
  /** Looks at a folder, or at files and their folder, and proposes a manifest. Writes nothing. */
  propose(paths: string | readonly string[], overrides?: ProposalOverrides): Promise<Proposal>;
  /** Writes `recprism.json` into the folder, refusing to replace one unless told. Returns its path. */
  createProject(folder: string, manifest: Manifest, replace: boolean): Promise<string>;
  /** Generates the sample data set and its manifest in a folder that is empty or does not exist. Returns the manifest's path. */
  createSample(folder: string): Promise<string>;
  /**
   * What is wrong with a manifest as it stands in an editor, by headers and counts of the files that it names: little
   * enough work for every pause in typing. Text that is no JSON has no faults here; its editor marks those.
   *
   * @param restricted the workspace is not trusted, here and below: no file outside the manifest's folder is read
   */
  checkManifest(path: string, text: string, restricted: boolean): Promise<ManifestFault[]>;
  /** What could stand at a key: files that fit, columns of the table beside it, arrays of the file beside it. */
  suggestValues(path: string, manifest: unknown, key: KeyPath, restricted: boolean): Promise<ManifestSuggestion[]>;
  /** How a file would be added to a manifest, with a person's corrections by key; null means "none". Writes nothing. */
  proposeAddition(
    path: string,
    kind: AdditionKind,
    file: string,
    overrides: Record<string, string | null>,
  ): Promise<Addition>;
  /** Replaces a manifest's text, atomically, once it is found to be a manifest. */
  saveManifest(path: string, text: string): Promise<void>;

  /** Opens a project by its folder or manifest; again after files changed, it reads them anew. */
  openProject(path: string, options?: OpenOptions): Promise<ProjectSummary>;

  /**
   * Settings that a run would get: what is asked for, on top of the manifest's or of another preset.
   * Rejects with "settings-invalid", naming the setting, where they make no sense.
   */
  trainSettings(project: ProjectId, asked: AskedSettings): Promise<RunSettings>;
  /** Starts training and returns at once; progress arrives through `EngineEvents.jobChanged`. */
  train(project: ProjectId, request: TrainRequest): Promise<JobId>;
  /** Labels and measures the project's SAE, which came without, as a job. */
  measure(project: ProjectId): Promise<JobId>;
  /** Names the neurons anew, as a job; what persons and language models said stays. */
  label(project: ProjectId): Promise<JobId>;
  /** Trains the settings of the project's SAE from other seeds, `seeds` in all, and adds `seedStability` to its report. */
  compareSeeds(project: ProjectId, seeds: number): Promise<JobId>;
  /**
   * Makes a recommender from interactions alone, as a job, and with it a project. `propose` gives the interactions
   * (`withoutEmbeddings`). A cancel leaves the folder as it was.
   */
  trainRecommender(request: RecommenderRequest): Promise<JobId>;
  /** Asks a job to stop; it ends within a second and keeps its last checkpoint. */
  cancel(job: JobId): Promise<void>;
  jobs(): Promise<Job[]>;
  /** Runs that ended on this project, oldest first. */
  runs(project: ProjectId): Promise<RunRecord[]>;

  /** Looks at the project's files anew, which stay as they were read: what its SAE was made from and is no longer. */
  staleness(project: ProjectId): Promise<Staleness | null>;

  neurons(project: ProjectId, query: NeuronQuery): Promise<Page<NeuronRow>>;
  neuron(project: ProjectId, neuron: number): Promise<NeuronDetail>;
  /** @param search as in `NeuronQuery`; none: all neurons */
  exportNeurons(project: ProjectId, search?: string): Promise<NeuronExport[]>;
  /** Two to twelve neurons. */
  compareNeurons(project: ProjectId, neurons: number[]): Promise<NeuronComparison>;
  itemMap(project: ProjectId): Promise<ItemMap>;
  /** Activation of each item of the map, in its order. */
  mapActivations(project: ProjectId, neuron: number): Promise<Float32Array>;
  /** @param rows at most 1,000 */
  items(project: ProjectId, rows: number[]): Promise<ItemSummary[]>;
  report(project: ProjectId): Promise<Report>;
  structure(project: ProjectId): Promise<Structure>;
  audit(project: ProjectId): Promise<Audit>;
  /** Writes one page with report, neurons, structure and audit that needs nothing else to be looked at, atomically. */
  writeHtmlReport(project: ProjectId, file: string): Promise<void>;

  /**
   * Keeps a person's word in `labels.json`, atomically.
   *
   * @param by who says so; default: git's `user.name`, or else the operating system's user
   * @returns the rows that changed
   */
  changeLabel(project: ProjectId, change: LabelChange, by?: string): Promise<NeuronRow[]>;
  /** What to ask a language model for the name of a neuron. Rejects with "not-found" for one without active items. */
  modelNaming(project: ProjectId, neuron: number): Promise<ModelQuestion>;
  /**
   * What to ask to test a name: to tell held-out items that activate the neuron from hard negatives. Rejects with
   * "answer-unreadable" where there is no name in the answer.
   *
   * @param answer of a model to `modelNaming`
   */
  modelTest(project: ProjectId, neuron: number, answer: string): Promise<ModelTest>;
  /**
   * Scores the answer to `modelTest` and keeps name and score in `labels.json`. Rejects with "answer-unreadable" where
   * the model did not answer as it was asked.
   */
  keepModelLabel(project: ProjectId, neuron: number, label: string, model: string, answer: string): Promise<NeuronRow>;

  /** Users whose id starts with, then contains, the text; at most `limit`. */
  findUsers(project: ProjectId, text: string, limit: number): Promise<UserMatch[]>;
  /** Items whose id or title starts with, then contains, the text; at most `limit`. */
  findItems(project: ProjectId, text: string, limit: number): Promise<ItemSummary[]>;
  user(project: ProjectId, user: string): Promise<UserProfile>;
  /** One user's lists with the recipe, as if of its audience. */
  preview(request: PreviewRequest): Promise<PreviewResult>;
  /** Lists of one user without and with a config; without one both are the same. */
  recommend(project: ProjectId, user: string, k: number, config: SteeringConfig | null): Promise<Recommendation>;
  /** @param recipe takes part as if the user were of its audience; null: the score as it is */
  explain(project: ProjectId, user: string, item: string, recipe: Recipe | null): Promise<ScoreExplanation>;

  vocabulary(project: ProjectId): Promise<SteeringVocabulary>;
  /** Rejects with "query-invalid" for SQL that is refused or takes too long, "id-unknown", "not-found". */
  audience(project: ProjectId, audience: Audience, task?: TaskId): Promise<AudienceSummary>;
  effect(request: CohortRequest): Promise<Effect>;
  /** The audience of the recipe under other treatments. */
  controls(request: CohortRequest): Promise<Control[]>;
  doseCurve(request: DoseRequest): Promise<DoseCurve>;
  findDose(request: DoseRequest & { goal: DoseGoal }): Promise<FoundDose>;
  /** Ends audience, effect, controls, doseCurve, findDose, checkConfig or exportConfig, which rejects with "cancelled". */
  endTask(task: TaskId): Promise<void>;

  /**
   * Recipes as the rules of a config, with labels and decoder rows of the neurons they name.
   *
   * @param measure also records the effect of each on lists of so many items
   */
  configure(
    project: ProjectId,
    recipes: Recipe[],
    measure?: { k: number; task?: TaskId } | null,
  ): Promise<SteeringConfig>;
  /** Reads and checks a steering config file, JSON or YAML, against the project's SAE. */
  readConfig(project: ProjectId, file: string): Promise<SteeringConfig>;
  /**
   * What is wrong with a config as it stands in an editor, and what its neurons are.
   *
   * @param project null: without a project only the schema is checked
   * @param file its name says whether it is YAML
   */
  inspectConfig(project: ProjectId | null, file: string, text: string): Promise<ConfigInspection>;
  /** Replays a config: are its recorded effects, its neurons and its limits as they should be? */
  checkConfig(project: ProjectId, config: SteeringConfig, task?: TaskId): Promise<CheckedConfig>;
  /** Figures of each rule alone, for programs. */
  ruleEffects(project: ProjectId, config: SteeringConfig, k: number, task?: TaskId): Promise<RuleEffect[]>;
  /** Finds the neurons of a config that was made on another SAE. Rejects with "not-found" where it kept no decoder rows. */
  rematchConfig(project: ProjectId, config: SteeringConfig): Promise<RematchedConfig>;
  /**
   * The config in a language.
   *
   * @param name of the file to be, without folder: names what lies beside it
   */
  generate(project: ProjectId, config: SteeringConfig, language: ExportLanguage, name: string): Promise<GeneratedCode>;
  /**
   * Writes what `generate` gives, atomically, once it was run and gave the lists of the preview. Rejects with
   * "export-differs" where it did not; nothing is written then.
   */
  exportConfig(
    project: ProjectId,
    config: SteeringConfig,
    language: ExportLanguage,
    file: string,
    task?: TaskId,
  ): Promise<ExportedCode>;

  /** A tool of `AGENT_TOOLS` with its input; the answer is Markdown for a language model. */
  callTool(project: ProjectId, tool: AgentTool, input: unknown): Promise<string>;
}

export interface EngineEvents {
  jobChanged(job: Job): void;
  /** @param share of the work that is done, in [0, 1] */
  taskProgress(task: TaskId, share: number): void;
  /** A line for the log. */
  log(level: "info" | "warning" | "error", message: string): void;
}
