/** Made-up training runs: settings that differ, curves that fall and rise, measures that follow from neither. */
import type { SaeSettings } from "../../../src/protocol/manifest";
import type { CurvePoint, RunRecord } from "../../../src/protocol/run";

export const SETTINGS: SaeSettings = {
  latents: 24,
  activation: "relu",
  k: 4,
  tied: true,
  standardisation: "layer",
  epochs: 18,
  batch: 256,
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
  seed: 1,
};

const POINTS = 40;

interface CurveShape {
  steps: number;
  /** How quickly the losses fall. */
  pace: number;
  latents: number;
  heldOut: boolean;
}

/** The first `points` of a curve of forty. */
export function madeUpCurve({ steps, pace, latents, heldOut }: CurveShape, points = POINTS): CurvePoint[] {
  return Array.from({ length: points }, (_, index) => {
    const share = (index + 1) / POINTS;
    const falling = Math.exp(-pace * share) + 0.02 * Math.sin(7 * index);
    const prediction = 0.9 * falling + 0.05;
    const reconstruction = 0.5 * falling + 0.1;
    const sparsity = 0.02 + 0.03 * share;
    return {
      step: Math.round(steps * share),
      losses: {
        total: prediction + 0.1 * reconstruction + 0.01 * sparsity,
        prediction,
        reconstruction,
        sparsity,
        l1: 0,
        coherence: 0,
        auxiliary: 0,
      },
      l0: latents * (0.4 + 0.2 * Math.exp(-3 * share)),
      dead: Math.max(0, Math.round(latents * 0.25 - 3 * pace * share)),
      revived: index % 12 === 5 ? 2 : 0,
      rbo: heldOut ? 0.62 * (1 - Math.exp(-pace * share)) : null,
    };
  });
}

interface RunShape {
  /** Hours before noon of a day in November. */
  hoursAgo: number;
  settings?: Partial<SaeSettings>;
  changes?: Partial<RunRecord>;
  measures?: Partial<RunRecord["measures"]>;
  pace?: number;
}

function madeUpRun({ hoursAgo, settings = {}, changes = {}, measures = {}, pace = 4 }: RunShape): RunRecord {
  const started = new Date(Date.UTC(2026, 10, 23, 12 - hoursAgo)).toISOString();
  const all = { ...SETTINGS, ...settings };
  const steps = 375 * all.epochs;
  return {
    version: 1,
    id: `run-${String(50 - hoursAgo).padStart(2, "0")}`,
    started,
    state: "done",
    stopped: null,
    preset: "default",
    settings: all,
    trial: null,
    steps,
    seconds: steps / 400,
    sae: `sae-${hoursAgo}`,
    measures: {
      ms: 0.58,
      rbo30: 0.55,
      kendall30: 0.3,
      purity10: 0.8,
      labelled: 20,
      l0: 9.5,
      dead: 0,
      explainedVariance: 0.74,
      ...measures,
    },
    curve: madeUpCurve({ steps, pace, latents: all.latents, heldOut: true }),
    ...changes,
  };
}

/** Oldest first, as the engine lists them; the newest is the SAE in use. */
export const PAST_RUNS: readonly RunRecord[] = [
  madeUpRun({
    hoursAgo: 9,
    settings: { latents: 48, activation: "topk", k: 8 },
    measures: { ms: 0.508, rbo30: 0.648, kendall30: 0.435, l0: 8, dead: 6, labelled: 31 },
    changes: { trial: 1 },
    pace: 3,
  }),
  madeUpRun({
    hoursAgo: 7,
    settings: { predictionWeight: 10 },
    measures: { ms: 0.595, rbo30: 0.586, kendall30: 0.343, l0: 10.8 },
    changes: { preset: "paper-mf", trial: 2 },
    pace: 5,
  }),
  madeUpRun({
    hoursAgo: 4,
    settings: { seed: 2, predictionLoss: "listwise" },
    measures: { ms: 0.571, rbo30: null, kendall30: null, labelled: 18 },
    changes: { state: "cancelled", stopped: "cancelled", steps: 2000 },
  }),
  madeUpRun({ hoursAgo: 3, changes: { stopped: "no-progress" }, measures: { dead: 2 }, pace: 2 }),
  madeUpRun({ hoursAgo: 1, changes: { sae: "abc" }, measures: { ms: 0.5949, labelled: 22 } }),
];
