/** Complete training settings for tests: small and quick, and each test states what it is about. */
import type { SaeSettings } from "../../src/protocol/manifest";

const SETTINGS: SaeSettings = {
  latents: 8,
  activation: "relu",
  k: 4,
  tied: true,
  standardisation: "layer",
  epochs: 2,
  batch: 16,
  learningRate: 1e-2,
  warmup: 0,
  decay: 0,
  predictionLoss: "mse",
  candidates: 8,
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

export function completeSettings(overrides: Partial<SaeSettings> = {}): SaeSettings {
  return { ...SETTINGS, ...overrides };
}
