/** A training run as it is remembered: its settings, its curve and what came of it. */
import { z } from "zod";
import { PRESETS, saeSettingsSchema } from "./manifest";

/** Terms of the objective; `total` is their weighted sum. */
export const LOSSES = ["total", "prediction", "reconstruction", "sparsity", "l1", "coherence", "auxiliary"] as const;
export type LossName = (typeof LOSSES)[number];

const measure = z.number().nullable();

/** The state of a run after so many steps. */
export const curvePointSchema = z.strictObject({
  step: z.int().min(1),
  /** Mean of each loss over the steps since the point before. */
  losses: z.record(z.enum(LOSSES), z.number()),
  /** Mean number of active neurons a row, and neurons that are never active, on a sample of the rows. */
  l0: z.number(),
  dead: z.int(),
  /** Neurons revived since the point before. */
  revived: z.int(),
  /** Raw RBO of top-30 lists of a sample of the held-out users; null where there are none. */
  rbo: measure,
});
export type CurvePoint = z.infer<typeof curvePointSchema>;

export const runRecordSchema = z.strictObject({
  version: z.literal(1),
  /** Sorts by the time the run began. */
  id: z.string(),
  /** ISO 8601. */
  started: z.string(),
  /** `failed`: no SAE came of it. */
  state: z.enum(["done", "cancelled", "failed"]),
  /** Why the run ended before its last epoch; null when it did not. */
  stopped: z.enum(["cancelled", "no-progress", "diverged"]).nullable(),
  preset: z.enum(PRESETS),
  settings: saeSettingsSchema,
  /** Number of the trial, for a run of a search. */
  trial: z.int().nullable(),
  steps: z.int(),
  seconds: z.number(),
  /** Hash of the SAE that came of it; empty for a run that failed. */
  sae: z.string(),
  /** The measures of its report that runs are compared by; of a run that failed: nothing is active, nothing is ranked. */
  measures: z.strictObject({
    ms: measure,
    rbo30: measure,
    kendall30: measure,
    purity10: measure,
    labelled: z.int(),
    l0: z.number(),
    dead: z.int(),
    explainedVariance: measure,
  }),
  curve: z.array(curvePointSchema),
});
export type RunRecord = z.infer<typeof runRecordSchema>;
