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
  /** Neurons side by side. */
  compared: number[];
  /** Whether films have years, and anything is known of users. */
  years: boolean;
  demographics: boolean;
  /** Points of the item map. */
  mapped: number;
  /** What changed since the neurons were made. */
  stale: Staleness | null;
  /** How many of the past runs are remembered. */
  runs: number;
  /** The SAE was measured before structure and audit were. */
  unmeasured: boolean;
  /** Titles and labels that would be markup if anyone let them, and titles from right to left. */
  hostile: boolean;
  fault: ErrorData | null;
  /** Message with which a method of the host fails. */
  failing: Record<string, string>;
  previewMilliseconds: number;
  /** How long the work takes that can be cancelled. */
  taskMilliseconds: number;
  /** The workspace is not trusted: no SQL runs. */
  restricted: boolean;
  /** What `getState` returns at the start. */
  saved: unknown;
}

export const USUAL: Scenario = {
  view: "neurons",
  theme: "dark",
  project: "trained",
  neurons: 400,
  neuron: null,
  compared: [],
  years: true,
  demographics: true,
  mapped: 600,
  stale: null,
  runs: 5,
  unmeasured: false,
  hostile: false,
  fault: null,
  failing: {},
  previewMilliseconds: 2,
  taskMilliseconds: 0,
  restricted: false,
  saved: undefined,
};
