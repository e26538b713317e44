/** The engine's whole contract: host and command line see nothing else of it. All values cross a process border. */
import type { ConceptEvidence, ConceptKind, Report } from "./artifact";
import type { ErrorData } from "./error";
import type { Manifest, SaeSettings } from "./manifest";
import type { Recipe, SteeringConfig } from "./steering";

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
  | "item-title"
  | "item-year"
  | "item-tags"
  | "user-table"
  | "user-id"
  | "interactions"
  | "interaction-user"
  | "interaction-item";

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
}

/** A person's corrections of a proposal; null means "none". */
export type ProposalOverrides = Partial<Record<ProposalRole, string | null>>;

// ---- open projects ------------------------------------------------------------------------------------------------

export interface SaeSummary {
  /** Absolute folder of the artifact. */
  path: string;
  hash: string;
  latents: number;
  labelled: number;
  report: Report;
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
  /** Settings training would use: defaults with the manifest's on top. */
  settings: SaeSettings;
  sae: SaeSummary | null;
  /** Why an artifact that exists could not be opened, or other things worth saying. */
  warnings: string[];
}

// ---- jobs ---------------------------------------------------------------------------------------------------------

export interface TrainRequest {
  settings: Partial<SaeSettings>;
  /** Folder of the artifact; default: the manifest's `sae.path`. */
  out?: string;
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
}

export interface Job {
  id: JobId;
  kind: "train";
  project: ProjectId;
  state: "running" | "done" | "cancelled" | "failed";
  progress: TrainProgress;
  /** Set once `failed`. */
  error: ErrorData | null;
  /** Set once an artifact was written: its folder. After a cancel, null when there was no checkpoint to keep. */
  artifact: string | null;
}

// ---- neurons ------------------------------------------------------------------------------------------------------

export type NeuronSort = "neuron" | "label" | "kind" | "ms" | "purity10" | "density";

export interface NeuronQuery {
  /** Every word must occur in the label or be the neuron's number; case-insensitive. */
  search?: string;
  /** Empty or absent: all kinds. */
  kinds?: ConceptKind[];
  sort?: NeuronSort;
  descending?: boolean;
  offset?: number;
  limit?: number;
}

export interface NeuronRow {
  neuron: number;
  label: string;
  kind: ConceptKind;
  ms: number | null;
  /** Precision@10 on held-out items and the base rate of the concept; null where there is no label. */
  purity10: number | null;
  purity10BaseRate: number | null;
  /** Share of items that activate the neuron. */
  density: number;
  /** Counts of active items in equal bins from 0 to the largest activation, for a sparkline. */
  histogram: number[];
}

export interface Page<Row> {
  rows: Row[];
  /** How many rows match the query, before offset and limit. */
  total: number;
}

export interface ItemSummary {
  row: number;
  id: string;
  title: string;
  year: number | null;
  tags: string[];
}

export interface NeuronDetail extends NeuronRow {
  evidence: ConceptEvidence | null;
  topItems: (ItemSummary & { activation: number; bearsConcept: boolean | null })[];
  /** `edges` has one more entry than `items`; counts of active rows (zeros are left out). */
  activationHistogram: { edges: number[]; items: number[] };
  activeItems: number;
  /** Concepts with the highest lift, best first; the label's own is among them. */
  lifts: ConceptEvidence[];
  /** Largest activation over items and over users. */
  largestItemActivation: number;
  largestUserActivation: number;
}

export interface NeuronExport {
  neuron: number;
  label: string;
  kind: ConceptKind;
  ms: number | null;
  purity10: number | null;
  density: number;
  topItems: { id: string; title: string; activation: number }[];
}

// ---- steering -----------------------------------------------------------------------------------------------------

export interface UserMatch {
  id: string;
  /** For people: `F, 25; 53 interactions`. */
  detail: string;
}

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
  /** `previousRank` is the 1-based rank before the edit within the whole catalogue. */
  after: (RankedItem & { previousRank: number })[];
  /** 1-based rank after the edit of each item of `before`, in order. */
  newRanks: number[];
  /** Extrapolated rank-biased overlap (p = .9) of the two lists: 1 when they are the same. */
  rbo: number;
  /** Share of the list that bears the concept of each edited, labelled neuron. */
  shares: { neuron: number; label: string; before: number; after: number; baseRate: number }[];
  /** Latent activation of the user on each edited neuron, before and after. */
  activations: { neuron: number; before: number; after: number }[];
}

export interface Recommendation {
  user: string;
  before: { id: string; title: string; score: number }[];
  after: { id: string; title: string; score: number }[];
}

export type ExportLanguage = "json" | "python";

// ---- the interface ------------------------------------------------------------------------------------------------

export interface Engine {
  /** Looks at a folder, or at a file and its folder, and proposes a manifest. Writes nothing. */
  propose(path: string, overrides?: ProposalOverrides): Promise<Proposal>;
  /** Writes `recprism.json` into the folder, refusing to replace one unless told. Returns its path. */
  createProject(folder: string, manifest: Manifest, replace: boolean): Promise<string>;
  /** Generates the sample data set and its manifest in a folder that is empty or does not exist. Returns the manifest's path. */
  createSample(folder: string): Promise<string>;
  /**
   * Opens a project by its folder or manifest; again after files changed, it reads them anew.
   *
   * @param sae folder of the SAE to use instead of the manifest's `sae.path`
   */
  openProject(path: string, sae?: string): Promise<ProjectSummary>;

  /** Starts training and returns at once; progress arrives through `EngineEvents.jobChanged`. */
  train(project: ProjectId, request: TrainRequest): Promise<JobId>;
  /** Asks a job to stop; it ends within a second and keeps its last checkpoint. */
  cancel(job: JobId): Promise<void>;
  jobs(): Promise<Job[]>;

  neurons(project: ProjectId, query: NeuronQuery): Promise<Page<NeuronRow>>;
  neuron(project: ProjectId, neuron: number): Promise<NeuronDetail>;
  exportNeurons(project: ProjectId): Promise<NeuronExport[]>;
  report(project: ProjectId): Promise<Report>;

  /** Users whose id starts with, then contains, the text; at most `limit`. */
  findUsers(project: ProjectId, text: string, limit: number): Promise<UserMatch[]>;
  user(project: ProjectId, user: string): Promise<UserProfile>;
  preview(request: PreviewRequest): Promise<PreviewResult>;
  /** Lists of one user without and with a config; without one both are the same. */
  recommend(project: ProjectId, user: string, k: number, config: SteeringConfig | null): Promise<Recommendation>;

  /** The recipe as a config for everyone. */
  configure(project: ProjectId, recipe: Recipe): Promise<SteeringConfig>;
  /** Reads and checks a steering config file against the project's SAE. */
  readConfig(project: ProjectId, file: string): Promise<SteeringConfig>;
  /** The config as text in a language. */
  generate(project: ProjectId, config: SteeringConfig, language: ExportLanguage): Promise<string>;
  /** Writes what `generate` gives to a file, atomically. */
  exportConfig(project: ProjectId, config: SteeringConfig, language: ExportLanguage, file: string): Promise<void>;
}

export interface EngineEvents {
  jobChanged(job: Job): void;
  /** A line for the log. */
  log(level: "info" | "warning" | "error", message: string): void;
}
