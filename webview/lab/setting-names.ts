/** Training settings in words. */
import type { SettingName } from "../../src/protocol/differing-settings";
import type { Preset, SaeSettings } from "../../src/protocol/manifest";

export const SETTING_NAMES: Record<SettingName, string> = {
  latents: "latents",
  activation: "activation",
  k: "k",
  tied: "tied decoder",
  standardisation: "standardisation",
  epochs: "epochs",
  batch: "batch",
  learningRate: "learning rate",
  warmup: "warm-up",
  decay: "decay",
  predictionLoss: "prediction loss",
  candidates: "candidates",
  predictionWeight: "prediction weight",
  reconstructionWeight: "reconstruction weight",
  klWeight: "KL weight",
  l1Weight: "L1 weight",
  coherenceWeight: "coherence weight",
  prefixes: "prefixes",
  revival: "revival",
  patience: "patience",
  seed: "seed",
};

/** The names of the manifest, each with what it means. */
export const PRESET_NAMES: Record<Preset, string> = {
  default: "default",
  "paper-mf": "paper-mf: the paper's for matrix factorisation",
  "paper-ncf": "paper-ncf: the paper's for neural scorers",
};

export const ACTIVATION_NAMES: Record<SaeSettings["activation"], string> = {
  relu: "relu",
  topk: "topk: exactly k active",
  batchtopk: "batchtopk: k active on average",
  jumprelu: "jumprelu: active above a threshold",
};

export const PREDICTION_LOSS_NAMES: Record<SaeSettings["predictionLoss"], string> = {
  mse: "mse: of scores",
  bce: "bce: of probabilities",
  listwise: "listwise: of rankings",
};

/** `0.001`, `yes`, `20, 40`; a dash for a setting that is not used. */
export function settingText(value: SaeSettings[SettingName] | null): string {
  if (value === null) return "–";
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "number") return String(Number(value.toPrecision(4)));
  if (typeof value === "string") return value;
  return value.length === 0 ? "none" : value.join(", ");
}
