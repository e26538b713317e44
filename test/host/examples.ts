/** Example values of the contract for the host's tests. */

import type { Report } from "../../src/protocol/artifact";
import type { Job, ProjectSummary } from "../../src/protocol/engine";
import { minimalManifest } from "../minimal-manifest";
import { completeReport } from "../sae/report";
import { completeSettings } from "../sae/settings";

const settings = completeSettings({ latents: 22, epochs: 18, batch: 256, learningRate: 1e-3 });

export function report(changes: Partial<Report> = {}): Report {
  return completeReport(22, {
    sae: "hash-1",
    users: 6018,
    items: 3018,
    dimensions: 20,
    settings,
    ms: 0.592,
    purity10: 0.8,
    purity10BaseRate: 0.09,
    labelled: 18,
    rbo30: 0.558,
    rbo30Extrapolated: 0.6,
    kendall30: 0.298,
    rankedUsers: 1000,
    l0: 9.5,
    explainedVariance: 0.7,
    measuredUsers: 6018,
    measuredItems: 3018,
    rankedItems: 3018,
    trainSeconds: 17.3,
    msPerStep: 0.33,
    steps: 52488,
    ...changes,
  });
}

export function project(changes: Partial<ProjectSummary> = {}): ProjectSummary {
  return {
    id: "/films",
    name: "films",
    manifestPath: "/films/recprism.json",
    manifest: minimalManifest("films"),
    users: 6018,
    items: 3018,
    dimensions: 20,
    interactions: null,
    preset: "paper-mf",
    settings,
    unmeasured: false,
    sae: { path: "/films/sae", hash: "hash-1", latents: 22, labelled: 18, report: report() },
    identity: {
      items: {
        rule: "the id of row n is n",
        rows: 3018,
        inTable: null,
        inInteractions: null,
        unknownIds: null,
        samples: [],
      },
      users: {
        rule: "the id of row n is n",
        rows: 6018,
        inTable: null,
        inInteractions: null,
        unknownIds: null,
        samples: [],
      },
    },
    warnings: [],
    fixes: [],
    stale: null,
    sources: ["/films/items.npy", "/films/users.npy"],
    ...changes,
  };
}

export function job(changes: Partial<Job> = {}): Job {
  return {
    id: "job-1",
    kind: "train",
    project: "/films",
    state: "running",
    progress: {
      phase: "training",
      epoch: 3,
      epochs: 18,
      step: 100,
      steps: 900,
      loss: 0.41234,
      secondsLeft: 12.3,
      resumedAt: null,
      measuredShare: null,
      trial: null,
      curve: [],
    },
    error: null,
    artifact: null,
    ...changes,
  };
}
