/** Runs in the page in place of VS Code: its API, its theme, and a host that answers from a made-up recommender. */
import "./without-eval";
import { createBirpc } from "birpc";
import { type Answer, answered } from "../../../src/protocol/answer";
import type { AskedSettings, Job, ProjectSummary, RunSettings, TaskId } from "../../../src/protocol/engine";
import { RecPrismError } from "../../../src/protocol/error";
import type { NamedAudience, Recipe } from "../../../src/protocol/steering";
import type { LabHost, LabView, NeuronsHost, SavedFilter, SharedState } from "../../../src/protocol/webview";
import { FilmSteering, type Pace } from "./film-steering";
import { DUPLICATES, filmAudit, filmStructure } from "./film-structure";
import { USERS, userMatch } from "./film-users";
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
const steering = new FilmSteering(world.films, world.rows, scenario.restricted);
let recipe: Recipe = {
  name: "No change",
  mode: "delta",
  audience: { kind: "everyone" },
  edits: [],
  items: [],
  filters: [],
};
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

const ended = new Set<TaskId>();

/** Work that takes as long as the scenario says, in twenty steps, unless it is ended. */
function task<Value>(method: string, id: TaskId, work: (pace: Pace) => Value | Promise<Value>): Promise<Answer<Value>> {
  const pace: Pace = async (share) => {
    void view.taskProgress(id, share);
    await new Promise((resolve) => setTimeout(resolve, 0));
    if (ended.has(id)) throw new RecPrismError("cancelled", "It was cancelled.");
  };
  return answered(async () => {
    const message = scenario.failing[method];
    if (message !== undefined) throw new RecPrismError("internal", message);
    for (let step = 0; step < 20 && scenario.taskMilliseconds > 0; step++) {
      await new Promise((resolve) => setTimeout(resolve, scenario.taskMilliseconds / 20));
      await pace(step / 20);
    }
    return work(pace);
  });
}

let previews = 0;
let audiences: NamedAudience[] = [
  { name: "Young women", audience: { kind: "sql", where: "age < 25 AND gender = 'F'" } },
];
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
      const ids = Array.from({ length: USERS }, (_, index) => String(index + 1));
      const found = [...ids.filter((id) => id.startsWith(text)), ...ids.filter((id) => id.indexOf(text) > 0)];
      return found.slice(0, 50).map(userMatch);
    }),
  user: (user) => answer("user", () => world.user(user)),
  async preview(user, wanted, k) {
    previews++;
    window.mostPreviews = Math.max(window.mostPreviews, previews);
    await new Promise((resolve) => setTimeout(resolve, scenario.previewMilliseconds));
    previews--;
    return answer("preview", () => steering.preview(user, wanted, k));
  },
  findItems: (text) => answer("findItems", () => world.findItems(text)),
  explain: (user, item, wanted) => answer("explain", () => steering.explain(user, item, wanted)),
  vocabulary: () => answer("vocabulary", () => steering.vocabulary()),
  audience: (wanted, id) => task("audience", id, () => steering.audience(wanted)),
  effect: (wanted, k, id) => task("effect", id, (pace) => steering.effect(wanted, k, pace)),
  controls: (wanted, k, id) => task("controls", id, (pace) => steering.controls(wanted, k, pace)),
  doseCurve: (wanted, neurons, k, id) => task("doseCurve", id, (pace) => steering.doseCurve(wanted, neurons, k, pace)),
  findDose: (wanted, neurons, goal, k, id) =>
    task("findDose", id, (pace) => steering.findDose(wanted, neurons, goal, k, pace)),
  endTask(id) {
    ended.add(id);
  },
  namedAudiences: async () => audiences,
  async nameAudience(audience) {
    audiences = [...audiences, { name: `Audience ${audiences.length + 1}`, audience }];
    return audiences;
  },
  async forgetAudience(name) {
    audiences = audiences.filter((kept) => kept.name !== name);
    return audiences;
  },
  runs: () => answer("runs", () => PAST_RUNS.slice(0, scenario.runs)),
  trainSettings: (asked) => answer("trainSettings", () => runSettings(asked)),
  recipe: async () => recipe,
  recipeChanged(changed) {
    recipe = changed;
  },
  insertConfig() {},
  updateConfig() {},
  saveConfig() {},
  exportCode() {},
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
  eventNames: ["stateChanged", "recipeReplaced", "taskProgress"],
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
