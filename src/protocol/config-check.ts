/** Steering configs against the SAE and the data of now: faults in an editor, and checks for continuous integration. */
import type { ConceptKind, Confidence } from "./artifact";
import type { DocumentFault, KeyPath } from "./manifest-edit";
import type { Limits, SteeringConfig } from "./steering";

/** What is wrong with a config as it stands in an editor. */
export interface ConfigFault extends DocumentFault {
  /** What would put it right but takes a while: found in the SAE of now by decoder rows, or measured again. */
  remedy: "rematch" | "measure" | null;
}

/** A neuron as it is named somewhere in a config. */
export interface NamedNeuron {
  /** Of the number: `["rules", 0, "edits", 1, "neuron"]`. */
  path: KeyPath;
  neuron: number;
  /** Its name of now; null where the SAE has no such neuron. */
  label: string | null;
  kind: ConceptKind | null;
  confidence: Confidence | null;
}

/** What an editor shows of a config; rule n of the text is entry n of `rules`. */
export interface ConfigInspection {
  /** Null while the text is no config. */
  config: SteeringConfig | null;
  faults: ConfigFault[];
  neurons: NamedNeuron[];
  /** A sentence on each rule: `612 users; Horror .86 -> .02; NDCG -0.6%`, or that it was not measured. */
  rules: string[];
}

/** One thing that `recprism check` looks at. */
export interface ConfigCheck {
  /** Name of the rule; empty for the config as a whole. */
  rule: string;
  /** `share of Horror`, `NDCG@20 loss`, `neuron 13`, `SAE` */
  what: string;
  /** As it is recorded or limited, and as it is now; for people. */
  expected: string;
  found: string;
  ok: boolean;
}

export interface CheckedConfig {
  ok: boolean;
  checks: ConfigCheck[];
  /** The config with its effects, labels and directions recorded anew. */
  updated: SteeringConfig;
}

/** A neuron of another SAE, found in this one by its decoder row. */
export interface Rematch {
  neuron: number;
  label: string | undefined;
  /** Null where no decoder row is near enough. */
  now: { neuron: number; label: string; cosine: number } | null;
}

export interface RematchedConfig {
  /** With the numbers, labels and hash of now, and without recorded effects; null where a neuron was not found. */
  config: SteeringConfig | null;
  matches: Rematch[];
}

/** Figures of one rule for programs: `recprism effect --json`. */
export interface RuleEffect {
  rule: string;
  users: number;
  concept: string | null;
  label: string | null;
  /** Of the first target's concept; null where there is none. */
  shareBefore: number | null;
  shareAfter: number | null;
  ndcgBefore: number | null;
  ndcgAfter: number | null;
  rbo: number | null;
  changed: number | null;
  coverageBefore: number;
  coverageAfter: number;
  giniBefore: number;
  giniAfter: number;
  popularityBefore: number | null;
  popularityAfter: number | null;
  worstDecileNdcgBefore: number | null;
  worstDecileNdcgAfter: number | null;
  limits: Limits | null;
  warnings: string[];
}
