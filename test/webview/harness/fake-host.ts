/** Runs in the page in place of VS Code: its API, its theme, and a host that answers from a made-up recommender. */
import "./without-eval";
import { createBirpc } from "birpc";
import { type Answer, answered } from "../../../src/protocol/answer";
import type { AskedSettings, Job, ProjectSummary, RunSettings } from "../../../src/protocol/engine";
import { RecPrismError } from "../../../src/protocol/error";
import type { Recipe } from "../../../src/protocol/steering";
import type { LabHost, LabView, NeuronsHost, SavedFilter, SharedState } from "../../../src/protocol/webview";
import { DUPLICATES, filmAudit, filmStructure } from "./film-structure";
import { FilmWorld } from "./film-world";
import { acrossFrames } from "./message";
import { madeUpCurve, PAST_RUNS, SETTINGS } from "./past-runs";
import type { Scenario } from "./scenario";
import { applyTheme } from "./themes";

interface Recorded {
  method: string;
  args: unknown[];
}

declare global {
  interface Window {
    scenario: Scenario;
    /** Every call of the webview, in order. */
    recorded: Recorded[];
    /** What the host says of its own accord. */
    announce: { state(change: Partial<SharedState>): void; recipe(recipe: Recipe): void };
    /** What the view was last told. */
    shown(): SharedState;
    /** How many previews were in flight at once, at most. */
    mostPreviews: number;
    violations: string[];
    acquireVsCodeApi(): { getState(): unknown };
  }
}

const { scenario } = window;
applyTheme(scenario.theme, scenario.view);
window.recorded = [];
window.violations = [];
window.mostPreviews = 0;
document.addEventListener("securitypolicyviolation", (event) => {
  window.violations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`);
});

const world = new FilmWorld(scenario);
let recipe: Recipe = { name: "No change", mode: "delta", edits: [] };
let state: SharedState = {
  project: scenario.project === "none" ? null : projectSummary(),
  job: scenario.project === "training" || scenario.project === "retraining" ? trainingJob() : null,
  neuron: scenario.neuron,
  compared: scenario.compared,
  labelsVersion: 1,
  error: scenario.fault,
  busy: null,
};

function projectSummary(): ProjectSummary {
  const trained = scenario.project === "trained" || scenario.project === "retraining";
  return {
    id: "/films",
    name: "Made-up films",
    users: 2000,
    items: 1200,
    dimensions: 24,
    interactions: 96_120,
    preset: "default",
    settings: SETTINGS,
    unmeasured: scenario.project === "unmeasured",
    sae: trained
      ? {
          path: "/films/sae",
          hash: "abc",
          latents: scenario.neurons,
          labelled: 12,
          report: { ms: 0.592, duplicates: DUPLICATES },
        }
      : null,
    warnings: [],
    stale: scenario.stale,
    sources: [],
  } as unknown as ProjectSummary;
}

function trainingJob(): Job {
  return {
    id: "1",
    kind: "train",
    project: "/films",
    state: "running",
    progress: {
      phase: "training",
      epoch: 7,
      epochs: 18,
      step: 19_800,
      steps: 52_488,
      loss: 0.4123,
      secondsLeft: 21.4,
      resumedAt: 6_561,
      measuredShare: null,
      trial: null,
      curve: madeUpCurve({ steps: 52_488, pace: 5, latents: 24, heldOut: true }, 15),
    },
    error: null,
    artifact: null,
  };
}

/** What the engine would make of it, with one preset that differs from the others and one setting that is checked. */
function runSettings({ preset = "default", settings }: AskedSettings): RunSettings {
  const ofPreset = preset === "paper-ncf" ? { predictionWeight: 10, predictionLoss: "bce" as const } : {};
  const run = { preset, settings: { ...SETTINGS, ...ofPreset, ...settings } };
  if (run.settings.latents >= 1) return run;
  const key = "sae.settings.latents";
  throw new RecPrismError("settings-invalid", `${key}: Too small: expected number to be >=1.`, { key });
}

/** Fails where the scenario says so. */
function answer<Value>(method: string, work: () => Value): Promise<Answer<Value>> {
  return answered(() => {
    const message = scenario.failing[method];
    if (message !== undefined) throw new RecPrismError("internal", message);
    return work();
  });
}

function found<Found>(file: string, content: Found): Found {
  if (!scenario.unmeasured) return content;
  throw new RecPrismError("artifact-unmeasured", `${file} is missing.`, { file });
}

window.shown = () => state;

let previews = 0;
let filters: SavedFilter[] = [{ name: "Sure eras", search: "kind:era purity>0.6" }];
const host: LabHost & NeuronsHost = {
  ready: async () => state,
  openEmbeddings() {},
  openSample() {},
  train() {},
  measure() {},
  cancelTraining() {},
  selectNeuron(neuron) {
    window.announce.state({ neuron });
  },
  compareNeurons(neurons) {
    window.announce.state({ compared: neurons.length < 2 ? [] : neurons });
  },
  neurons: (query) => answer("neurons", () => world.page(query)),
  changeLabel: (change) =>
    answer("changeLabel", () => {
      const rows = world.changeLabel(change);
      window.announce.state({ labelsVersion: state.labelsVersion + 1 });
      return rows;
    }),
  askForName() {},
  nameByModel() {},
  savedFilters: async () => filters,
  async saveFilter(search) {
    filters = [...filters, { name: `Filter ${filters.length + 1}`, search }];
    return filters;
  },
  async removeFilter(name) {
    filters = filters.filter((filter) => filter.name !== name);
    return filters;
  },
  neuron: (neuron) => answer("neuron", () => world.detail(neuron)),
  comparison: (neurons) => answer("comparison", () => world.compare(neurons)),
  itemMap: () => answer("itemMap", () => world.map()),
  mapActivations: (neuron) => answer("mapActivations", () => world.mapActivations(neuron)),
  items: (rows) => answer("items", () => world.items(rows)),
  structure: () => answer("structure", () => found("structure.json", filmStructure(world.rows))),
  audit: () => answer("audit", () => found("audit.json", filmAudit(world.rows))),
  saveChart() {},
  findUsers: (text) =>
    answer("findUsers", () => {
      const ids = Array.from({ length: 2000 }, (_, index) => String(index + 1));
      const found = [...ids.filter((id) => id.startsWith(text)), ...ids.filter((id) => id.indexOf(text) > 0)];
      return found.slice(0, 50).map((id) => ({ id, detail: world.user(id).detail }));
    }),
  user: (user) => answer("user", () => world.user(user)),
  async preview(user, wanted, k) {
    previews++;
    window.mostPreviews = Math.max(window.mostPreviews, previews);
    await new Promise((resolve) => setTimeout(resolve, scenario.previewMilliseconds));
    previews--;
    return answer("preview", () => world.preview(user, wanted, k));
  },
  runs: () => answer("runs", () => PAST_RUNS.slice(0, scenario.runs)),
  trainSettings: (asked) => answer("trainSettings", () => runSettings(asked)),
  recipe: async () => recipe,
  recipeChanged(changed) {
    recipe = changed;
  },
  insertConfig() {},
  saveConfig() {},
};

for (const method of Object.keys(host) as (keyof typeof host)[]) {
  const served = host[method] as (...args: unknown[]) => unknown;
  Object.assign(host, {
    [method]: (...args: unknown[]) => {
      window.recorded.push({ method, args });
      return served(...args);
    },
  });
}

let receive: (message: unknown) => void = () => {};
const view = createBirpc<LabView, LabHost & NeuronsHost>(host, {
  post: (data) => window.dispatchEvent(new MessageEvent("message", { data: acrossFrames(data) })),
  on: (handler) => {
    receive = handler;
  },
  eventNames: ["stateChanged", "recipeReplaced"],
});

window.announce = {
  state(change) {
    state = { ...state, ...change };
    void view.stateChanged(state);
  },
  recipe(replacement) {
    recipe = replacement;
    void view.recipeReplaced(replacement);
  },
};

let saved: unknown = scenario.saved;
window.acquireVsCodeApi = () => ({
  // In a later task, as between the frames of VS Code.
  postMessage: (message: unknown) => void setTimeout(receive, 0, acrossFrames(message)),
  getState: () => saved,
  setState: (next: unknown) => {
    saved = next;
  },
});
