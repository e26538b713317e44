/** Training settings as options of the command line. */
import { type Command, InvalidArgumentError, Option } from "commander";
import type { AskedSettings } from "../protocol/engine";
import {
  ACTIVATIONS,
  PREDICTION_LOSSES,
  PRESETS,
  type Preset,
  REVIVALS,
  type SaeSettings,
  STANDARDISATIONS,
} from "../protocol/manifest";
import { number, wholeNumber } from "./numbers";

/** In the order of the help. Whether values make sense together is for the engine to say. */
const SETTINGS: Record<keyof SaeSettings, Option> = {
  latents: whole("--latents <m>", "number of neurons"),
  activation: oneOf("--activation <name>", ACTIVATIONS, "what turns pre-activations into activations"),
  k: whole("--k <n>", "neurons active in a row, for topk and batchtopk"),
  // Its value is the setting's.
  tied: new Option("--untied", "give the decoder weights of its own").preset(false),
  standardisation: oneOf("--standardisation <name>", STANDARDISATIONS, "of the embeddings"),
  epochs: whole("--epochs <n>", "passes over the pairs"),
  batch: whole("--batch <n>", "user-item pairs a step"),
  learningRate: real("--lr <x>", "learning rate of Adam"),
  warmup: real("--warmup <share>", "share of the steps over which the learning rate rises"),
  decay: real("--decay <share>", "share of the steps over which it falls to 0"),
  predictionLoss: oneOf(
    "--prediction-loss <name>",
    PREDICTION_LOSSES,
    "how scores of reconstructed pairs are compared",
  ),
  candidates: whole("--candidates <n>", "items that an ONNX model scores for each user of a batch"),
  predictionWeight: real("--prediction-weight <x>", "w_pred, weight of the score error"),
  reconstructionWeight: real("--reconstruction-weight <x>", "w_rec, weight of the embedding error"),
  klWeight: real("--kl-weight <x>", "w_kl, weight of the KL sparsity penalty"),
  l1Weight: real("--l1-weight <x>", "w_l1, weight of the mean activation"),
  coherenceWeight: real("--coherence-weight <x>", "w_coh, weight of how unlike a neuron's strongest items are"),
  prefixes: new Option("--prefixes <m,m>", "Matryoshka: the first so many neurons must reconstruct alone").argParser(
    numbersOf,
  ),
  revival: oneOf("--revival <name>", REVIVALS, "what is done for neurons that are never active"),
  patience: whole("--patience <n>", "stop after so many evaluations without better lists; 0: never"),
  seed: whole("--seed <n>", "seed of weights, split and order"),
};

const PRESET = oneOf("--preset <name>", PRESETS, "settings to start from, in place of the manifest's");

export function addSettings(command: Command): Command {
  for (const option of [PRESET, ...Object.values(SETTINGS)]) command.addOption(option);
  return command;
}

/** What was asked for among a command's options. */
export function settingsAsked(options: Record<string, unknown>): AskedSettings {
  const given = Object.entries(SETTINGS)
    .map(([name, option]) => [name, options[option.attributeName()]])
    .filter(([, value]) => value !== undefined);
  return { preset: options.preset as Preset | undefined, settings: Object.fromEntries(given) as Partial<SaeSettings> };
}

function whole(flags: string, description: string): Option {
  return new Option(flags, description).argParser(wholeNumber);
}

function real(flags: string, description: string): Option {
  return new Option(flags, description).argParser(number);
}

function oneOf(flags: string, choices: readonly string[], description: string): Option {
  return new Option(flags, description).choices(choices);
}

function numbersOf(text: string): number[] {
  if (text.trim() === "") return [];
  try {
    return text.split(",").map(wholeNumber);
  } catch {
    throw new InvalidArgumentError("It takes whole numbers with commas between them, for example 20,40.");
  }
}
