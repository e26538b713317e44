/** A training run on disk while it is not over: one file, from which it goes on to the same weights as without a break. */
import { rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { z } from "zod";
import { writeFileAtomically } from "../data/atomic-write";
import { type NamedTensor, safetensorsBytes, withSafetensors } from "../data/safetensors";
import { RecPrismError } from "../protocol/error";
import { PRESETS, type Preset, type SaeSettings, saeSettingsSchema } from "../protocol/manifest";
import { curvePointSchema } from "../protocol/run";
import type { TrainState } from "./train";

/** Which run a checkpoint is of. */
export interface RunIdentity {
  preset: Preset;
  settings: SaeSettings;
  /** d */
  dimensions: number;
  /** Of the data it trains on; see `data-fingerprint`. */
  data: string;
  /** ISO 8601. */
  started: string;
}

export interface Checkpoint {
  run: RunIdentity;
  state: TrainState;
}

const METADATA_KEY = "recprism_run";
const STATE_PREFIX = "state.";
const BEST_PARAMETERS = "best.parameters";
const CENTRE_MEAN = "centre.mean";

const headerSchema = z.strictObject({
  version: z.literal(1),
  run: z.strictObject({
    preset: z.enum(PRESETS),
    settings: saeSettingsSchema,
    dimensions: z.int().min(1),
    data: z.string(),
    started: z.string(),
  }),
  steps: z.int().min(0),
  seconds: z.number().min(0),
  curve: z.array(curvePointSchema),
  sums: z.record(z.string(), z.number()),
  centreScale: z.number(),
  best: z.strictObject({ rbo: z.number(), steps: z.int(), threshold: z.number() }).nullable(),
  worse: z.int().min(0),
});

/** @param artifact folder that the run will write; its checkpoint is a hidden file beside it */
export function checkpointFile(artifact: string): string {
  return join(dirname(artifact), `.${basename(artifact)}.checkpoint.safetensors`);
}

export async function hasCheckpoint(artifact: string): Promise<boolean> {
  return stat(checkpointFile(artifact)).then(
    () => true,
    () => false,
  );
}

export async function removeCheckpoint(artifact: string): Promise<void> {
  await rm(checkpointFile(artifact), { force: true });
}

export async function writeCheckpoint(artifact: string, { run, state }: Checkpoint): Promise<void> {
  const { states, centre, best, steps, seconds, curve, sums, worse } = state;
  const vector = (values: Float32Array): NamedTensor => ({ shape: [values.length], values });
  const tensors = Object.fromEntries(
    Object.entries(states).map(([name, values]) => [STATE_PREFIX + name, vector(values)]),
  );
  tensors[CENTRE_MEAN] = vector(centre.mean);
  if (best) tensors[BEST_PARAMETERS] = vector(best.parameters);
  const header: z.infer<typeof headerSchema> = {
    version: 1,
    run,
    steps,
    seconds,
    curve,
    sums,
    centreScale: centre.scale,
    best: best && { rbo: best.rbo, steps: best.steps, threshold: best.threshold },
    worse,
  };
  const bytes = safetensorsBytes(tensors, { [METADATA_KEY]: JSON.stringify(header) });
  await writeFileAtomically(checkpointFile(artifact), bytes);
}

/** @throws RecPrismError "artifact-invalid" naming the file, or a file's fault */
export async function readCheckpoint(artifact: string): Promise<Checkpoint> {
  const file = checkpointFile(artifact);
  return withSafetensors(file, async ({ metadata, shapes, values }) => {
    const parsed = headerSchema.safeParse(jsonOrNull(metadata[METADATA_KEY]));
    if (!parsed.success) {
      throw new RecPrismError(
        "artifact-invalid",
        `${file} is not a checkpoint of this version of RecPrism. Delete it and train again.`,
        { file },
      );
    }
    const { run, steps, seconds, curve, sums, centreScale, best, worse } = parsed.data;
    const states: Record<string, Float32Array> = {};
    for (const name of shapes.keys()) {
      if (name.startsWith(STATE_PREFIX)) states[name.slice(STATE_PREFIX.length)] = await values(name);
    }
    const state: TrainState = {
      steps,
      seconds,
      states,
      centre: { mean: await values(CENTRE_MEAN), scale: centreScale },
      curve,
      sums,
      best: best && { ...best, parameters: await values(BEST_PARAMETERS) },
      worse,
    };
    return { run, state };
  });
}

/** Whether a checkpoint goes on to what a run would be: same preset, settings and data. */
export function isSameRun(a: RunIdentity, b: RunIdentity): boolean {
  const identity = ({ settings, dimensions, data }: RunIdentity) =>
    JSON.stringify([Object.entries(settings).sort(), dimensions, data]);
  return identity(a) === identity(b);
}

function jsonOrNull(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? "");
  } catch {
    return null;
  }
}
