/** What a screen test starts from. */
import type { Staleness } from "../../../src/protocol/engine";
import type { ErrorData } from "../../../src/protocol/error";
import type { Theme } from "./themes";

export interface Scenario {
  view: "neurons" | "lab";
  theme: Theme;
  project: "none" | "untrained" | "unmeasured" | "training" | "trained" | "retraining";
  neurons: number;
  neuron: number | null;
  /** What changed since the neurons were made. */
  stale: Staleness | null;
  /** How many of the past runs are remembered. */
  runs: number;
  /** Titles and labels that would be markup if anyone let them. */
  hostile: boolean;
  fault: ErrorData | null;
  /** Message with which a method of the host fails. */
  failing: Record<string, string>;
  previewMilliseconds: number;
  /** What `getState` returns at the start. */
  saved: unknown;
}

export const USUAL: Scenario = {
  view: "neurons",
  theme: "dark",
  project: "trained",
  neurons: 400,
  neuron: null,
  stale: null,
  runs: 5,
  hostile: false,
  fault: null,
  failing: {},
  previewMilliseconds: 2,
  saved: undefined,
};
