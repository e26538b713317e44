/** Settings of a run: a preset scaled to the data, with what a person stated on top. */
import type { Dataset } from "../data/dataset";
import { gatheredRows, type Rows } from "../data/matrix";
import { RecPrismError } from "../protocol/error";
import { type Preset, partialSettingsSchema, type SaeSettings, saeSettingsSchema } from "../protocol/manifest";
import { countTrainingPairs } from "./training-set";

/** What the presets scale with. */
export interface DataSize {
  /** d */
  dimensions: number;
  /** Users and items together. */
  rows: number;
  /** User-item pairs of one epoch. */
  pairs: number;
  /** Of the embeddings' values: their scale, squared. */
  variance: number;
}

const SEED = 1;
const BATCH = 256;

/** The paper's run on MovieLens 1M has 18 epochs of 2,916 steps; larger data takes fewer epochs, smaller data more. */
const PAPER_STEPS = 18 * 2916;
const DEFAULT_STEPS = 20_000;
const MOST_EPOCHS = 60;
const LATENTS_PER_DIMENSION = 3;
const ROWS_PER_LATENT = 8;
const MOST_LATENTS = 65_536;
const RELATIVE_RECONSTRUCTION_WEIGHT = 0.02;
const VARIANCE_ROWS = 1_000;

/** @see arXiv 2511.18024, settings of its MovieLens 1M runs */
function paper(size: DataSize): SaeSettings {
  const batch = batchFor(size);
  return {
    // 22 of 20 dimensions.
    latents: Math.round(1.1 * size.dimensions),
    activation: "relu",
    k: 1,
    tied: true,
    standardisation: "layer",
    epochs: epochsFor(size, batch, PAPER_STEPS),
    batch,
    learningRate: 1e-3,
    warmup: 0,
    decay: 0,
    predictionLoss: "mse",
    candidates: 1,
    predictionWeight: 1,
    reconstructionWeight: 0.1,
    klWeight: 0.01,
    l1Weight: 0,
    coherenceWeight: 0,
    prefixes: [],
    revival: "none",
    patience: 0,
    seed: SEED,
  };
}

/**
 * Chosen by measurement (`npm run bench -- movielens` shows what it reaches): lists are compared as lists, neurons are held
 * to items that resemble each other, and there are enough of them for a concept each. Nothing in it depends on the scale
 * of embeddings or scores.
 */
function ours(size: DataSize): SaeSettings {
  const batch = batchFor(size);
  return {
    ...paper(size),
    latents: latentsFor(size),
    epochs: epochsFor(size, batch, DEFAULT_STEPS),
    batch,
    learningRate: 3e-3,
    decay: 0.5,
    predictionLoss: "listwise",
    candidates: 8,
    predictionWeight: 100,
    // Relative to the data's variance; two digits, since a person will read it.
    reconstructionWeight: Number((RELATIVE_RECONSTRUCTION_WEIGHT / size.variance).toPrecision(2)),
    klWeight: 0.1,
    coherenceWeight: 3,
    revival: "resample",
  };
}

const PRESETS: Record<Preset, (size: DataSize) => SaeSettings> = {
  "paper-mf": paper,
  "paper-ncf": (size) => ({
    ...paper(size),
    standardisation: "none",
    predictionWeight: 10,
    reconstructionWeight: 2,
    klWeight: 0.07,
  }),
  default: ours,
};

/** All settings of a preset, for data of this size. */
export function presetSettings(preset: Preset, size: DataSize): SaeSettings {
  return PRESETS[preset](size);
}

/** What a person states of a run: in the manifest, on the command line, or in a trial of a search. */
export interface AskedSettings {
  preset?: Preset;
  settings?: Partial<SaeSettings>;
}

/**
 * Settings of a run on a data set: what was asked for, on top of the manifest's, on top of the preset.
 *
 * @throws RecPrismError "settings-invalid" naming the setting that makes no sense
 */
export function settingsFor(dataset: Dataset, asked: AskedSettings = {}): { preset: Preset; settings: SaeSettings } {
  const { sae } = dataset.manifest;
  const preset = asked.preset ?? sae.preset;
  const stated = statedSettings(dataset, asked);
  checked(partialSettingsSchema, stated);
  const pairs = countTrainingPairs(dataset, stated.seed ?? SEED);
  const size = {
    dimensions: dataset.items.embeddings.columns,
    rows: dataset.items.ids.length + dataset.users.ids.length,
    pairs,
    variance: (varianceOf(dataset.users.embeddings) + varianceOf(dataset.items.embeddings)) / 2,
  };
  return { preset, settings: checked(saeSettingsSchema, { ...presetSettings(preset, size), ...stated }) };
}

/** What a person stated of a run, in the manifest or beside it; the rest is the preset's. */
export function statedSettings({ manifest: { sae } }: Dataset, asked: AskedSettings): Partial<SaeSettings> {
  // Another preset than the manifest's replaces its settings too, which were meant for that one.
  const ofManifest = asked.preset === undefined || asked.preset === sae.preset ? sae.settings : {};
  return { ...ofManifest, ...asked.settings };
}

/** Of the values of evenly spread rows; 1 where they are all the same. */
function varianceOf(embeddings: Rows): number {
  const count = Math.min(embeddings.rows, VARIANCE_ROWS);
  const rows = Uint32Array.from({ length: count }, (_, index) => Math.floor((index * embeddings.rows) / count));
  const { values } = gatheredRows(embeddings, rows);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return variance > 0 ? variance : 1;
}

function latentsFor(size: DataSize): number {
  return Math.min(LATENTS_PER_DIMENSION * size.dimensions, mostLatents(size));
}

/** No more than there are rows to tell apart; but a dimension each they may have. */
export function mostLatents({ dimensions, rows }: Pick<DataSize, "dimensions" | "rows">): number {
  return Math.min(Math.max(dimensions, Math.floor(rows / ROWS_PER_LATENT)), MOST_LATENTS);
}

function batchFor({ pairs }: DataSize): number {
  return Math.max(2, Math.min(BATCH, pairs));
}

function epochsFor({ pairs }: DataSize, batch: number, steps: number): number {
  const stepsPerEpoch = Math.max(1, Math.floor(pairs / batch));
  return Math.max(1, Math.min(MOST_EPOCHS, Math.round(steps / stepsPerEpoch)));
}

function checked<Settings>(
  schema: { safeParse(value: unknown): { success: true; data: Settings } | { success: false; error: ZodFault } },
  settings: unknown,
): Settings {
  const parsed = schema.safeParse(settings);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const key = `sae.settings.${issue.path.join(".")}`;
  throw new RecPrismError("settings-invalid", `${key}: ${issue.message}. Give it another value.`, { key });
}

interface ZodFault {
  issues: { path: PropertyKey[]; message: string }[];
}
