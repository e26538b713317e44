/** What was typed into the form that starts a run; what was not follows from preset and data. */
import type { AskedSettings } from "../../src/protocol/engine";
import type { Preset, SaeSettings } from "../../src/protocol/manifest";

/** The settings that a person changes most. */
export type FormSetting = "latents" | "activation" | "k" | "epochs" | "predictionWeight" | "predictionLoss" | "seed";

export interface TrainDraft {
  /** Settings of one project mean little to another. */
  project: string;
  /** Null: the project's own. */
  preset: Preset | null;
  /** As typed; an empty field counts as not typed. */
  typed: Partial<Record<FormSetting, string>>;
}

export function emptyDraft(project: string): TrainDraft {
  return { project, preset: null, typed: {} };
}

export function isTrainDraft(saved: unknown): saved is TrainDraft {
  const draft = saved as TrainDraft | null;
  return typeof draft === "object" && draft !== null && "project" in draft && typeof draft.typed === "object";
}

export function isEmpty({ preset, typed }: TrainDraft): boolean {
  return preset === null && Object.values(typed).every((text) => text === "");
}

/** What to ask of a run. Whether it makes sense is for the engine to say. */
export function askedOf({ preset, typed }: TrainDraft): AskedSettings {
  const settings = Object.entries(typed)
    .filter(([, text]) => text !== "")
    .map(([name, text]) => [name, isChosen(name) ? text : Number(text)]);
  return {
    ...(preset === null ? {} : { preset }),
    settings: Object.fromEntries(settings) as Partial<SaeSettings>,
  };
}

function isChosen(name: string): boolean {
  return name === "activation" || name === "predictionLoss";
}
